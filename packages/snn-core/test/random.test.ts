import { randomStream } from '@spikewright/snn-core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { seeds } from './arbitraries.js';

const draw = (count: number, ...keys: readonly [number, number?, number?]): number[] => {
  const random = randomStream(...keys);
  return Array.from({ length: count }, random);
};

test('randomStream gives the same numbers for the same keys', () => {
  fc.assert(
    fc.property(seeds, seeds, seeds, (a, b, c) => {
      expect(draw(4, a, b, c)).toEqual(draw(4, a, b, c));
      expect(draw(1, a)).toEqual(draw(1, a, 0, 0));
    }),
  );
});

test('randomStream keeps its first numbers from version to version', () => {
  // Whole numbers below 2^32, as sfc32 gives them. A change here changes every published Poisson result.
  expect(draw(4, 0).map((x) => x * 2 ** 32)).toEqual([4216505632, 947923937, 2491578854, 3964400089]);
  expect(draw(4, 1, 2, 3).map((x) => x * 2 ** 32)).toEqual([3987121759, 92551270, 1122162139, 24194941]);
});

test('randomStream gives other numbers when any one key changes by one', () => {
  fc.assert(
    fc.property(seeds, seeds, seeds, (a, b, c) => {
      const first = [draw(3, a, b, c), draw(3, a + 1, b, c), draw(3, a, b + 1, c), draw(3, a, b, c + 1)].map(String);
      expect(new Set(first).size).toBe(4);
    }),
  );
});

test('randomStream is uniform in [0, 1)', () => {
  const values = draw(100_000, 7);
  expect(values.every((x) => x >= 0 && x < 1)).toBe(true);
  // Each of ten bins holds 10000 ± 95 (one standard deviation): five of them are 475.
  const bins = new Array<number>(10).fill(0);
  for (const value of values) bins[Math.floor(value * 10)] += 1;
  expect(bins).toBeAllClose(new Array(10).fill(10_000), { absolute: 475, relative: 0 });
});

test('randomStream is uniform across neighbouring keys as well', () => {
  // The first numbers of 40000 steps: mean 1/2, standard error 0.2887 / 200 = 0.00144; five of them are 0.0072.
  const firsts = Array.from({ length: 40_000 }, (_, step) => draw(1, 0, 0, step)[0]);
  const mean = firsts.reduce((sum, x) => sum + x, 0) / firsts.length;
  expect([mean]).toBeAllClose([0.5], { absolute: 0.0072 });
  // And neighbours are not correlated: the mean product is 1/4, standard error sqrt(7/144) / 200 = 0.0011.
  const product = firsts.slice(1).reduce((sum, x, i) => sum + x * firsts[i], 0) / (firsts.length - 1);
  expect([product]).toBeAllClose([0.25], { absolute: 0.0055 });
});
