import { randomStream, requireInteger } from '@spikewright/snn-core';
import type { Selection } from './image-set.js';

/**
 * Puts the samples of a set into a random order (Fisher and Yates); every order is equally likely.
 *
 * @param seed - a whole number from 0 to 2^32 - 1; the same seed gives the same order
 * @throws RangeError when the seed is out of range
 */
export function shuffle<Set extends Selection>(set: Set, seed: number): Set {
  requireInteger(`shuffle ${set.name}`, 'seed', seed, 0, 2 ** 32 - 1);
  const random = randomStream(seed);
  const indices = set.indices.slice();
  for (let last = indices.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    [indices[last], indices[other]] = [indices[other], indices[last]];
  }
  return { ...set, indices };
}
