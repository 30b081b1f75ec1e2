import { randomStream } from '@spikewright/snn-core';

/** What a number is drawn for. Streams of different uses are unrelated. */
const USES = ['order', 'shift', 'split', 'weights', 'mirror', 'cutout'] as const;

/** A stream of uniform numbers in [0, 1) for one use, one seed and up to two further keys. */
export function streamFor(use: (typeof USES)[number], seed: number, first = 0, second = 0): () => number {
  const subSeed = Math.floor(randomStream(seed, USES.indexOf(use) + 1)() * 2 ** 32);
  return randomStream(subSeed, first, second);
}

/** The numbers from 0 to `count` - 1 in random order (Fisher and Yates). */
export function permutation(count: number, random: () => number): Uint32Array {
  const order = Uint32Array.from({ length: count }, (_, index) => index);
  for (let last = count - 1; last > 0; last--) {
    const place = Math.floor(random() * (last + 1));
    [order[last], order[place]] = [order[place], order[last]];
  }
  return order;
}

/** A stream of normal numbers with mean 0 and variance 1 (Box and Muller 1958). */
export function normalStream(random: () => number): () => number {
  return () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
