import { allClose } from '@spikewright/testkit';
import { describe, expect, test } from 'vitest';
import type {} from '../src/setup.js';

describe('allClose', () => {
  test.each([
    // 1e-6 · 1000 + 1e-9 = 0.001000001 is allowed.
    [[1000.001], [1000], true],
    [[1000.0011], [1000], false],
    // 1e-6 · 0 + 1e-9
    [[0.9e-9], [0], true],
    [[1.1e-9], [0], false],
    [[], [], true],
    [[0], [-0], true],
    [[Number.NaN], [Number.NaN], true],
    [[Number.NaN], [0], false],
    [[0], [Number.NaN], false],
    [[Number.POSITIVE_INFINITY], [Number.POSITIVE_INFINITY], true],
    [[Number.POSITIVE_INFINITY], [Number.NEGATIVE_INFINITY], false],
    [[1], [Number.POSITIVE_INFINITY], false],
    [[Number.POSITIVE_INFINITY], [1], false],
  ])('of %j and %j is %s', (actual, expected, pass) => {
    expect(allClose(actual, expected).pass).toBe(pass);
    expect(allClose(Float64Array.from(actual), expected).pass).toBe(pass);
  });

  test('takes tolerances of one’s own', () => {
    expect(allClose([11], [10], { relative: 0.1 }).pass).toBe(true);
    expect(allClose([11], [10], { absolute: 1, relative: 0 }).pass).toBe(true);
    expect(allClose([11], [10], { absolute: 0.9, relative: 0 }).pass).toBe(false);
    expect(() => allClose([1], [1], { relative: -1 })).toThrow(
      new RangeError('Cannot compare: relative must be at least 0: -1'),
    );
    expect(() => allClose([1], [1], { absolute: Number.NaN })).toThrow(RangeError);
  });

  test('names the worst element, its values and how many differ', () => {
    // Element 1 is off by 1 and element 2 by 2.
    expect(allClose([0, 1, 5], [0, 2, 3]).message).toBe(
      '2 of 3 elements differ (relative 0.000001, absolute 1e-9); worst at 2: expected 3, got 5',
    );
    expect(allClose([0, Number.NaN], [9, 2]).message).toContain('2 of 2 elements differ');
    expect(allClose([0, Number.NaN], [9, 2]).message).toContain('worst at 1: expected 2, got NaN');
    expect(allClose([1], [1, 2]).message).toBe('expected 2 elements, got 1');
  });
});

describe('toBeAllClose', () => {
  test('matches close lists, and says why others are not', () => {
    expect([1, 2]).toBeAllClose(Float32Array.of(1, 2.000001));
    expect([1, 2]).not.toBeAllClose([1, 3]);
    expect([1, 2]).toBeAllClose([1, 3], { absolute: 1 });
    expect(() => expect([1, 2]).toBeAllClose([1, 3])).toThrow('worst at 1: expected 3, got 2');
    expect(() => expect([1, 2]).not.toBeAllClose([1, 2])).toThrow('all 2 elements are close');
  });
});
