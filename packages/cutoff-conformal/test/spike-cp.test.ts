import { predictionSet, type SpikeCPFit, spikeCP, stopSteps } from '@spikewright/cutoff-conformal';
import type { Recording } from '@spikewright/snn-core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { randomRecording, recordingOf, selectSamples } from './make-recording.js';

const fitOf = (recording: Recording, options: Parameters<typeof spikeCP>[0]) =>
  spikeCP(options).fit!(recording) as unknown as SpikeCPFit;

// The score of the label leads by d; -ln softmax is ln(1 + exp(-d)).
const recording = recordingOf([
  [0, [1, 0], [3, 0]], // d = 1, 3
  [1, [0, 2], [0, 2]], // d = 2, 2
  [0, [3, 0], [1, 0]], // d = 3, 1
]);
const loss = (lead: number) => Math.log(1 + Math.exp(-lead));

test('spikeCP() takes the conformal quantile of every step, at α shared out among the steps', () => {
  // n = 3, α / K = 0.25: rank ceil(4 · 0.75) = 3, the largest.
  const fit = fitOf(recording, { alpha: 0.5 });
  expect(fit.thresholds).toBeAllClose([loss(1), loss(1)]);
  expect(fit).toMatchObject({ certified: true, needed: 3, samples: 3 });
  // α / K = 0.24: rank ceil(4 · 0.76) = 4 of 3.
  expect(fitOf(recording, { alpha: 0.48 })).toMatchObject({ certified: false, needed: 4, thresholds: [null, null] });
});

test('spikeCP() looks at checkpoints only', () => {
  // One checkpoint, the last step: α / K = 0.5, rank ceil(4 · 0.5) = 2, the middle one.
  const { thresholds } = fitOf(recording, { alpha: 0.5, every: 2 });
  expect(thresholds[0]).toBeNull();
  expect(thresholds[1]).toBeCloseTo(loss(2), 12);
  // Of 5 steps, after 2, 4 and 5: needed are 3 / α - 1 samples.
  const five = randomRecording(100, 1, 5);
  const fit = fitOf(five, { alpha: 0.3, every: 2 });
  expect(fit.thresholds.map((threshold) => threshold === null)).toEqual([true, false, true, false, false]);
  expect(fit.needed).toBe(9);
  const cutoff = spikeCP({ alpha: 0.1, every: 2, size: 2 });
  const stops = new Set(stopSteps(cutoff, cutoff.fit!(five), five));
  expect([...stops].sort()).toEqual([2, 4, 5]);
});

test('predictionSet() holds the classes whose loss is at most the threshold', () => {
  // Scores 2, 1, -9: losses 0.313, 1.313, 11.313.
  expect(predictionSet([null, 0.3], [2, 1, -9], 2)).toEqual([]);
  expect(predictionSet([null, 0.4], [2, 1, -9], 2)).toEqual([0]);
  expect(predictionSet([null, 1.4], [2, 1, -9], 2)).toEqual([0, 1]);
  expect(predictionSet([null, 1.4], [2, 1, -9], 1)).toEqual([0, 1, 2]);
  expect(predictionSet([null, 1.4], [2, Number.NaN, -9], 2)).toEqual([0, 1, 2]);
  expect(predictionSet([null, 1.4], [2, 1, -Infinity], 2)).toEqual([0, 1, 2]);
});

test('spikeCP() covers the labels of other samples, at the steps where they stop', () => {
  const cutoff = spikeCP({ alpha: 0.2, size: 2 });
  const missed = Array.from({ length: 40 }, (_, seed) => {
    const all = randomRecording(600, seed);
    const places = Array.from({ length: 300 }, (_, place) => place);
    const fit = cutoff.fit!(selectSamples(all, places));
    const test = selectSamples(all, places.map((place) => place + 300)); // biome-ignore format: one call
    const { thresholds } = fit as unknown as SpikeCPFit;
    const stops = stopSteps(cutoff, fit, test);
    const misses = stops.reduce((sum, step, sample) => {
      const at = (sample * test.steps + step - 1) * test.classes;
      const set = predictionSet(thresholds, test.scores.subarray(at, at + test.classes), step);
      return sum + (set.includes(test.labels[sample]) ? 0 : 1);
    }, 0);
    return misses / 300;
  });
  // 12,000 samples: the standard deviation of a share of 0.2 would be 0.004.
  expect(missed.reduce((sum, share) => sum + share, 0) / 40).toBeLessThan(0.2);
});

test('spikeCP() of a larger α or size never stops a sample later', () => {
  const share = fc.double({ min: 0.01, max: 0.99, noNaN: true });
  fc.assert(
    fc.property(fc.integer(), fc.tuple(share, share), (seed, pair) => {
      const [less, more] = pair.sort((a, b) => a - b);
      const samples = randomRecording(80, seed);
      const stops = (options: { alpha: number; size?: number }) => {
        const cutoff = spikeCP(options);
        return stopSteps(cutoff, cutoff.fit!(samples), samples);
      };
      const [first, second, third] = [stops({ alpha: less }), stops({ alpha: more }), stops({ alpha: more, size: 2 })];
      expect(second.every((step, sample) => step <= first[sample])).toBe(true);
      expect(third.every((step, sample) => step <= second[sample])).toBe(true);
    }),
    { numRuns: 30 },
  );
});
