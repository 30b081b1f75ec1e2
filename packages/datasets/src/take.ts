import { requireInteger } from '@spikewright/snn-core';
import type { Selection } from './image-set.js';

/**
 * Takes the first samples of a set.
 *
 * @param count - a whole number from 0 to the size of the set
 * @throws RangeError when the set has fewer samples
 */
export function take<Set extends Selection>(set: Set, count: number): Set {
  requireInteger(`take images of ${set.name}`, 'count', count, 0, set.indices.length);
  return { ...set, indices: set.indices.slice(0, count) };
}
