import { readFileSync } from 'node:fs';
import { batches, mnist, take } from '@spikewright/datasets';
import { direct, evaluate, loadNetwork } from '@spikewright/snn-core';
import { expect, test } from 'vitest';
import { readConversions } from '../src/run/catalogue.js';
import { cutoffNames, cutoffs, cutsOf } from '../src/run/cutoffs.js';
import { engines } from '../src/run/engines.js';
import { readImages } from '../src/run/images.js';
import { mainJob } from '../src/run/main-job.js';
import { type ConversionResult, type Result, sortResults, stepsTo, total, workUntil } from '../src/run/results.js';
import { reportTables } from '../src/run/tables.js';
import { timeTable } from '../src/run/time-table.js';
import { withTuners } from '../src/run/tuners.js';

const ann = loadNetwork(readFileSync('apps/reference/networks/mnist.safetensors'));

test('the embedded network is small, and says how it was made and how good it is', () => {
  const weights = ann.nodes
    .flatMap((node) => Object.values(node))
    .filter((field) => field?.data instanceof Float32Array);
  expect(weights.reduce((sum, { data }) => sum + data.length, 0)).toBeLessThanOrEqual(120_000);
  expect(ann.nodes.filter(({ op }) => op === 'conv2d')).toHaveLength(3);
  expect(ann.nodes.filter(({ op }) => op === 'dense')).toHaveLength(1);
  expect(Number(ann.meta.source?.testAccuracy)).toBeGreaterThanOrEqual(0.989);
  expect(ann.meta.source?.command).toContain('pnpm train mnist');
});

test('mainJob loses at most 0.3 points at T = 32 in the strong form, and beats the weak one', {
  timeout: 600_000,
}, async () => {
  const results: Result[] = [];
  const images = await readImages({ data: 'mnist', images: 1000, calibration: 1000, seed: 0 }, ann);
  const options = { steps: 32, seed: 0, engine: 'wasm' } as const;
  const subject = { ann, conversions: readConversions('weak,norm,qcfs') };
  for await (const result of mainJob([subject], images, options, { onProgress: () => undefined })) results.push(result);
  const { anns, conversions, refused, energies } = sortResults(results);
  const [[measured], [weak, strong]] = [anns, conversions];
  const at = ({ evaluation }: ConversionResult, step: number): number => Number(evaluation.accuracy[step - 1]);
  expect(measured.accuracy).toBeGreaterThan(0.985);
  expect(at(strong, 32)).toBeGreaterThanOrEqual(measured.accuracy - 0.003);
  expect(at(strong, 4)).toBeGreaterThan(at(weak, 4));
  expect(stepsTo(0.97, strong.evaluation, measured)!).toBeLessThan(stepsTo(0.97, weak.evaluation, measured) ?? 33);
  // Direct coding: each step multiplies in the first layer alone.
  const { multiplyAccumulates, accumulates, spikes } = workUntil(32, strong.evaluation);
  const first = strong.evaluation.work.multiplyAccumulates.conv1;
  expect(multiplyAccumulates).toBeCloseTo(first, 6);
  expect(first / 32).toBeLessThanOrEqual(measured.multiplyAccumulates.conv1);
  expect(accumulates).toBeGreaterThan(spikes);
  expect(strong.manifest.id).not.toBe(weak.manifest.id);
  // By arithmetic alone: 4.6 pJ a multiply-addition and 0.9 pJ an addition.
  const [proxy] = energies[1].comparisons;
  expect(proxy.spiking.energyNanojoules).toBeCloseTo(4.6e-3 * multiplyAccumulates + 0.9e-3 * accumulates, 3);
  expect(proxy.ann.energyNanojoules).toBeCloseTo(4.6e-3 * total(measured.multiplyAccumulates), 3);
  // A ReLU network has no trained λ: the reason is a result, and the others are measured all the same.
  expect(refused).toMatchObject([{ ann: measured.hash, reason: expect.stringContaining('no trained bound') }]);
});

test('mainJob stops samples early in earnest: the answers that a post-hoc cut claims, and less work', {
  timeout: 300_000,
}, async () => {
  const images = await readImages({ data: 'mnist', images: 300, calibration: 300, seed: 0 }, ann);
  expect(images.held.indices).toHaveLength(300);
  expect(new Set([...images.held.indices, ...images.test.indices]).size).toBe(600);
  const all = { data: 'mnist', calibration: 300, seed: 0 };
  expect((await readImages(all, ann)).test.indices).toHaveLength(10_000);
  expect((await readImages(all, ann, true)).test.indices).toHaveLength(9700);
  const times = new Map<string, number>();
  const options = {
    steps: 16,
    seed: 0,
    engine: 'wasm',
    cuts: cutsOf(['top-k', 'risk-controlled'], 300, 0.02),
  } as const;
  const subject = { ann, conversions: withTuners(readConversions('norm'), 'hebbian-onset') };
  const results: Result[] = [];
  const onTiming = (run: string, milliseconds: number) => void times.set(run, milliseconds);
  for await (const result of mainJob([subject], images, options, { onProgress: () => undefined, onTiming })) {
    results.push(result);
  }
  const sorted = sortResults(results);
  const { conversions, cuts, refused } = sorted;
  expect(refused).toEqual([]);
  expect(conversions.map(({ manifest }) => manifest.tuner.name)).toEqual(['none', 'hebbian']);
  expect(cuts.map(({ cut }) => [cut.of, cut.cutoff])).toEqual(
    conversions.flatMap(({ name }) => ['top-k', 'risk-controlled'].map((cutoff) => [name, cutoff])),
  );
  for (const { name, cut, evaluation, manifest, hashes, notes } of cuts) {
    const whole = conversions.find((conversion) => conversion.name === cut.of)!;
    expect(hashes).toEqual(whole.hashes);
    expect(manifest.cutoff.name).toBe(cut.cutoff);
    const learning = cut.cutoff === 'top-k' ? images.train : images.held;
    expect(cut.learnt).toEqual({ name: learning.name, images: 300, seed: 0 });
    // At most 6 of the 300 test images. That 7 of them lie above n others has the chance (300 · ... · 294) / ((n + 300) · ... ·
    // (n + 294)): 0.1010 for 115, 0.0995 for 116. So 116 are enough, and there are 300.
    expect(notes).toEqual(cut.cutoff === 'top-k' ? [] : [expect.stringMatching(/^at most 0\.02 of 300 samples/)]);
    expect(evaluation.accuracy[15]).toBe(cut.claimed.accuracy);
    expect(evaluation.meanStopStep).toBeCloseTo(cut.claimed.meanStopStep, 12);
    expect(evaluation.meanStopStep).toBeLessThan(16);
    expect(evaluation.stops.reduce((sum, count) => sum + count)).toBe(300);
    // What is done after a sample's stop is not done: with the first steps as dear as the others, work falls with the steps.
    const [spent, full] = [workUntil(16, evaluation), workUntil(16, whole.evaluation)];
    const share = spent.accumulates / full.accumulates;
    expect(share).toBeGreaterThan((0.5 * evaluation.meanStopStep) / 16);
    expect(share).toBeLessThan((1.5 * evaluation.meanStopStep) / 16);
    expect(cut.optimal.mean).toBeLessThan(16);
    expect(times.get(name)).toBeGreaterThan(0);
  }
  const [table] = reportTables(sorted);
  expect(table.rows).toHaveLength(6);
  // Accuracy, loss, mean step, median of the first cut run.
  expect(table.rows[1].slice(1, 5)).toEqual([
    'top-k',
    (100 * Number(cuts[0].evaluation.accuracy[15])).toFixed(2),
    (100 * (sorted.anns[0].accuracy - Number(cuts[0].evaluation.accuracy[15]))).toFixed(2),
    cuts[0].evaluation.meanStopStep.toFixed(2),
  ]);
  // A post-hoc cut claims the same answers, and the work of 16 steps shared out evenly.
  expect(table.head.slice(11, 13)).toEqual(['claimed accuracy in %', 'claimed by steps in %']);
  expect(table.rows[1].slice(11, 13)).toEqual([
    table.rows[1][2],
    ((100 * cuts[0].evaluation.meanStopStep) / 16).toFixed(1),
  ]);
  expect(timeTable(sorted, Object.fromEntries(times)).rows).toHaveLength(4);
});

test('a cutoff that is refused gives its reason, and the run to the end stays', async () => {
  const images = await readImages({ data: 'mnist', images: 20, calibration: 50, seed: 0 }, ann);
  const none = { ...images, held: { ...images.held, indices: images.held.indices.slice(0, 0) } };
  const options = { steps: 2, seed: 0, engine: 'wasm', cuts: cutsOf(['top-k', 'risk-controlled'], 20) } as const;
  const subject = { ann, conversions: readConversions('norm') };
  const results: Result[] = [];
  for await (const result of mainJob([subject], none, options, { onProgress: () => undefined })) results.push(result);
  const { conversions, cuts, refused } = sortResults(results);
  expect([conversions.length, cuts.length]).toEqual([1, 0]);
  expect(refused).toMatchObject([
    { name: expect.stringMatching(/, top-k$/), reason: expect.stringContaining('at least 100 samples') },
    { name: expect.stringMatching(/, risk-controlled$/), reason: expect.stringContaining('not measured') },
  ]);
});

test('cutoffNames() and withTuners() know their names', () => {
  expect(cutoffNames('none')).toEqual([]);
  expect(cutoffNames('top-k, entropy')).toEqual(['top-k', 'entropy']);
  const [topK, controlled] = cutsOf(['top-k', 'risk-controlled'], 50, 0.03).map(({ policy }) => policy.options);
  expect(topK).toMatchObject({ epsilon: 0.03 });
  // The promise is about the test images of the run, here 50.
  expect(controlled).toEqual({ epsilon: 0.03, delta: 0.1, future: 50 });
  expect(cutsOf(['risk-controlled'], 50)[0].policy.options).toEqual({ epsilon: 0.01, delta: 0.1, future: 50 });
  expect(() => cutoffNames('topk')).toThrow('it must be none, or names among top-k, risk-controlled, spike-cp');
  expect(() => withTuners(readConversions('norm'), 'hebb')).toThrow('names must be among hebbian-timing');
  for (const name of Object.keys(cutoffs)) expect(cutsOf([name], 50, 0.1)).toHaveLength(1);
});

test('a list option takes nothing twice', () => {
  const twice = (option: string, name: string) =>
    new TypeError(`Cannot read ${option}: its parts must differ: '${name}' twice`);
  expect(() => cutoffNames('top-k, entropy,top-k')).toThrow(twice('--cutoff', 'top-k'));
  expect(() => withTuners(readConversions('norm'), 'hebbian-onset, hebbian-onset')).toThrow(
    twice('--tuner', 'hebbian-onset'),
  );
  expect(() => readConversions('ecc,ecc')).toThrow(twice('--converter', 'ECC: explicit current control, start at θ/2'));
  // The same pipeline in other words.
  expect(() => readConversions('l4,weak,l4+norm')).toThrow(twice('--converter', 'l4 + norm'));
});

test('both engines give the same evaluation of the network with weights of 8 bits', async () => {
  const [train, digits] = [take(await mnist('train'), 50), take(await mnist('test'), 30)];
  const calibration = { batches: () => batches(train), engine: engines.reference() };
  const [{ converter }] = readConversions('norm+8-bit');
  const snn = await converter.convert(ann, calibration);
  const evaluations = await Promise.all(
    [engines.wasm(), engines.reference()].map(async (engine) => {
      const program = await engine.compile(snn);
      const evaluation = await evaluate(program, batches(digits), { steps: 16, encoder: direct() });
      program.dispose();
      return evaluation;
    }),
  );
  expect(evaluations[0]).toEqual(evaluations[1]);
});

test('readConversions() joins, completes and orders', () => {
  const names = (text: string): string[] => readConversions(text).map(({ name }) => name);
  expect(names('l4+strong,norm+8-bit')).toEqual(['l4 + strong', 'norm + 8-bit']);
  expect(readConversions('l4+strong')[0].preparation.options.converters).toHaveLength(1);
  // Where nothing makes spikes, norm does.
  expect(names('l4,8-bit')).toEqual(['l4 + norm', 'norm + 8-bit']);
  expect(names('ecc')).toEqual(['ECC: explicit current control, start at θ/2']);
  expect(() => names('nrom')).toThrow('names must be among weak, strong');
  expect(() => names('norm+l4')).toThrow('first come converters of the ANN');
  expect(() => names('norm+ecc')).toThrow('then one that makes spikes');
});
