import { evaluateStops } from '@spikewright/cutoff-topk';
import { expect, test } from 'vitest';
import { a6 } from './a6.js';

test('evaluateStops() measures stops that anything chose', () => {
  // At step 1 samples 3 and 4 answer 1, and their labels are 2 and 0.
  const { accuracy, mean, median, stops, steps } = evaluateStops(a6, Int32Array.of(1, 1, 1, 3));
  expect({ accuracy, mean, median, stops }).toEqual({ accuracy: 0.75, mean: 1.5, median: 1, stops: [3, 0, 1] });
  expect([...steps]).toEqual([1, 1, 1, 3]);
});

test('evaluateStops() refuses stops that do not fit the recording', () => {
  const stop =
    (...steps: number[]) =>
    () =>
      evaluateStops(a6, Int32Array.from(steps));
  expect(stop(1, 1, 1)).toThrow(new TypeError('Cannot evaluate stops: each of 4 samples must have a step: 3'));
  for (const step of [0, 4])
    expect(stop(1, step, 1, 1)).toThrow(new RangeError(`Cannot evaluate stops: a step must be from 1 to 3: ${step}`));
});
