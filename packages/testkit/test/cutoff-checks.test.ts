import { argmax, type CutoffPolicy, type Frame, type Json, noCutoff, type Recording } from '@spikewright/snn-core';
import { cutoffChecks } from '@spikewright/testkit';
import { describe, expect, test } from 'vitest';
import { failing } from './failing.js';

type Look = (frame: Frame) => void;

const cutoff = (start: (fitted: Json) => Look, fit?: (recording: Recording) => Json): CutoffPolicy => ({
  role: 'cutoff',
  spec: 1,
  name: 'mine',
  options: {},
  ...(fit && { fit }),
  start,
});

const range = (count: number): number[] => Array.from({ length: count }, (_, place) => place);

/** The lead of the best score over the mean, divided by the steps taken. */
function lead(frame: Frame, row: number): number {
  const scores = frame.scores(row);
  const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length;
  return (scores[argmax(scores)] - mean) / frame.stepOf(row);
}

/** Stops rows for which a rule holds. */
const stopping =
  (rule: (frame: Frame, row: number) => boolean): Look =>
  (frame) => {
    for (const row of range(frame.rows)) if (rule(frame, row)) frame.stop(row);
  };

/** Stops a sample whose lead is above the middle one of the recording. */
const confident = cutoff(
  (fitted) => stopping((frame, row) => lead(frame, row) > Number(fitted)),
  ({ scores, steps }) => scores.reduce((sum, score) => sum + score, 0) / scores.length / steps,
);

/** Stops a sample whose answer has not changed for three steps: it must remember, and forget in time. */
const patient = cutoff(() => {
  const seen = new Map<number, { answer: number; since: number }>();
  return stopping((frame, row) => {
    const [sample, step, answer] = [frame.sampleOf(row), frame.stepOf(row), argmax(frame.scores(row))];
    const before = seen.get(sample);
    if (step === 1 || before?.answer !== answer) seen.set(sample, { answer, since: step });
    return step - (seen.get(sample)?.since ?? step) >= 3;
  });
});

describe('cutoffChecks passes', () => {
  describe.each(Object.entries({ noCutoff: noCutoff(), confident, patient }))('%s', (_, policy) => {
    test.each(cutoffChecks(policy))('%s', (__, check) => check());
  });
});

let count = 0;

/** Adds up leads by a key that a fault chooses, and stops above 2. */
const addingBy =
  (keyOf: (frame: Frame, row: number) => unknown) =>
  (sums: Map<unknown, number> = new Map()): Look =>
    stopping((frame, row) => {
      const key = keyOf(frame, row);
      sums.set(key, (sums.get(key) ?? 0) + lead(frame, row));
      return (sums.get(key) ?? 0) > 2;
    });

const shared = new Map<unknown, number>();

describe('cutoffChecks catches', () => {
  const [json, same, kept, rows, fresh, apart, order, beside, after] = [
    'learns something that JSON keeps whole',
    'learns the same each time',
    'leaves the recording as it was',
    'stops rows of the frame only',
    'starts afresh each time',
    'keeps two runs apart',
    'judges a sample the same in any order',
    'judges a sample the same beside any others',
    'judges a sample the same after another batch',
  ];
  const early = 'stops no sample before its first stop';
  const idle: Look = () => undefined;
  test.each<[string, CutoffPolicy, string[]]>([
    [
      'a fit that is no JSON',
      cutoff(
        () => idle,
        () => Number.NaN,
      ),
      [json],
    ],
    [
      'a fit that hides state',
      cutoff(
        (fitted) => (fitted && typeof fitted === 'object' && 'now' in fitted ? stopping(() => true) : idle),
        () => Object.defineProperty({}, 'now', { value: 1 }) as Json,
      ),
      [json],
    ],
    [
      'a fit that differs',
      cutoff(
        () => idle,
        () => count++,
      ),
      [same],
    ],
    [
      'a recording that is written to',
      cutoff(
        () => idle,
        ({ scores }) => {
          scores[0] += 1;
          return null;
        },
      ),
      [kept],
    ],
    ['a stop before the first', { ...cutoff(() => stopping(() => true)), firstStop: () => 2 }, [early]],
    ['a first stop after the last step', { ...cutoff(() => idle), firstStop: () => 12 }, [early]],
    ['a row beyond the last', cutoff(() => (frame) => frame.stop(frame.rows)), [rows]],
    ['a row that is no number', cutoff(() => (frame) => frame.stop(0.5)), [rows]],
    ['state of all runs', cutoff(() => addingBy((frame, row) => frame.sampleOf(row))(shared)), [fresh]],
    [
      'state of all runs, emptied at each start',
      cutoff(() => {
        shared.clear();
        return addingBy((frame, row) => frame.sampleOf(row))(shared);
      }),
      [apart],
    ],
    ['memory by row', cutoff(() => addingBy((_, row) => row)()), [order, beside]],
    ['one memory for all', cutoff(() => addingBy(() => 'all')()), [order, beside]],
    ['memory that outlives the batch', cutoff(() => addingBy((frame, row) => frame.sampleOf(row))()), [after]],
    [
      'a judgement by the others in the frame',
      cutoff(() =>
        stopping((frame, row) => range(frame.rows).every((other) => lead(frame, other) <= lead(frame, row))),
      ),
      [order, beside],
    ],
    [
      'a judgement by the place in the batch',
      cutoff(() => stopping((frame, row) => frame.sampleOf(row) % 2 === 0)),
      [order, after],
    ],
    [
      'use of this',
      {
        ...cutoff(() => idle),
        start(this: CutoffPolicy) {
          return this.options ? idle : idle;
        },
      },
      [rows, fresh, apart, order, beside, after],
    ],
  ])('%s', async (_, policy, names) => {
    expect(await failing(cutoffChecks(policy))).toEqual(expect.arrayContaining(names));
  });
});
