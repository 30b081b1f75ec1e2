import { type Batch, sha256 } from '@spikewright/snn-core';
import { permutation, streamFor } from './random.js';

/** Samples with their classes. */
export type LabelledBatch = Batch & { readonly labels: Int32Array };

/** Bytes that are digested together: browsers and Node take 2 GB at most, and make a copy. */
const PIECE = 1 << 26;

/** Tells data sets apart: SHA-256 of the values, classes and indices of all samples in their order, piece by piece. */
export async function dataHash({ data, labels, indices }: LabelledBatch): Promise<string> {
  let hash = '';
  for (const { buffer, byteOffset, byteLength } of [data, labels, indices]) {
    const bytes = new Uint8Array(buffer, byteOffset, byteLength);
    for (let from = 0; from < byteLength; from += PIECE) {
      hash = await sha256(hash + (await sha256(bytes.slice(from, from + PIECE))));
    }
  }
  return hash;
}

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
