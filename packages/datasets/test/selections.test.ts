import { type ImageSet, shuffle, split, take } from '@spikewright/datasets';
import fc from 'fast-check';
import { expect, expectTypeOf, test } from 'vitest';
import { tinySet } from './tiny-set.js';

const ascending = (set: ImageSet): number[] => [...set.indices].sort((a, b) => a - b);
const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

test('take keeps the first images and shares the pixels', () => {
  const set = tinySet(5);
  const taken = take(set, 2);
  expect(taken.indices).toEqual(Uint32Array.of(0, 1));
  expect(taken.pixels).toBe(set.pixels);
  expect(() => take(set, 6)).toThrow(new RangeError('Cannot take images of tiny: count must be at most 5: 6'));
});

test('shuffle permutes, the same seed to the same order', () => {
  fc.assert(
    fc.property(fc.nat(100), fc.nat(2 ** 31), (count, seed) => {
      const set = tinySet(count);
      const shuffled = shuffle(set, seed);
      expect(ascending(shuffled)).toEqual(upTo(count));
      expect(shuffle(set, seed)).toEqual(shuffled);
      expect([...set.indices]).toEqual(upTo(count));
    }),
  );
});

test('shuffle gives other seeds other orders', () => {
  const orders = upTo(50).map((seed) => shuffle(tinySet(20), seed).indices.join());
  expect(new Set(orders).size).toBe(50);
});

test('shuffle makes every order of three about equally likely', () => {
  const counts = new Map<string, number>();
  for (const seed of upTo(6000)) {
    const order = shuffle(tinySet(3), seed).indices.join('');
    counts.set(order, (counts.get(order) ?? 0) + 1);
  }
  // 6000 / 3! = 1000 each; the standard deviation is √(6000 · 1/6 · 5/6) = 29, so 150 is more than five of them.
  expect(counts.size).toBe(6);
  for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(150);
});

test('split deals into parts that are disjoint and cover the set', () => {
  const parts = fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 2, maxLength: 5 });
  fc.assert(
    fc.property(parts, fc.nat(1000), fc.boolean(), (sizes, seed, asFractions) => {
      const count = sizes.reduce((sum, size) => sum + size, 0);
      const sets = split(tinySet(count), asFractions ? sizes.map((size) => size / count) : sizes, seed);
      expect(sets.map(({ indices }) => indices.length)).toEqual(sizes);
      expect(sets.flatMap(({ indices }) => [...indices]).sort((a, b) => a - b)).toEqual(upTo(count));
      expect(split(tinySet(count), sizes, seed)).toEqual(sets);
    }),
  );
});

test('split gives as many sets as there are parts', () => {
  const sets = split(tinySet(10), [0.75, 0.25], 1);
  expectTypeOf(sets).toEqualTypeOf<[ImageSet, ImageSet]>();
  // 0.75 · 10 = 7.5 is rounded to 8.
  expect(sets.map(({ indices }) => indices.length)).toEqual([8, 2]);
});

test.each([[[3, 3]], [[0.5, 0.4]], [[0.5, 5]], [[11, -1]], [[]]])('split refuses the parts %j of ten', (parts) => {
  expect(() => split(tinySet(10), parts, 1)).toThrow(
    'Cannot split tiny: parts must be whole numbers that add up to 10, or fractions that add up to 1: ',
  );
});

test.each([
  [-1, 'at least 0'],
  [0.5, 'a whole number'],
  [2 ** 32, 'at most 4294967295'],
])('shuffle and split refuse the seed %d', (seed, rule) => {
  const refusal = new RangeError(`Cannot shuffle tiny: seed must be ${rule}: ${seed}`);
  expect(() => shuffle(tinySet(2), seed)).toThrow(refusal);
  expect(() => split(tinySet(2), [1, 1], seed)).toThrow(refusal);
});
