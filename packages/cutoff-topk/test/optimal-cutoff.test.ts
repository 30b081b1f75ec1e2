import { optimalCutoffTimesteps } from '@spikewright/cutoff-topk';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { a6 } from './a6.js';
import { recordings } from './recordings.js';

test('optimalCutoffTimesteps() gives the steps of the worked example', () => {
  // Samples 3 and 4 answer 1 at step 1, and right from step 2 on. (1 + 1 + 2 + 2) / 4 = 1.5
  const { steps, mean, median, accuracy, stops } = optimalCutoffTimesteps(a6);
  expect([...steps]).toEqual([1, 1, 2, 2]);
  expect({ mean, median, accuracy, stops }).toEqual({ mean: 1.5, median: 1.5, accuracy: 1, stops: [2, 2, 0] });
});

test('a sample that is wrong at the end takes all steps, one that changed its mind counts from the last change', () => {
  // Label 1. Sample 1: right, right, wrong. Sample 2: right, wrong, right. A tie answers the lower class: wrong.
  const scores = Float64Array.of(0, 1, 0, 1, 1, 0, 0, 1, 1, 0, 0, 1, 1, 1, 0, 1, 0, 1);
  const recording = { ...a6, classes: 2, labels: Int32Array.of(1, 1, 1), scores };
  const { steps, accuracy, median } = optimalCutoffTimesteps(recording);
  expect([...steps]).toEqual([3, 3, 2]);
  expect(median).toBe(3);
  expect(accuracy).toBeCloseTo(2 / 3, 12);
});

test('stopping at the optimal step answers as T steps do, and one step earlier it would not', () => {
  fc.assert(
    fc.property(recordings, (recording) => {
      const { steps: last, classes, scores, labels } = recording;
      const isRight = (sample: number, step: number): boolean => {
        const at = (sample * last + step - 1) * classes;
        const row = [...scores.subarray(at, at + classes)];
        return row.indexOf(Math.max(...row)) === labels[sample];
      };
      const { steps, accuracy } = optimalCutoffTimesteps(recording);
      let right = 0;
      steps.forEach((step, sample) => {
        if (isRight(sample, last)) right += 1;
        if (step < last) for (let later = step; later <= last; later++) expect(isRight(sample, later)).toBe(true);
        if (step > 1 && isRight(sample, last)) expect(isRight(sample, step - 1)).toBe(false);
      });
      expect(accuracy).toBe(right / labels.length);
    }),
    { numRuns: 60 },
  );
});

test('optimalCutoffTimesteps() refuses an empty recording', () => {
  const empty = { ...a6, labels: new Int32Array(), scores: new Float64Array() };
  expect(() => optimalCutoffTimesteps(empty)).toThrow(
    new RangeError('Cannot find optimal cutoffs: the recording must hold at least 1 sample: 0'),
  );
});
