import { type Batch, elements, requireInteger, requireKnown } from '@spikewright/snn-core';
import type { ImageSet } from './image-set.js';

/** How {@link batches} cuts a set. */
export interface BatchesOptions {
  /**
   * Samples in a batch, a whole number from 1; the last batch may be smaller.
   *
   * @defaultValue 64
   */
  readonly size?: number;
}

/**
 * Gives the images of a set in order, as batches of floats; bytes become intensities in [0, 1] by division by 255.
 *
 * Every loop over the result starts anew, so it serves as a calibration: `{ batches: () => batches(set) }`. `indices`
 * are places in the whole data set, also after `take`, `shuffle` and `split`.
 *
 * @throws RangeError when the size is not a whole number from 1
 */
export function batches(set: ImageSet, options: BatchesOptions = {}): AsyncIterable<Batch> {
  requireKnown('make batches', options, ['size']);
  const { size = 64 } = options;
  requireInteger('make batches', 'size', size, 1, 2 ** 32 - 1);
  return {
    async *[Symbol.asyncIterator]() {
      for (let first = 0; first < set.indices.length; first += size) {
        yield batchOf(set, set.indices.slice(first, first + size));
      }
    },
  };
}

function batchOf({ shape, pixels, labels }: ImageSet, indices: Uint32Array): Batch {
  const length = elements(shape);
  const data = new Float32Array(indices.length * length);
  const divisor = pixels instanceof Uint8Array ? 255 : 1;
  indices.forEach((index, row) => {
    for (let i = 0; i < length; i++) data[row * length + i] = pixels[index * length + i] / divisor;
  });
  return { size: indices.length, data, labels: Int32Array.from(indices, (index) => labels[index]), indices };
}
