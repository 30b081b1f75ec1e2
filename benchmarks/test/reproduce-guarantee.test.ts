import { type Recording, randomStream } from '@spikewright/snn-core';
import { beforeAll, expect, test } from 'vitest';
import { reproduceGuarantee } from '../src/reproduce/guarantee/command.js';
import { measurePromises } from '../src/reproduce/guarantee/measure-promises.js';
import { drawPolicies } from '../src/reproduce/guarantee/plot.js';
import { proportion } from '../src/reproduce/guarantee/proportion.js';
import type { GuaranteeResults } from '../src/reproduce/guarantee/results.js';
import {
  drawSamples,
  outcomeOf,
  randomHalves,
  rightAnswers,
  selectSamples,
} from '../src/reproduce/guarantee/samples.js';
import { guaranteeTables } from '../src/reproduce/guarantee/tables.js';
import { verdictOf } from '../src/reproduce/guarantee/verdict.js';

let results: GuaranteeResults;
const said: string[] = [];

beforeAll(async () => {
  const options = { networks: ['mnist-qcfs4'], images: 600, splits: 4, policySplits: 2, seed: 1 };
  results = await reproduceGuarantee(options, (what) => said.push(what));
}, 60_000);

test('reproduce guarantee measures promises and policies on one recording', () => {
  const [{ promises, policies, accuracy, ...rest }] = results.networks;
  expect(results.networks).toHaveLength(1);
  expect(rest).toMatchObject({ network: 'mnist-qcfs4', method: 'QCFS, L = 4', steps: 8, calibration: 300, test: 300 });
  expect(accuracy).toHaveLength(8);
  expect(accuracy[7]).toBeGreaterThan(0.97);
  expect(promises.map(({ epsilon }) => epsilon)).toEqual([0.005, 0.01, 0.02]);
  // 300 samples are too few for ε = 0.5 %: nothing stops early, and nothing is lost.
  expect(promises[0].halves).toMatchObject({ meanStep: 8, lost: { share: 0 }, errors: { share: 0 } });
  expect(promises[2].population.meanStep).toBeLessThan(8);
  const [full, ...others] = policies;
  expect(full).toMatchObject({ policy: 'full run', level: null, meanStep: 8, lost: 0, errors: 0 });
  expect(others).toHaveLength(18);
  for (const row of others) {
    expect(row.meanStep).toBeLessThanOrEqual(8);
    expect(row.errors).toBeLessThanOrEqual(row.lost);
    expect(row.errors).toBeCloseTo(full.accuracy - row.accuracy, 12);
    expect('missed' in row).toBe(row.policy === 'SpikeCP');
  }
  expect(results.command).toContain('--networks mnist-qcfs4 --images 600 --splits 4 --policy-splits 2 --seed 1');
  expect(said).toContain('mnist-qcfs4: promises 100 %');
});

test('tables and plot show the promise and every policy', () => {
  const tables = guaranteeTables(results);
  expect(tables).toContain('300 drawn from all, all');
  expect(tables).toContain('a half for 300 to come');
  expect(tables).toMatch(/SpikeCP/);
  expect(drawPolicies(results)).toMatch(/^<svg[^>]* xmlns="http:\/\/www.w3.org\/2000\/svg"/);
});

test('verdictOf() takes the worst row of each reading, and judges those that something is promised of', () => {
  const broken = (share: number) => ({ lost: proportion(50, 100), errors: { share, low: 0, high: 1 }, meanStep: 2 });
  const row = (population: number, future: number, halves: number) => ({
    epsilon: 0.01,
    population: broken(population),
    future: broken(future),
    halves: broken(halves),
  });
  const networks = [
    { ...results.networks[0], promises: [row(0.02, 0.05, 0.14), row(0.1, 0.04, 0.03)] },
    { ...results.networks[0], promises: [row(0, 0.12, 0)] },
  ];
  expect(verdictOf({ networks, delta: 0.1 })).toEqual([
    { reading: 'population', worst: 0.1, promised: true, holds: true },
    { reading: 'future', worst: 0.12, promised: true, holds: false },
    { reading: 'halves', worst: 0.14, promised: false, holds: false },
  ]);
  const tables = guaranteeTables({ ...results, networks });
  expect(tables).toContain(
    'told how many images it has: in at most 12.0 % of the draws; at most 10 % promised: BROKEN',
  );
  expect(tables).toContain('not told: in at most 14.0 % of the draws; nothing promised');
});

test('proportion() is the share with the interval of Clopper and Pearson', () => {
  // Closed forms: no success of 10 gives 1 - 0.025^(1/10), ten of 10 give 0.025^(1/10).
  expect(proportion(0, 10)).toMatchObject({ share: 0, low: 0, high: expect.closeTo(1 - 0.025 ** 0.1, 9) });
  expect(proportion(10, 10)).toMatchObject({ share: 1, low: expect.closeTo(0.025 ** 0.1, 9), high: 1 });
  // Tabled: 2 of 20.
  expect(proportion(2, 20)).toMatchObject({ low: expect.closeTo(0.012349, 6), high: expect.closeTo(0.316983, 6) });
});

test('outcomeOf() counts lost answers, and additional errors less the answers that were won', () => {
  // Two steps: right then wrong, wrong then right, right then right, wrong then wrong.
  const right = Uint8Array.of(1, 0, 0, 1, 1, 1, 0, 0);
  expect(outcomeOf(right, Int32Array.of(1, 1, 1, 2))).toEqual({ meanStep: 1.25, accuracy: 0.5, lost: 0.25, errors: 0 });
  expect(outcomeOf(right, Int32Array.of(2, 1, 1, 1))).toMatchObject({ lost: 0.25, errors: 0.25 });
});

test('splits and draws are the same each time, and differ from each other', () => {
  const [first, second] = randomHalves(11, 3, 0);
  expect([first.length, second.length]).toEqual([5, 6]);
  expect([...first, ...second].sort((a, b) => a - b)).toEqual(Array.from({ length: 11 }, (_, place) => place));
  expect(randomHalves(11, 3, 0)).toEqual([first, second]);
  expect(randomHalves(11, 3, 1)).not.toEqual([first, second]);
  const drawn = drawSamples(50, 200, 3, 0);
  expect(new Set(drawn).size).toBeLessThanOrEqual(50);
  expect(Math.max(...drawn)).toBe(49);
});

test('measurePromises() finds promises kept on a made-up recording, and broken for halves seldom', () => {
  const recording = madeUp(2000);
  const right = rightAnswers(selectSamples(recording, Uint32Array.of(0, 1)));
  expect(right).toHaveLength(2 * recording.steps);
  const say = () => undefined;
  const rows = measurePromises(recording, { epsilons: [0.02, 0.05], delta: 0.1, splits: 60, seed: 1, say });
  for (const { population, future, halves } of rows) {
    // Of 60 draws 6 may break the promise, with a standard deviation of 2.3.
    expect(population.lost.share).toBeLessThanOrEqual(12 / 60);
    expect(future.lost.share).toBeLessThanOrEqual(12 / 60);
    // What is promised for 1,000 images stops no earlier than what is promised for all.
    expect(future.meanStep).toBeGreaterThanOrEqual(halves.meanStep);
  }
  expect(rows[1].population.meanStep).toBeLessThan(rows[0].population.meanStep);
});

/** Samples of 3 classes over 4 steps, whose right class wins sooner or later. */
function madeUp(samples: number): Recording {
  const random = randomStream(5);
  const [steps, classes] = [4, 3];
  const labels = Int32Array.from({ length: samples }, () => Math.floor(random() * classes));
  const scores = new Float64Array(samples * steps * classes);
  scores.forEach((_, place) => {
    const [step, label] = [Math.floor(place / classes) % steps, labels[Math.floor(place / classes / steps)]];
    scores[place] = (step === 0 ? 0 : scores[place - classes]) + random() + (place % classes === label ? 0.3 : 0);
  });
  return { network: 'made up', encoder: '{}', steps, classes, labels, scores };
}
