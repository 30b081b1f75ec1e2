import type { Selection } from './image-set.js';
import { shuffle } from './shuffle.js';

/**
 * Deals the samples of a set at random into parts that are disjoint and cover it: `split(set, [55_000, 5_000], 1)`, or
 * `split(set, [0.9, 0.1], 1)`.
 *
 * @param parts - whole numbers that add up to the size of the set, or fractions between 0 and 1 that add up to 1
 * @param seed - a whole number from 0 to 2^32 - 1; the same seed gives the same parts
 * @throws RangeError when the parts do not add up, or the seed is out of range
 */
export function split<Set extends Selection, const Parts extends readonly number[]>(
  set: Set,
  parts: Parts,
  seed: number,
): { -readonly [Part in keyof Parts]: Set } {
  const ends = partEnds(set, parts);
  const { indices } = shuffle(set, seed);
  const sets = ends.map((end, part) => ({ ...set, indices: indices.slice(ends[part - 1] ?? 0, end) }));
  return sets as { -readonly [Part in keyof Parts]: Set };
}

/** Where each part ends. */
function partEnds(set: Selection, parts: readonly number[]): number[] {
  const size = set.indices.length;
  const sizes = parts.every((part) => Number.isInteger(part) && part >= 0);
  const fractions = parts.every((part) => part > 0 && part < 1);
  let sum = 0;
  const sums = parts.map((part) => (sum += part));
  if (sizes && sum === size) return sums;
  if (fractions && Math.abs(sum - 1) < 1e-9) return sums.map((end) => Math.round(end * size));
  throw new RangeError(
    `Cannot split ${set.name}: parts must be whole numbers that add up to ${size}, or fractions that add up to 1: ${parts.join(' + ')}`,
  );
}
