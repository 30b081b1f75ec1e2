import { type RiskControlledFit, riskControlled, stopSteps } from '@spikewright/cutoff-conformal';
import { argmax, type Recording, randomStream } from '@spikewright/snn-core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { randomRecording, recordingOf, selectSamples } from './make-recording.js';

const fitOf = (recording: Recording, options: Parameters<typeof riskControlled>[0]) =>
  riskControlled(options).fit!(recording) as unknown as RiskControlledFit;

// Gaps after each step, * where the sample is wrong and later right:
const recording = recordingOf([
  [0, [4, 0], [6, 0], [9, 0]], //  4   6   9   never lost
  [1, [2, 0], [3, 4], [3, 8]], // *2   1   5   u = 2
  [1, [1, 0], [5, 0], [5, 9]], // *1  *5   4   u = 5
  [0, [0, 3], [1, 5], [1, 6]], //  3   4   5   wrong to the end: nothing to lose
]);

test('riskControlled() takes the lowest threshold above which k samples lose their answers', () => {
  // Binomial(4, 1/2): P(<= 0) = 1/16, P(<= 1) = 5/16, P(<= 2) = 11/16. So k = 1 for δ = 1/2, and the second largest u is 2.
  const fit = fitOf(recording, { epsilon: 0.5, delta: 0.5 });
  expect(fit).toMatchObject({ certified: true, threshold: 2, lost: 1, samples: 4, needed: 1, format: 1, steps: 3 });
  expect(fit.reason).toBe(
    'at most 0.5 of all samples with confidence 0.5, since at most 1 of 4 calibration samples may lose their answers',
  );
  // Gaps above 2: sample 0 at once; sample 1 never has one before the last step; sample 2 after step 2; sample 3 at once.
  const cutoff = riskControlled({ epsilon: 0.5, delta: 0.5 });
  expect([...stopSteps(cutoff, cutoff.fit!(recording), recording)]).toEqual([1, 3, 2, 1]);
  // k = 0 for δ = 1/4: the largest u, 5. k = 2 for δ = 0.7: only two samples can lose their answers, so any step will do.
  expect(fitOf(recording, { epsilon: 0.5, delta: 0.25 })).toMatchObject({ threshold: 5, lost: 0 });
  expect(fitOf(recording, { epsilon: 0.5, delta: 0.7 })).toMatchObject({ threshold: -1, lost: 2 });
});

test('riskControlled() counts for m samples to come by the hypergeometric distribution', () => {
  // n = m = 4, floor(ε m) = 1. k = 0: C(4,2) / C(8,2) = 6/28. k = 1: (C(4,3) + 4 C(4,2)) / C(8,3) = 28/56.
  // k = 2: (1 + 4 C(4,3) + C(4,2) C(4,2)) / C(8,4) = 53/70.
  const lost = (delta: number) => fitOf(recording, { epsilon: 0.25, delta, future: 4 });
  expect(lost(0.2)).toMatchObject({ certified: false, threshold: null, lost: 0 });
  expect(lost(0.22)).toMatchObject({ certified: true, threshold: 5 });
  expect(lost(0.51)).toMatchObject({ certified: true, threshold: 2 });
  expect(lost(0.76)).toMatchObject({ certified: true, threshold: -1 });
  const firstStop = (delta: number) => {
    const cutoff = riskControlled({ epsilon: 0.25, delta, future: 4 });
    return cutoff.firstStop!(cutoff.fit!(recording), recording);
  };
  expect([0.2, 0.22].map(firstStop)).toEqual([3, 1]);
  expect(lost(0.22).reason).toMatch(/^at most 0\.25 of 4 samples/);
});

test('riskControlled() spends its share of 5,000 calibration samples as the binomial tables say', () => {
  const many = randomRecording(5000, 2);
  // P(Binomial(5000, ε) <= k) for k and k + 1: 0.092, 0.133; 0.085, 0.111; 0.084, 0.101.
  for (const [epsilon, k] of [
    [0.005, 18],
    [0.01, 40],
    [0.02, 86],
  ]) {
    const { reason, lost } = fitOf(many, { epsilon });
    expect(reason).toContain(`at most ${k} of 5000 calibration samples`);
    expect(lost).toBe(k);
  }
});

test('riskControlled() gives for very many samples to come what it gives for all', () => {
  const many = randomRecording(400, 3);
  const { threshold } = fitOf(many, { epsilon: 0.05 });
  expect(fitOf(many, { epsilon: 0.05, future: 1_000_000 }).threshold).toBe(threshold);
});

test('riskControlled() never stops a sample where too few were given, and says how many are needed', () => {
  // (1 - 0.01)^229 = 0.1001, (1 - 0.01)^230 = 0.0991
  const cutoff = riskControlled();
  const few = randomRecording(229, 1);
  const fit = cutoff.fit!(few);
  expect(fit).toMatchObject({ certified: false, threshold: null, needed: 230, samples: 229 });
  expect(fit).toHaveProperty(
    'reason',
    'at most 0.01 of all samples with confidence 0.9 needs at least 230 calibration samples: 229 given',
  );
  expect(new Set(stopSteps(cutoff, fit, few))).toEqual(new Set([few.steps]));
  expect(cutoff.fit!(randomRecording(230, 1))).toMatchObject({ certified: true });
});

test('riskControlled() keeps its promise: the share of bad draws of calibration samples is at most δ', () => {
  const population = randomRecording(3000, 7);
  const { steps, classes, scores, labels } = population;
  const right = (sample: number, step: number) => {
    const at = (sample * steps + step - 1) * classes;
    return argmax(scores.subarray(at, at + classes)) === labels[sample];
  };
  const cutoff = riskControlled({ epsilon: 0.05 });
  const random = randomStream(11);
  const lost = Array.from({ length: 200 }, () => {
    const drawn = Array.from({ length: 300 }, () => Math.floor(random() * 3000));
    const stops = stopSteps(cutoff, cutoff.fit!(selectSamples(population, drawn)), population);
    return stops.reduce((sum, step, sample) => sum + (right(sample, steps) && !right(sample, step) ? 1 : 0), 0) / 3000;
  });
  // δ = 0.1 of 200 draws are 20, their standard deviation is 4.2.
  expect(lost.filter((share) => share > 0.05).length).toBeLessThanOrEqual(28);
  // It is no empty promise: the mean is not far below ε.
  expect(lost.reduce((sum, share) => sum + share, 0) / 200).toBeGreaterThan(0.025);
});

test('riskControlled() of a larger ε, and of a larger δ, never stops a sample later', () => {
  const share = fc.double({ min: 0.005, max: 0.6, noNaN: true });
  fc.assert(
    fc.property(
      fc.integer(),
      fc.tuple(share, share),
      fc.option(fc.integer({ min: 1, max: 500 })),
      (seed, pair, future) => {
        const [less, more] = pair.sort((a, b) => a - b);
        const samples = randomRecording(80, seed);
        const stops = (options: { epsilon: number; delta?: number }) => {
          const cutoff = riskControlled({ ...options, ...(future && { future }) });
          return stopSteps(cutoff, cutoff.fit!(samples), samples);
        };
        const [first, second] = [stops({ epsilon: less }), stops({ epsilon: more })];
        expect(second.every((step, sample) => step <= first[sample])).toBe(true);
        const [sure, unsure] = [stops({ epsilon: 0.1, delta: less }), stops({ epsilon: 0.1, delta: more })];
        expect(unsure.every((step, sample) => step <= sure[sample])).toBe(true);
      },
    ),
    { numRuns: 40 },
  );
});
