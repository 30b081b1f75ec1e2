import { norm } from '@spikewright/converters-norm';
import { qcfs } from '@spikewright/converters-qcfs';
import type { Batch } from '@spikewright/snn-core';
import { expect, test } from 'vitest';
import { convertersPlan } from '../src/reproduce/converters.js';
import { firstOf } from '../src/reproduce/first-of.js';
import { drawCurves } from '../src/reproduce/plot.js';
import { type ReproductionPlan, runReproduction } from '../src/reproduce/run-reproduction.js';
import { reproductionTables, shownSteps } from '../src/reproduce/table.js';

const plan: ReproductionPlan = {
  name: 'trial',
  packages: ['snn-core'],
  methods: () => [
    { method: 'norm', converter: norm() },
    { method: 'qcfs', converter: qcfs() },
  ],
};
const said: string[] = [];
const options = {
  networks: ['mnist', 'no-such-network'],
  images: 30,
  calibration: 60,
  steps: 12,
  seed: 1,
  boundImages: 50,
  workers: 1,
  say: (what: string) => void said.push(what),
};

test('a reproduction measures every method, and says what it left out and why', async () => {
  const { anns, curves, skipped, command, ...rest } = await runReproduction(plan, options);
  expect(anns).toMatchObject([{ name: 'mnist', dataSet: 'mnist', images: 30 }]);
  expect(anns[0].accuracy).toBeGreaterThan(0.9);
  expect(curves).toMatchObject([{ network: 'mnist', method: 'norm' }]);
  expect(curves[0].accuracy).toHaveLength(12);
  expect(Number(curves[0].accuracy[11])).toBeGreaterThan(0.9);
  // Work only grows with time.
  expect(curves[0].spikes[11]).toBeGreaterThan(curves[0].spikes[0]);
  expect(curves[0].synapticOperations[11]).toBeGreaterThan(curves[0].spikes[11]);
  // A ReLU network has no trained λ; the second network does not exist.
  expect(skipped).toHaveLength(2);
  expect(skipped[0]).toMatch(/^Left out: mnist: qcfs: Cannot convert node 'relu1'/);
  expect(skipped[1]).toMatch(/^Left out: no-such-network: /);
  expect(command).toContain('pnpm reproduce trial --json --networks mnist,no-such-network --images 30');
  expect(said).toContain('mnist: norm');

  const results = { anns, curves, skipped, command, ...rest };
  const table = reproductionTables(results);
  expect(table).toContain('T=8');
  expect(table).toContain(skipped[1]);
  // The loss is left out where a curve is of fewer images than the ANN's accuracy.
  const lossOf = (images: number) => reproductionTables({ ...results, curves: [{ ...curves[0], images }] });
  expect(lossOf(30)).toMatch(/norm .* -?\d\.\d\d │\n/);
  expect(lossOf(20)).toMatch(/norm .* - │\n/);
  const svg = drawCurves(results);
  expect(svg).toMatch(/^<svg[^>]* xmlns="http:\/\/www.w3.org\/2000\/svg"/);
  expect(svg).toContain('accuracy in %');
  expect(svg).toContain('time steps');
});

test('a reproduction holds methods to bounds, on test images of their own number', async () => {
  const bounds = [
    { steps: 2, most: 0 },
    { steps: 12, most: 4 },
  ];
  const bounded = [
    { method: 'norm, weak', converter: norm({ rule: 'max', scope: 'layer', initial: 0 }), bounds: [bounds[0]] },
    { method: 'norm', converter: norm(), bounds },
    { method: 'qcfs', converter: qcfs(), bounds },
  ];
  const few = { ...options, networks: ['mnist'], images: 3, boundImages: 50 };
  const results = await runReproduction({ ...plan, methods: () => [], bounded: () => bounded }, few);
  expect(results.bounds).toMatchObject([
    { network: 'mnist', method: 'norm, weak', images: 50, steps: 2, most: 0, holds: false },
    { method: 'norm', images: 50, steps: 2 },
    { method: 'norm', images: 50, steps: 12, most: 4, holds: true },
  ]);
  // The weak form guesses after two steps: an image of 50 is 2 points.
  expect(results.bounds[0].loss).toBeGreaterThan(50);
  expect(results.bounds[0].loss % 2).toBe(0);
  expect(results.skipped[0]).toMatch(/^Left out: mnist: bounds of qcfs: Cannot convert node 'relu1'/);
  expect(results.command).toContain('--images 3 --bound-images 50');
  expect(reproductionTables(results)).toMatch(/norm, weak .* MISSED/);
});

test('shownSteps() are the powers of two up to T, and T', () => {
  expect(shownSteps(12)).toEqual([1, 2, 4, 8, 12]);
  expect(shownSteps(16)).toEqual([1, 2, 4, 8, 16]);
});

test('a reproduction goes on where curves of another kind cannot be measured', async () => {
  const failing = { ...plan, methods: () => [], more: () => Promise.reject(new Error('too large')) };
  const { anns, skipped } = await runReproduction(failing, { ...options, networks: ['mnist'] });
  expect(anns).toHaveLength(1);
  expect(skipped).toEqual(['Left out: mnist: what is measured in another way: too large']);
});

test('reproduce converters runs QCFS networks plain and in two stages, on the same images', async () => {
  const few = { ...options, networks: ['mnist-qcfs4'], images: 4, steps: 6 };
  const { curves, skipped } = await runReproduction(convertersPlan, few);
  expect(skipped).toEqual([]);
  expect(curves.map(({ method }) => method)).toEqual([
    'QCFS',
    'QCFS (4 images)',
    'QCFS, SRP after 4 steps (4 images)',
    'QCFS, COS after 4 steps (4 images)',
  ]);
  const [whole, plain, residual, offset] = curves.map(({ accuracy }) => accuracy);
  expect(plain).toEqual(whole);
  // SRP shows its first stage as a plain run; COS shows nothing before it is over.
  expect(residual.slice(0, 4)).toEqual(plain.slice(0, 4));
  expect(offset.slice(0, 4)).toEqual([null, null, null, null]);
  expect(offset[5]).not.toBeNull();
});

test('reproduce converters compares every converter on ReLU networks', async () => {
  const few = { ...options, networks: ['mnist'], images: 10, calibration: 20, steps: 4 };
  const { curves, skipped } = await runReproduction(convertersPlan, few);
  expect(skipped).toEqual([]);
  expect(curves.map(({ method }) => method)).toEqual([
    'norm, weak',
    'norm, strong by layer',
    'norm, strong by channel',
    'balance',
    'calibration for T = 4, light',
    'calibration for T = 4, advanced',
    'calibration for T = 16, light',
    'calibration for T = 16, advanced',
    'norm by channel, start at 0, signed',
    'norm by channel, burst',
  ]);
});

test('firstOf() gives as many samples as it is asked for', async () => {
  async function* three(): AsyncGenerator<Batch> {
    const indices = Uint32Array.of(0, 1, 2);
    for (let i = 0; i < 3; i++) yield { size: 3, data: new Float32Array(6), labels: new Int32Array(3), indices };
  }
  const sizes: number[][] = [];
  for await (const { size, data, labels, indices } of firstOf(three(), 4)) {
    sizes.push([size, data.length, labels!.length, indices.length]);
  }
  expect(sizes).toEqual([
    [3, 6, 3, 3],
    [1, 2, 1, 1],
  ]);
});
