import { OptionsError, requireInteger } from '@spikewright/snn-core';
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
