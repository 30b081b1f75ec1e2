import { batches, mnist, split, take } from '@spikewright/datasets';
import { loadTrained } from '@spikewright/reference/networks';
import { tinyBatch, tinyNetworks, withNeurons } from '@spikewright/testkit';
import { expect, test } from 'vitest';
import { rcsTopKCommand } from '../src/reproduce/rcs-topk/command.js';
import { formsOf } from '../src/reproduce/rcs-topk/forms.js';
import { rowToRun } from '../src/reproduce/rcs-topk/measure-run.js';
import { drawStops } from '../src/reproduce/rcs-topk/plot.js';
import { defaultNetworks, type Given, readNetwork } from '../src/reproduce/rcs-topk/read-network.js';
import { reproduceRcsTopK } from '../src/reproduce/rcs-topk/reproduce.js';
import type { CutoffRow } from '../src/reproduce/rcs-topk/results.js';
import { rcsTopKTables } from '../src/reproduce/rcs-topk/tables.js';

const IMAGES = 40;
const CALIBRATION = 120;

const said: string[] = [];
const options = {
  images: IMAGES,
  calibration: CALIBRATION,
  steps: 4,
  seed: 1,
  workers: 1,
  say: (what: string) => void said.push(what),
};

/** MNIST as it comes; or a spiking network, which belongs to another data set and has no aim. */
async function read(name: string): Promise<Given> {
  if (name === 'cifar10-tet') return spiking(name);
  if (name !== 'mnist-qcfs4') throw new ReferenceError(`no network: ${name}`);
  // Test images for both: the training images are many, and take long to load.
  const [train, images] = split(take(await mnist('test'), CALIBRATION + IMAGES), [CALIBRATION, IMAGES], 1);
  return {
    name,
    title: 'MNIST, QCFS L = 4',
    dataSet: 'mnist',
    network: await loadTrained('mnist-qcfs4'),
    images: IMAGES,
    calibration: CALIBRATION,
    test: () => batches(images, { size: 16 }),
    train: () => batches(train, { size: 16 }),
  };
}

function spiking(name: string): Given {
  const network = withNeurons(tinyNetworks().chain, { leak: 0.5, reset: 'zero' });
  const samples = (size: number, seed: number) =>
    async function* () {
      yield tinyBatch(network, size, seed);
    };
  const [test, train] = [samples(IMAGES, 2), samples(CALIBRATION, 3)];
  const images = { images: IMAGES, calibration: CALIBRATION, test, train };
  return { name, title: 'CIFAR-10, TET', dataSet: 'cifar10', network, ...images };
}

test('reproduce rcs-topk measures each form of a network, and says who met the aim', async () => {
  const networks = ['mnist-qcfs4', 'cifar10-tet', 'no-such-network'];
  const results = await reproduceRcsTopK({ ...options, networks, read });
  const { subjects, skipped, verdicts, command } = results;
  expect(skipped).toEqual(['Left out: no-such-network: no network: no-such-network']);
  expect(subjects.map(({ network, method }) => `${network}: ${method}`)).toEqual([
    'mnist-qcfs4: QCFS',
    'mnist-qcfs4: QCFS, calibrated',
    'cifar10-tet: as trained',
  ]);
  for (const { accuracy, oct, cutoffs, run, images } of subjects) {
    expect(accuracy).toHaveLength(4);
    expect(oct.accuracy).toBe(accuracy[3]);
    expect(oct.stops.reduce((sum, count) => sum + count)).toBe(images);
    for (const dropout of [0.3, 0]) {
      const rows = cutoffs.filter((row) => row.cutoff === 'Top-K' && row.dropout === dropout);
      expect(rows.map(({ level }) => level)).toEqual([0, 0.01, 0.02, 0.03, 0.04, 0.05, 0.06, 0.07, 0.08, 0.09]);
      // A larger epsilon never raises a threshold, so the mean step falls.
      rows.slice(1).forEach((row, place) => {
        expect(row.meanStep).toBeLessThanOrEqual(rows[place].meanStep);
        row.beta!.forEach((beta, step) => {
          expect(beta).toBeLessThanOrEqual(rows[place].beta![step]);
        });
      });
      for (const { loss, accuracy: share } of rows) expect(loss).toBeCloseTo(accuracy[3] - share, 12);
    }
    // 0.005 of 120 training images would be less than one.
    const others = cutoffs.filter(({ cutoff }) => cutoff === 'entropy');
    expect(others.map(({ level }) => level)).toEqual([0, 0.01, 0.02]);
    // What stops in earnest does what the cut claims, for less work.
    expect(run.asClaimed).toBe(true);
    expect(run.cut.accumulates).toBeLessThanOrEqual(run.full.accumulates);
    expect(run.cut.seconds).toHaveLength(5);
  }
  const [plain] = subjects;
  expect(plain.accuracy[3]).toBeGreaterThan(0.9);
  expect(plain.run.meanStep).toBeLessThan(2);
  expect(plain.run.cut.spikes).toBeLessThan(0.6 * plain.run.full.spikes);
  const met = subjects.filter(({ aimMet }) => aimMet?.length).map(({ network, method }) => `${network}, ${method}`);
  expect(verdicts).toEqual([{ dataSet: 'mnist', met: met.length > 0, by: met }]);
  expect(subjects[2].aimMet).toBeNull();
  expect(command).toContain(
    'pnpm reproduce rcs-topk --json --networks mnist-qcfs4,cifar10-tet,no-such-network --images 40',
  );
  expect(said).toContain('cifar10-tet: as trained');

  const tables = rcsTopKTables(results);
  expect(tables).toMatch(/\| MNIST, QCFS L = 4 \| QCFS, calibrated \|/);
  expect(tables).toMatch(/^\| +--- /m);
  expect(tables).toContain(`mnist: aim ${met.length > 0 ? 'met' : 'missed'}`);
  expect(tables).toContain(skipped[0]);
  const svg = drawStops(results);
  expect(svg).toMatch(/^<svg[^>]* xmlns="http:\/\/www.w3.org\/2000\/svg"/);
  expect(svg).toContain('mean stop step');
  expect(svg).not.toContain('NaN');
});

test('the aim is missed where no row reaches it, and nothing is said of data sets without one', async () => {
  const results = await reproduceRcsTopK({
    ...options,
    networks: ['cifar10-tet'],
    read: async (name) => spiking(name),
  });
  expect(results.verdicts).toEqual([]);
  const missed = { ...results, verdicts: [{ dataSet: 'mnist', met: false, by: [] } as const] };
  expect(rcsTopKTables(missed)).toContain('mnist: aim missed');
  expect(rcsTopKTables({ ...missed, subjects: [] })).toBe('mnist: aim missed');
});

test('rowToRun() takes the fewest steps within the loss, and the strictest epsilon where all lose more', () => {
  const row = (level: number, meanStep: number, loss: number, dropout = 0.3): CutoffRow => ({
    cutoff: 'Top-K',
    level,
    dropout,
    meanStep,
    loss,
    accuracy: 1 - loss,
    medianStep: 1,
    stops: [],
  });
  expect(rowToRun([row(0, 3, 0), row(0.01, 2, 0.002), row(0.02, 1, 0.0021), row(0.03, 1, 0, 0)]).level).toBe(0.01);
  expect(rowToRun([row(0, 3, 0.01), row(0.01, 2, 0.02)]).level).toBe(0);
});

test('formsOf() leaves spiking networks as they are', async () => {
  const { network } = spiking('cifar10-tet');
  expect(formsOf(network).map(({ converter }) => converter.name)).toEqual(['identity']);
  expect(formsOf(tinyNetworks().chain).map(({ converter }) => converter.name)).toEqual(['qcfs', 'calibration']);
});

test('the networks of the paper are measured when none are named', async () => {
  expect(defaultNetworks).toEqual(expect.arrayContaining(['mnist-qcfs4', 'fashion-mnist-qcfs4', 'cifar10-qcfs4']));
  expect(defaultNetworks).not.toContain('mnist');
  expect(defaultNetworks).not.toContain('mnist-qcfs8');
  expect(rcsTopKCommand.name()).toBe('rcs-topk');
  await expect(readNetwork('no-such-network', options)).rejects.toThrow(ReferenceError);
});
