import { norm } from '@spikewright/converters-norm';
import { type Calibration, type Network, referenceEngine } from '@spikewright/snn-core';
import { tinyBatch, tinyNetworks } from '@spikewright/testkit';
import { expect, test } from 'vitest';
import { hebbianCommand, LABEL, reproduceHebbian } from '../src/reproduce/hebbian/command.js';
import { firstReached, reachedForGood, runningSums } from '../src/reproduce/hebbian/latency.js';
import { type Measured, measureNetwork } from '../src/reproduce/hebbian/measure.js';
import { BASELINES, delayed, STRONGEST, UNTUNED, VARIANTS, WEAKEST } from '../src/reproduce/hebbian/methods.js';
import { drawAccuracy, drawLatency } from '../src/reproduce/hebbian/plots.js';
import type { HebbianResults, Reached } from '../src/reproduce/hebbian/results.js';
import { fall, meanReached, rowsOf, type Trial, verdict } from '../src/reproduce/hebbian/summarise.js';
import { hebbianTables } from '../src/reproduce/hebbian/tables.js';
import type { Setting } from '../src/reproduce/setting.js';

const engine = referenceEngine();
const ann: Network = tinyNetworks().globalPool;
const batch = tinyBatch(ann, 12);

async function* samples() {
  yield batch;
}

const calibration: Calibration = { batches: samples, engine };
const setting: Setting = {
  name: 'tiny',
  title: 'Tiny',
  dataSet: 'mnist',
  ann,
  hash: '0',
  accuracy: 0.5,
  images: 12,
  test: samples,
  calibration,
};

test('firstReached() and reachedForGood() differ where accuracy falls again', () => {
  const accuracy = [0.1, 0.9, 0.5, null, 0.9, 0.95];
  expect([firstReached(accuracy, 0.9), reachedForGood(accuracy, 0.9)]).toEqual([2, 5]);
  expect([firstReached(accuracy, 0.1), reachedForGood([0.9, 0.9], 0.9)]).toEqual([1, 1]);
  expect([firstReached(accuracy, 0.96), reachedForGood(accuracy, 0.96)]).toEqual([null, null]);
  expect(runningSums([1, 2, 4])).toEqual([1, 3, 7]);
});

/** A measurement that reaches 97 % and 99.5 % in some steps, at 10 nJ a step. */
function reached(seed: number, step: number | null, step995: number | null = step): Measured {
  const at = (place: number | null): Reached => ({
    step: place,
    stays: place,
    energyByStepNanojoules: place === null ? null : 10 * place,
    energyNanojoules: place === null ? null : 10 * place,
  });
  const notes = [`hebbian, rule onset (${LABEL}): ${seed === 1 ? 'kept' : 'rolled back in relu2'}; agreement`];
  return { run: { seed, ann: 0.99, at97: at(step), at995: at(step995), notes }, accuracy: [0.5, 0.9] };
}

/** Two seeds of every row: 50 and 60 steps untuned, as many as the baseline's place leaves; tuned a tenth. */
const trials: Trial[] = BASELINES.flatMap((baseline, place) =>
  VARIANTS.filter(({ main }) => baseline.all || main).map(({ name }): Trial => {
    const share = (name === UNTUNED ? 1 : name === 'H1 timing' ? 1.5 : 0.1) / (place + 1);
    const never = name === 'H2 gain';
    return {
      baseline,
      variant: name,
      images: 12,
      measured: [50, 60].map((steps, i) =>
        reached(i + 1, never ? null : share * steps, place === 0 ? null : share * steps),
      ),
    };
  }),
);

const results: HebbianResults = {
  format: 1,
  reproduction: 'hebbian',
  label: LABEL,
  command: 'pnpm reproduce hebbian',
  scope: { images: 12, calibration: 12, tuning: 12, dynamicImages: 4 },
  seeds: [1, 2],
  ann: { name: 'tiny', title: 'Tiny', dataSet: 'mnist', hash: '0', accuracy: 0.99, images: 12, source: undefined },
  rows: rowsOf(trials),
  dynamic: rowsOf(
    trials
      .filter(({ variant }) => variant === UNTUNED)
      .map((trial) => ({ ...trial, measured: trial.measured.slice(0, 1) })),
  ),
  ...verdict(rowsOf(trials)),
  machine: { cpu: 'x', cores: 1, memoryGib: 1, node: '20', platform: 'linux' } as never,
  versions: {},
};

test('rowsOf() puts each variant beside its own baseline, seed by seed', () => {
  const row = results.rows.find(({ baseline, variant }) => baseline === WEAKEST && variant === 'onset by channel')!;
  expect(row.latencyFall).toEqual({ mean: 0.9, low: expect.closeTo(0.9), high: expect.closeTo(0.9) });
  expect(row.latencyFall995).toBeNull();
  expect(row.accuracy).toEqual([0.5, 0.9]);
  const slower = results.rows.find(({ baseline, variant }) => baseline === STRONGEST && variant === 'H1 timing')!;
  expect(slower.latencyFall?.mean).toBeCloseTo(-0.5);
  const never = results.rows.find(({ variant }) => variant === 'H2 gain')!;
  expect([never.latencyFall, never.energyFall]).toEqual([null, null]);
  expect(meanReached(never.runs, ({ at97 }) => at97)).toBeNull();
  // One seed has no interval.
  const [one] = row.runs;
  expect(fall([one], [one], ({ at97 }) => at97.step)).toBeNull();
});

test('verdict() holds the best row against the weakest baseline, and tells what needs no tuner', () => {
  // Best: a tenth of a seventh of the steps. Without tuner: a seventh.
  expect(results.best.baseline).toBe(STRONGEST);
  expect(results.bounds.map(({ holds }) => holds)).toEqual([true, true, true]);
  expect(results.bounds[0].measured?.mean).toBeCloseTo(1 - 0.1 / 7);
  expect(results.withoutTuner?.mean).toBeCloseTo(1 - 1 / 7);
});

test('verdict() says where a published figure is not met', () => {
  const untuned = rowsOf(trials.filter(({ variant }) => variant === UNTUNED));
  expect(verdict(untuned).bounds.map(({ holds }) => holds)).toEqual([false, false, false]);
  expect(hebbianTables({ ...results, ...verdict(untuned) })).toContain('measured 85.7 ± 0.0 %: DOES NOT HOLD');
});

test('hebbianTables() has a Markdown table for each baseline, the label, and the bounds', () => {
  const text = hebbianTables(results);
  expect(text).toContain(LABEL);
  for (const { name } of BASELINES) expect(text).toContain(`${name} (tuned for T`);
  expect(text).toContain('| onset by channel | 5.5 | 5.5 | - | - | 55 | 55 | 90.0 ± 0.0 % | - | 1 of 2, 1 in part |');
  expect(text).toContain('- fall of steps to 97 %: published 87.98 %, measured 98.6 ± 0.0 %: holds');
  expect(text).toContain(
    'Without any tuner, θ/2 start, 99.9 by channel against zero start, max: 85.7 ± 0.0 % fewer steps',
  );
});

test('drawAccuracy() and drawLatency() name every baseline', () => {
  for (const svg of [drawAccuracy(results), drawLatency(results)]) {
    expect([svg.slice(0, 5), svg.slice(-7)]).toEqual(['<svg ', '</svg>\n']);
    for (const { name } of BASELINES) expect(svg).toContain(name);
  }
  expect(drawLatency(results)).toContain('onset by neuron');
});

test('measureNetwork() counts energy up to the step that is reached', async () => {
  const snn = await norm().convert(ann, calibration);
  const { run, accuracy } = await measureNetwork(snn, { ...setting, accuracy: 0 }, { engine, steps: 4, seed: 1 });
  expect(accuracy).toHaveLength(4);
  expect([run.at97.step, run.at97.stays]).toEqual([1, 1]);
  // A quarter of four steps, and the first alone: at least the multiply-additions of the first layer at 4.6 pJ.
  const first = run.at97.energyNanojoules!;
  expect(run.at97.energyByStepNanojoules).toBeGreaterThanOrEqual(first);
  expect(first).toBeGreaterThan(0);
  const never = await measureNetwork(snn, { ...setting, accuracy: 2 }, { engine, steps: 4, seed: 1 });
  expect(never.run.at995).toEqual({ step: null, stays: null, energyByStepNanojoules: null, energyNanojoules: null });
});

test.each(VARIANTS)('variant $name tunes a network with delay', async ({ tune, name }) => {
  const snn = delayed(await norm({ initial: 0 }).convert(ann, calibration), 1);
  const tuned = await tune(snn, calibration, 4);
  const notes = (tuned.meta.notes ?? []).filter((note) => note.startsWith('hebbian'));
  expect(notes).toHaveLength(name === UNTUNED ? 0 : name.includes('in turn') ? 3 : name.includes('then') ? 2 : 1);
  expect(tuned.nodes.filter((node) => node.op === 'neuron').every(({ delay }) => delay === 1)).toBe(true);
});

test('the command names the label, and wants more than one seed', async () => {
  expect(hebbianCommand.description()).toContain(LABEL);
  const options = { images: 4, calibration: 4, tuning: 4, dynamicImages: 1, workers: 1 };
  for (const seeds of [1, 11]) {
    await expect(reproduceHebbian({ ...options, seeds }, () => undefined)).rejects.toThrow(
      `Cannot reproduce hebbian: --seeds must be from 2 to 10: ${seeds}`,
    );
  }
});
