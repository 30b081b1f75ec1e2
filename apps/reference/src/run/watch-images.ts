import type { Batch } from '@spikewright/snn-core';

/** The same batches, counted: `onProgress` hears how many images were given out. */
export async function* watchImages(
  given: AsyncIterable<Batch>,
  onProgress: (images: number) => void,
): AsyncIterable<Batch> {
  let images = 0;
  for await (const batch of given) {
    yield batch;
    images += batch.size;
    onProgress(images);
  }
}
