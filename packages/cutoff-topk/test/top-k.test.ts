import {
  evaluateCutoff,
  optimalCutoffTimesteps,
  type TopKOptions,
  topK,
  topKThresholds,
} from '@spikewright/cutoff-topk';
import type { Frame, Json, Recording } from '@spikewright/snn-core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { a6 } from './a6.js';
import { drawn, recordings } from './recordings.js';

const many = drawn({ samples: 150, steps: 4, classes: 3 }, 1);

/** A fit with given thresholds for a recording. */
const fitOf = (
  { network, encoder, steps }: Recording,
  beta: readonly number[],
  epsilon = 0.02,
  dropout = 0.3,
): Json => ({
  format: 1,
  network,
  encoder,
  steps,
  samples: 100,
  epsilon,
  dropout,
  beta,
});

describe('stopping', () => {
  test('stops the worked example where it says, all right', () => {
    // Sample 2 leads by .1 at step 1 and waits, though its answer is right: the cutoff cannot see labels.
    const fitted = fitOf(a6, topKThresholds(a6, 0), 0);
    expect([...evaluateCutoff(a6, fitted).steps]).toEqual([1, 2, 2, 2]);
    const { accuracy, mean, median, stops } = evaluateCutoff(a6, fitted);
    expect({ accuracy, mean, median, stops }).toEqual({ accuracy: 1, mean: 1.75, median: 2, stops: [1, 3, 0] });
    expect(stopsOf(topK({ epsilon: 0 }).start(fitted, a6), a6)).toEqual([1, 2, 2, 2]);
  });

  test('waits for a lead above the threshold, and never beyond the last step', () => {
    // Leads of sample 1: 1, 2, 2.8
    const first = { ...a6, labels: Int32Array.of(0), scores: a6.scores.slice(0, 9) };
    const at = (...beta: number[]): number => evaluateCutoff(first, fitOf(a6, beta)).steps[0];
    expect([at(0.99, 0, 0), at(1, 1.9, 0), at(1, 2, 0), at(9, 9, 9)]).toEqual([1, 2, 3, 3]);
  });

  test('evaluateCutoff() says what a live run does', () => {
    fc.assert(
      fc.property(recordings, fc.array(fc.nat(6), { minLength: 5, maxLength: 5 }), (recording, thresholds) => {
        const fitted = fitOf(recording, thresholds.slice(0, recording.steps));
        expect([...evaluateCutoff(recording, fitted).steps]).toEqual(
          stopsOf(topK().start(fitted, recording), recording),
        );
      }),
      { numRuns: 60 },
    );
  });

  test('a larger epsilon never raises the mean stop (9.6 e)', () => {
    fc.assert(
      fc.property(fc.nat(1000), fc.nat(1000), fc.nat(90), fc.nat(9), (seed, other, epsilon, more) => {
        const size = { samples: 100, steps: 4, classes: 3 };
        const [learnt, seen] = [drawn(size, seed), drawn(size, other)];
        const mean = (percent: number): number => {
          const policy = topK({ epsilon: percent / 100 });
          return evaluateCutoff(seen, policy.fit!(learnt)).mean;
        };
        expect(mean(epsilon + more)).toBeLessThanOrEqual(mean(epsilon));
      }),
      { numRuns: 25 },
    );
  });

  test('with epsilon 0, a sample of the recording that stops early stays right (9.6 d)', () => {
    fc.assert(
      fc.property(fc.nat(1000), (seed) => {
        const recording = drawn({ samples: 100, steps: 4, classes: 3 }, seed);
        const beta = topKThresholds(recording, 0);
        const largest = Math.max(...leadsOf(recording));
        const optimal = optimalCutoffTimesteps(recording);
        evaluateCutoff(recording, fitOf(recording, beta, 0)).steps.forEach((step, sample) => {
          // The threshold m = 99 is taken unseen.
          if (step < 4 && beta[step - 1] < 0.99 * largest) expect(optimal.steps[sample]).toBeLessThanOrEqual(step);
        });
      }),
      { numRuns: 25 },
    );
  });

  test('a score that is not finite never stops a sample', () => {
    const look = topK().start(fitOf(a6, [0, 0, 0]), a6);
    const odd = [
      [Number.NaN, 9, 0],
      [9, Number.NaN, 0],
      [Infinity, 0, 0],
      [0, 5, -Infinity],
    ];
    const stopped: number[] = [];
    look(frameOf([...odd, [9, 0, 0]], 1, (row) => stopped.push(row)));
    expect(stopped).toEqual([4]);
  });
});

describe('fit()', () => {
  test('returns JSON with all that a reader needs', () => {
    const fitted = topK({ epsilon: 0.05 }).fit!(many);
    expect(fitted).toEqual({
      format: 1,
      network: 'drawn',
      encoder: '{}',
      steps: 4,
      samples: 150,
      epsilon: 0.05,
      dropout: 0.3,
      beta: topKThresholds(many, 0.05),
    });
    expect(JSON.parse(JSON.stringify(fitted))).toEqual(fitted);
  });

  test('asks for dropout while the recording is made', () => {
    expect(topK().dropout).toBe(0.3);
    expect(topK({ dropout: 0 }).dropout).toBe(0);
  });

  test.each([
    [0, 99, 100],
    [0.02, 99, 100],
    [0.008, 124, 125],
  ])('with epsilon %s refuses %s samples', (epsilon, samples, least) => {
    const fit = (count: number): Json => topK({ epsilon }).fit!(drawn({ samples: count, steps: 2, classes: 3 }, 1));
    const rule = `the recording must hold at least ${least} samples for epsilon ${epsilon}: ${samples}`;
    expect(() => fit(samples)).toThrow(new RangeError(`Cannot fit topK: ${rule}`));
    expect(fit(least)).toMatchObject({ samples: least });
  });

  test('refuses an empty recording, labels of one class, and scores of one', () => {
    const fit = (change: Partial<Recording>) => () => topK().fit!({ ...many, ...change });
    expect(fit({ labels: new Int32Array(), scores: new Float64Array() })).toThrow(
      new RangeError('Cannot fit topK: the recording must hold at least 1 sample: 0'),
    );
    expect(fit({ labels: new Int32Array(150).fill(2) })).toThrow(
      new RangeError('Cannot fit topK: labels must be of at least 2 classes: all are 2'),
    );
    expect(fit({ classes: 1, scores: new Float64Array(600) })).toThrow(
      new RangeError('Cannot fit topK: the scores must be of at least 2 classes: 1'),
    );
    expect(fit({ scores: many.scores.with(0, Number.NaN) })).toThrow(
      new RangeError('Cannot fit topK: scores must be finite: sample 0: NaN'),
    );
  });
});

describe('start()', () => {
  const fitted = topK().fit!(many);
  const start = (fit: Json, source: Partial<Recording> = {}) => {
    topK().start(fit, { ...many, ...source });
  };
  const refused: [string, () => void, string][] = [
    ['no fit', () => start(null), 'it must have been fitted to a recording first: no fit given'],
    ['another network', () => start(fitted, { network: 'x' }), 'the fit must be of this network, x: drawn'],
    ['another encoder', () => start(fitted, { encoder: '{"a":1}' }), 'the fit must be of this encoder, {"a":1}: {}'],
    ['more steps', () => start(fitted, { steps: 5 }), 'the fit must be of at least the 5 steps of the run: 4'],
    ['another epsilon', () => start(topK({ epsilon: 0.5 }).fit!(many)), 'the fit must be of epsilon 0.02: 0.5'],
    ['another dropout', () => start(topK({ dropout: 0 }).fit!(many)), 'the fit must be of dropout 0.3: 0'],
    [
      'a fit that lacks a threshold',
      () => start(fitOf(many, [0, 0, 0])),
      'the fit must have one beta for each of its 4 steps: 3',
    ],
  ];
  test.each(refused)('refuses %s', (_, run, rule) => {
    expect(run).toThrow(new TypeError(`Cannot start topK: ${rule}`));
  });

  test.each([
    ['a number', 1],
    ['an array', []],
    ['a threshold that is no number', fitOf(many, [0, 0, 0, Number.NaN])],
    ['a negative threshold', fitOf(many, [0, 0, 0, -1])],
    ['a dropout of all spikes', fitOf(many, [0, 0, 0, 0], 0.02, 1)],
    ['no dropout', { ...(fitted as object), dropout: undefined }],
    ['an unknown key', { ...(fitted as object), more: 1 }],
    ['another format', { ...(fitted as object), format: 2 }],
    ['a missing key', { ...(fitted as object), encoder: undefined }],
  ])('refuses %s', (_, fit) => {
    expect(() => start(fit as Json)).toThrow(/^Cannot start topK: the fit must be one that topK\(\)\.fit returned: ./);
    expect(() => start(fit as Json)).toThrow(TypeError);
  });

  test('takes a run of fewer steps, at the thresholds of these steps', () => {
    const shorter = { ...many, steps: 2 };
    expect(() => topK().start(fitted, shorter)).not.toThrow();
    const scores = Float64Array.from({ length: 150 * 2 * 3 }, (_, place) => {
      const [sample, rest] = [Math.floor(place / 6), place % 6];
      return many.scores[sample * 12 + rest];
    });
    const whole = evaluateCutoff(many, fitted).steps;
    expect([...evaluateCutoff({ ...shorter, scores }, fitted).steps]).toEqual(
      Array.from(whole, (step) => Math.min(step, 2)),
    );
  });

  test('evaluateCutoff() refuses a fit of another source too', () => {
    expect(() => evaluateCutoff({ ...many, network: 'x' }, fitted)).toThrow(
      new TypeError('Cannot evaluate a cutoff: the fit must be of this network, x: drawn'),
    );
  });
});

test.each([
  [{ epsilon: -0.1 }, 'epsilon'],
  [{ epsilon: 1 }, 'epsilon'],
  [{ dropout: 1 }, 'dropout'],
  [{ dropout: Number.NaN }, 'dropout'],
  [{ beta: [1] }, 'beta'],
])('topK() refuses %j', (options, key) => {
  expect(() => topK(options as TopKOptions)).toThrow(
    expect.objectContaining({
      name: 'OptionsError',
      message: expect.stringMatching(new RegExp(`^Cannot use options of top-k: .*'${key}'$`)),
    }),
  );
});

/** The stops of samples that all advance side by side. */
function stopsOf(look: (frame: Frame) => void, { steps, classes, scores, labels }: Recording): number[] {
  const stops = Array.from(labels, () => steps);
  for (let step = steps; step >= 1; step--) {
    const rows = stops.map((_, sample) => {
      const at = (sample * steps + step - 1) * classes;
      return [...scores.subarray(at, at + classes)];
    });
    look(frameOf(rows, step, (row) => void stops.fill(step, row, row + 1)));
  }
  return stops;
}

function frameOf(rows: readonly (readonly number[])[], step: number, stop: (row: number) => void): Frame {
  const absent = (): never => expect.fail('a cutoff looks at scores only');
  return {
    rows: rows.length,
    sampleOf: (row) => row,
    stepOf: () => step,
    scores: (row) => Float64Array.from(rows[row]),
    spikes: absent,
    operations: absent,
    stop,
  };
}

function leadsOf({ scores, classes }: Recording): number[] {
  return Array.from({ length: scores.length / classes }, (_, place) => {
    const [first, second] = scores.slice(place * classes, (place + 1) * classes).sort((a, b) => b - a);
    return first - second;
  });
}
