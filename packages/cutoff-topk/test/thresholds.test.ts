import { topKThresholds } from '@spikewright/cutoff-topk';
import type { Recording } from '@spikewright/snn-core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { a6 } from './a6.js';
import { recordings } from './recordings.js';

/** Samples of two classes over one step, whose class 0 leads by the given numbers; the label is 0 where it is right. */
const leading = (leads: readonly number[], labels: readonly number[]): Recording => ({
  network: 'leading',
  encoder: '{}',
  steps: 1,
  classes: 2,
  scores: Float64Array.from(leads.flatMap((lead) => [lead, 0])),
  labels: Int32Array.from(labels),
});

test('topKThresholds() gives the thresholds of the worked example', () => {
  // Leads: t1 1, .1, .1, .3; t2 2, .6, .4, .5; t3 2.8, .2, .8, 1.3. Right from t on: t1 1, 1, 0, 0; t2 and t3 all.
  // The largest lead is 2.8. At t1 a threshold must keep out .3 (sample 4): 10 · .028 = .28 does not, 11 · .028 does.
  expect(topKThresholds(a6, 0)).toBeAllClose([0.308, 0, 0]);
  // 2 of 4 are right beyond 0: ε = .5. With ε = .49 only .308 will do: below it 1 of 2 are right.
  expect(topKThresholds(a6, 0.5)).toEqual([0, 0, 0]);
  expect(topKThresholds(a6, 0.49)).toBeAllClose([0.308, 0, 0]);
});

test('topKThresholds() takes the smallest lead that is sure enough, though a larger one may be less sure', () => {
  // Beyond 0: 3 of 4 right. Beyond 20: 2 of 3. Beyond 40: 1 of 2, beyond 60: 0 of 1.
  const recording = leading([20, 40, 60, 100], [0, 0, 0, 1]);
  expect(topKThresholds(recording, 0.25)).toEqual([0]);
  expect(topKThresholds(recording, 0.34)).toEqual([0]);
  // Nothing below 99 is sure enough, and 99 is taken unseen.
  expect(topKThresholds(recording, 0.24)).toEqual([99]);
});

test('topKThresholds() counts what lies strictly beyond', () => {
  // The wrong sample leads by exactly 50 of 100: it is beyond 49, not beyond 50.
  expect(topKThresholds(leading([50, 100], [1, 0]), 0)).toEqual([50]);
});

test('topKThresholds() does not take a threshold that no sample lies beyond', () => {
  // Step 2 sets the largest lead, 100. Step 1 ties always: no sample lies beyond any threshold, and 0 / 0 is not sure.
  const scores = Float64Array.of(5, 5, 100, 0, 5, 5, 0, 60);
  const recording = { ...leading([], []), steps: 2, scores, labels: Int32Array.of(0, 1) };
  expect(topKThresholds(recording, 0.5)).toEqual([99, 0]);
});

test('topKThresholds() asks for answers that stay right', () => {
  // Right at step 1, wrong at step 2, right at step 3, each time with a lead of 10: sure at step 3 only.
  const scores = Float64Array.of(10, 0, 0, 10, 10, 0);
  const recording = { ...leading([], []), steps: 3, scores, labels: Int32Array.of(0) };
  expect(topKThresholds(recording, 0)).toBeAllClose([9.9, 9.9, 0]);
});

test('a larger epsilon raises no threshold (9.6 e)', () => {
  const share = fc.double({ min: 0, max: 0.99, noNaN: true });
  fc.assert(
    fc.property(recordings, share, share, (recording, a, b) => {
      fc.pre(leads(recording));
      const [strict, lax] = [Math.min(a, b), Math.max(a, b)].map((epsilon) => topKThresholds(recording, epsilon));
      strict.forEach((threshold, step) => {
        expect(lax[step]).toBeLessThanOrEqual(threshold);
      });
    }),
    { numRuns: 60 },
  );
});

test('thresholds keep their place when scores are doubled or samples change places', () => {
  fc.assert(
    fc.property(recordings, fc.constantFrom(0, 0.1, 0.3), (recording, epsilon) => {
      fc.pre(leads(recording));
      const { scores, labels, steps, classes } = recording;
      const thresholds = topKThresholds(recording, epsilon);
      const doubled = { ...recording, scores: scores.map((score) => 2 * score) };
      expect(topKThresholds(doubled, epsilon)).toEqual(thresholds.map((threshold) => 2 * threshold));
      const length = steps * classes;
      const samples = Array.from(labels, (_, sample) => scores.subarray(sample * length, (sample + 1) * length));
      const turned = {
        ...recording,
        labels: labels.toReversed(),
        scores: Float64Array.from(samples.reverse().flatMap((sample) => [...sample])),
      };
      expect(topKThresholds(turned, epsilon)).toEqual(thresholds);
    }),
    { numRuns: 40 },
  );
});

/** Whether some sample's best two scores differ after some step. */
function leads({ scores, classes }: Recording): boolean {
  for (let at = 0; at < scores.length; at += classes) {
    const [first, second] = scores.slice(at, at + classes).sort((a, b) => b - a);
    if (first > second) return true;
  }
  return false;
}

test.each([[-0.01], [1], [Number.NaN]])('topKThresholds() refuses epsilon %s', (epsilon) => {
  expect(() => topKThresholds(a6, epsilon)).toThrow(
    new RangeError(`Cannot find Top-K thresholds: epsilon must be from 0 to below 1: ${epsilon}`),
  );
});

const unsound: [string, Partial<Recording>, Error][] = [
  [
    'no samples',
    { labels: new Int32Array(), scores: new Float64Array() },
    range('the recording must hold at least 1 sample: 0'),
  ],
  ['no steps', { steps: 0, scores: new Float64Array() }, range('the recording must have at least 1 step: 0')],
  ['one class', { classes: 1, scores: new Float64Array(12) }, range('the scores must be of at least 2 classes: 1')],
  ['a label that is no class', { labels: Int32Array.of(0, 0, 3, 0) }, range('labels must be from 0 to 2: 3')],
  ['a negative label', { labels: Int32Array.of(0, -1, 2, 0) }, range('labels must be from 0 to 2: -1')],
  [
    'a score that is no number',
    { scores: a6.scores.with(20, Number.NaN) },
    range('scores must be finite: sample 2: NaN'),
  ],
  ['an infinite score', { scores: a6.scores.with(3, -Infinity) }, range('scores must be finite: sample 0: -Infinity')],
  ['equal scores', { scores: new Float64Array(36) }, range('a class must lead after some step: all scores are equal')],
  [
    'too few scores',
    { scores: a6.scores.slice(1) },
    new TypeError('Cannot find Top-K thresholds: scores must be [samples, steps, classes] = [4, 3, 3], 36 numbers: 35'),
  ],
];

function range(rule: string): RangeError {
  return new RangeError(`Cannot find Top-K thresholds: ${rule}`);
}

test.each(unsound)('topKThresholds() refuses a recording with %s', (_, change, error) => {
  expect(() => topKThresholds({ ...a6, ...change }, 0.1)).toThrow(error);
});
