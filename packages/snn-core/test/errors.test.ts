import {
  type Batch,
  direct,
  evaluate,
  type Network,
  OptionsError,
  plain,
  referenceEngine,
  requireInteger,
  requireKnown,
  runPipeline,
} from '@spikewright/snn-core';
import { integrateAndFire, toSpiking } from '@spikewright/snn-core/convert';
import { expect, test } from 'vitest';

test('OptionsError is an Error that is known by its name', () => {
  const error = new OptionsError('Cannot use options of x: y');
  expect(error).toBeInstanceOf(Error);
  expect([error.name, error.message]).toEqual(['OptionsError', 'Cannot use options of x: y']);
});

test('requireInteger lets whole numbers of the range pass, its ends among them', () => {
  for (const value of [1, 2, 3]) expect(() => requireInteger('run', 'steps', value, 1, 3)).not.toThrow();
});

test.each([
  [0, 'Cannot run: steps must be at least 1: 0'],
  [4, 'Cannot run: steps must be at most 3: 4'],
  [1.5, 'Cannot run: steps must be a whole number: 1.5'],
  [Number.NaN, 'Cannot run: steps must be a whole number: NaN'],
  [Number.POSITIVE_INFINITY, 'Cannot run: steps must be a whole number: Infinity'],
])('requireInteger refuses %d', (value, message) => {
  expect(() => requireInteger('run', 'steps', value, 1, 3)).toThrow(new RangeError(message));
});

test('requireKnown refuses a key that is not in the list', () => {
  expect(() => requireKnown('look', { a: 1 }, ['a', 'b'])).not.toThrow();
  expect(() => requireKnown('look', { a: 1, c: 2 }, ['a', 'b'])).toThrow(
    expect.objectContaining({ name: 'OptionsError', message: "Cannot look: the option must be one of a, b: 'c'" }),
  );
});

test('misspelt options are refused wherever options are taken', async () => {
  const ann: Network = { format: 1, meta: {}, nodes: [{ op: 'input', name: 'x', inputs: [], shape: [1] }] };
  const program = await referenceEngine().compile(ann);
  const none = async function* (): AsyncIterable<Batch> {};
  await expect(evaluate(program, none(), { steps: 1, encoder: direct(), sede: 1 } as never)).rejects.toThrow("'sede'");
  await expect(runPipeline({ ...plain, stepz: 1 } as never, ann, { calibration: none, test: none })).rejects.toThrow(
    "'stepz'",
  );
  expect(() => toSpiking(ann, { y: [1] }, integrateAndFire)).toThrow("'y'");
});
