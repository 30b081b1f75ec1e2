import { confidence, entropy, fixedStep, stopSteps, type ThresholdFit } from '@spikewright/cutoff-conformal';
import type { CutoffPolicy, Recording } from '@spikewright/snn-core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { randomRecording, recordingOf } from './make-recording.js';

const learn = (cutoff: CutoffPolicy, recording: Recording) => cutoff.fit!(recording) as unknown as ThresholdFit;
const stopsOf = (cutoff: CutoffPolicy, recording: Recording) =>
  [...stopSteps(cutoff, cutoff.fit?.(recording) ?? null, recording)]; // biome-ignore format: one expression

// Leads of the mean scores, * where the sample is wrong and later right:
const recording = recordingOf([
  [0, [1, 0], [4, 0], [9, 0]], //  1   2   3
  [1, [1, 0], [0, 1], [0, 6]], // *1  .5   2
  [1, [3, 0], [2, 0], [0, 3]], // *3  *1   1
  [0, [0, 2], [0, 2], [0, 3]], //  2   1   1   wrong to the end
]);
const softmax = (lead: number) => 1 / (1 + Math.exp(-lead));

test('fixedStep({ step }) stops every sample after it', () => {
  expect(fixedStep({ step: 2 }).fit).toBeUndefined();
  expect(stopsOf(fixedStep({ step: 2 }), recording)).toEqual([2, 2, 2, 2]);
  expect(stopsOf(fixedStep({ step: 9 }), recording)).toEqual([3, 3, 3, 3]);
  expect(fixedStep({ step: 2 }).firstStop!(null, recording)).toBe(2);
  expect(fixedStep({ step: 9 }).firstStop!(null, recording)).toBe(3);
});

test('fixedStep() finds the first step that costs no more than the tolerance', () => {
  // Lost at step 1: samples 1 and 2; at step 2: sample 2.
  expect(stopsOf(fixedStep({ tolerance: 0 }), recording)).toEqual([3, 3, 3, 3]);
  expect(stopsOf(fixedStep({ tolerance: 0.25 }), recording)).toEqual([2, 2, 2, 2]);
  expect(stopsOf(fixedStep({ tolerance: 0.5 }), recording)).toEqual([1, 1, 1, 1]);
  const firstOf = (cutoff: CutoffPolicy) => cutoff.firstStop!(cutoff.fit!(recording), recording);
  expect([0, 0.25, 0.5].map((tolerance) => firstOf(fixedStep({ tolerance })))).toEqual([3, 2, 1]);
  expect(firstOf(confidence({ tolerance: 0 }))).toBe(1);
  expect(learn(fixedStep({ tolerance: 0.5 }), recording)).toMatchObject({ lost: 2, threshold: 0, samples: 4 });
  expect(learn(fixedStep({ tolerance: 0.25 }), recording)).toMatchObject({ lost: 1, threshold: 1, samples: 4 });
});

test('fixedStep() counts what a step itself loses, whatever comes after it', () => {
  // Right after steps 1, 2, 3, 4: sample 0 yes yes no yes, sample 1 no yes yes yes. Lost: 1, 0, 1, 0.
  const uneven = recordingOf([
    [0, [1, 0], [2, 0], [2, 3], [4, 3]],
    [1, [1, 0], [1, 2], [1, 3], [1, 4]],
  ]);
  expect(learn(fixedStep({ tolerance: 0 }), uneven)).toMatchObject({ lost: 0, threshold: 1 });
  expect(stopsOf(fixedStep({ tolerance: 0 }), uneven)).toEqual([2, 2]);
  // 1 of 2 may be lost.
  expect(stopsOf(fixedStep({ tolerance: 0.5 }), uneven)).toEqual([1, 1]);
});

test('confidence() counts every step at which a sample could be stopped and is wrong', () => {
  // Leads of the mean scores, * where the sample is wrong and later right: sample 0 1 *2 1, sample 1 1 1 1.
  const late = recordingOf([
    [0, [1, 0], [0, 4], [3, 0]],
    [1, [0, 1], [0, 2], [0, 3]],
  ]);
  // With any threshold below softmax(1) sample 0 stops after step 1, and is right: but step 2 lies above it, too.
  expect(learn(confidence({ tolerance: 0 }), late)).toMatchObject({ lost: 0, threshold: softmax(2) });
  expect(stopsOf(confidence({ tolerance: 0 }), late)).toEqual([3, 3]);
  // The step itself: after step 1 nothing is lost.
  expect(stopsOf(fixedStep({ tolerance: 0 }), late)).toEqual([1, 1]);
});

test('confidence() stops where the softmax of the mean scores is above the threshold', () => {
  expect(stopsOf(confidence({ threshold: (softmax(1) + softmax(2)) / 2 }), recording)).toEqual([2, 3, 1, 1]);
  expect(stopsOf(confidence({ threshold: 1 }), recording)).toEqual([3, 3, 3, 3]);
});

test('confidence() finds the lowest threshold that costs no more than the tolerance', () => {
  // u is softmax(1) of sample 1 and softmax(3) of sample 2, whose lead of 1 after step 2 cannot stop it.
  expect(learn(confidence({ tolerance: 0 }), recording).threshold).toBeCloseTo(softmax(3), 12);
  expect(learn(confidence({ tolerance: 0.25 }), recording).threshold).toBeCloseTo(softmax(1), 12);
  expect(learn(confidence({ tolerance: 0.5 }), recording).threshold).toBe(-1);
});

test('entropy() stops where the entropy of the softmax is below the threshold, in units of ln C', () => {
  const of = (lead: number) => {
    const p = softmax(lead);
    return -(p * Math.log(p) + (1 - p) * Math.log(1 - p)) / Math.log(2);
  };
  expect(stopsOf(entropy({ threshold: (of(1) + of(2)) / 2 }), recording)).toEqual([2, 3, 1, 1]);
  expect(learn(entropy({ tolerance: 0.25 }), recording).threshold).toBeCloseTo(1 - of(1), 12);
  // All classes alike: 1. With one far ahead: 0.
  expect(stopsOf(entropy({ threshold: 1 }), recordingOf([[0, [1, 1], [1, 1]], [1, [0, 2000], [0, 0]]]))).toEqual([2, 1]); // biome-ignore format: two samples
});

test('larger tolerance never stops a sample later', () => {
  const share = fc.double({ min: 0.02, max: 0.9, noNaN: true });
  fc.assert(
    fc.property(fc.integer(), fc.tuple(share, share), (seed, pair) => {
      const [less, more] = pair.sort((a, b) => a - b);
      const samples = randomRecording(80, seed);
      for (const make of [confidence, entropy, fixedStep]) {
        const [first, second] = [
          stopsOf(make({ tolerance: less }), samples),
          stopsOf(make({ tolerance: more }), samples),
        ];
        expect(second.every((step, sample) => step <= first[sample])).toBe(true);
      }
    }),
    { numRuns: 30 },
  );
});

test('baselines refuse a recording in which a single sample is more than the tolerance', () => {
  expect(() => fixedStep().fit!(recording)).toThrow(
    new RangeError('Cannot fit fixedStep: the recording must hold at least 100 samples for tolerance 0.01: 4'),
  );
});
