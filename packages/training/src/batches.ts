import type { Batch } from '@spikewright/snn-core';
import { permutation, streamFor } from './random.js';

/** Samples with their classes. */
export type LabelledBatch = Batch & { readonly labels: Int32Array };

/** Copies some samples of a batch, in the given order. */
export function pick(data: LabelledBatch, rows: ArrayLike<number>): LabelledBatch {
  const length = data.data.length / data.size;
  const picked = {
    size: rows.length,
    data: new Float32Array(rows.length * length),
    labels: new Int32Array(rows.length),
    indices: new Uint32Array(rows.length),
  };
  for (let row = 0; row < rows.length; row++) {
    const from = rows[row];
    picked.data.set(data.data.subarray(from * length, (from + 1) * length), row * length);
    picked.labels[row] = data.labels[from];
    picked.indices[row] = data.indices[from];
  }
  return picked;
}

/** Rows to train on and rows held out, drawn by the seed. */
export function splitRows(
  size: number,
  share: number,
  seed: number,
): { training: Uint32Array; validation: Uint32Array } {
  const order = permutation(size, streamFor('split', seed));
  const held = Math.round(size * share);
  return { training: order.slice(held).sort(), validation: order.slice(0, held).sort() };
}

/** The order in which an epoch visits the training rows. */
export function epochOrder(rows: Uint32Array, seed: number, epoch: number): Uint32Array {
  return permutation(rows.length, streamFor('order', seed, epoch)).map((place) => rows[place]);
}

/**
 * Moves every image of a batch by a random whole number of pixels down and right, from `-most` to `most` each; zeros
 * move in. Drawn by (seed, place in the data set, epoch). Changes the batch.
 *
 * @param shape - `[height, width, channels]`
 */
export function shiftImages(
  batch: LabelledBatch,
  shape: readonly number[],
  most: number,
  seed: number,
  epoch: number,
): void {
  const length = batch.data.length / batch.size;
  for (let row = 0; row < batch.size; row++) {
    const random = streamFor('shift', seed, batch.indices[row], epoch);
    const move = (): number => Math.floor(random() * (2 * most + 1)) - most;
    shiftImage(batch.data.subarray(row * length, (row + 1) * length), shape, move(), move());
  }
}

/**
 * Mirrors images of a batch left to right, each with probability 1/2, drawn by (seed, place in the data set, epoch).
 * Changes the batch.
 *
 * @param shape - `[height, width, channels]`
 */
export function mirrorImages(batch: LabelledBatch, shape: readonly number[], seed: number, epoch: number): void {
  const length = batch.data.length / batch.size;
  for (let row = 0; row < batch.size; row++) {
    if (streamFor('mirror', seed, batch.indices[row], epoch)() >= 0.5) continue;
    mirrorImage(batch.data.subarray(row * length, (row + 1) * length), shape);
  }
}

function mirrorImage(image: Float32Array, [height, width, channels]: readonly number[]): void {
  const original = image.slice();
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const from = (row * width + column) * channels;
      image.set(original.subarray(from, from + channels), (row * width + width - 1 - column) * channels);
    }
  }
}

function shiftImage(
  image: Float32Array,
  [height, width, channels]: readonly number[],
  down: number,
  right: number,
): void {
  const original = image.slice();
  image.fill(0);
  const columns = width - Math.abs(right);
  if (columns <= 0) return;
  for (let row = Math.max(0, down); row < Math.min(height, height + down); row++) {
    const from = ((row - down) * width + Math.max(0, -right)) * channels;
    image.set(original.subarray(from, from + columns * channels), (row * width + Math.max(0, right)) * channels);
  }
}
