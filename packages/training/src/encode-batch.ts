import type { Batch, Encoder } from '@spikewright/snn-core';

/**
 * Writes what an encoder sends for a batch: `[steps, batch, ...]`, or `[1, batch, ...]` if it is the same in every step.
 *
 * @throws whatever the encoder throws for a value it cannot encode
 */
export function encodeBatch(
  { size, data, indices }: Batch,
  encoder: Encoder,
  steps: number,
  seed: number,
): Float32Array {
  const frames = encoder.output === 'constant' ? 1 : steps;
  const encode = encoder.start(seed);
  const length = data.length / size;
  const encoded = new Float32Array(frames * data.length);
  const frame = new Float64Array(length);
  for (let row = 0; row < size; row++) {
    const image = data.subarray(row * length, (row + 1) * length);
    for (let step = 1; step <= frames; step++) {
      encode(image, indices[row], step, frame);
      encoded.set(frame, ((step - 1) * size + row) * length);
    }
  }
  return encoded;
}
