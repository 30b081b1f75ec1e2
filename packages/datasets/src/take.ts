import { requireInteger } from '@spikewright/snn-core';
import type { ImageSet } from './image-set.js';

/**
 * Takes the first images of a set.
 *
 * @param count - a whole number from 0 to the size of the set
 * @throws RangeError when the set has fewer images
 */
export function take(set: ImageSet, count: number): ImageSet {
  requireInteger(`take images of ${set.name}`, 'count', count, 0, set.indices.length);
  return { ...set, indices: set.indices.slice(0, count) };
}
