import type { Batch } from '@spikewright/snn-core';

/** The first samples of some batches, the last batch cut short. */
export async function* firstOf(batches: AsyncIterable<Batch>, samples: number): AsyncGenerator<Batch> {
  let left = samples;
  for await (const { size: all, data, indices, labels } of batches) {
    const size = Math.min(all, left);
    const first = { size, data: data.subarray(0, (data.length / all) * size), indices: indices.subarray(0, size) };
    yield labels ? { ...first, labels: labels.subarray(0, size) } : first;
    left -= size;
    if (left === 0) return;
  }
}
