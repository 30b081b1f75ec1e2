// CONTRIBUTOR NOTES
//
// The stock kernel of 4.22.0 drops the gradient of every window without a value above 0 (it begins its search for the
// maximum at the smallest positive float). Shifting the input above 0 first would make ties; hence plain loops.
import { backend_util, type TensorInfo } from '@tensorflow/tfjs-core';
import type { KernelArguments } from './wasm-kernel.js';

type Shape4D = [number, number, number, number];
type Pool = backend_util.Conv2DInfo;

/** The gradient of maximum pooling: each output's gradient goes to the first largest input of its window. */
export function maxPoolGrad({ inputs: { dy, input }, attrs, backend }: KernelArguments): TensorInfo {
  const { filterSize, strides, pad, dimRoundingMode } = attrs as unknown as {
    filterSize: number | [number, number];
    strides: number | [number, number];
    pad: 'same' | 'valid' | number;
    dimRoundingMode?: 'floor' | 'round' | 'ceil';
  };
  const pool = backend_util.computePool2DInfo(input.shape as Shape4D, filterSize, strides, 1, pad, dimRoundingMode);
  const dx = backend.makeOutput(input.shape, 'float32');
  // Taken after the allocation: views of the heap are void once it grows.
  const [from, to, gradients] = [input, dx, dy].map((tensor) => backend.typedArrayFromHeap(tensor));
  to.fill(0);
  const { batchSize, outHeight, outWidth, inChannels } = pool;
  let output = 0;
  for (let sample = 0; sample < batchSize; sample++) {
    for (let row = 0; row < outHeight; row++) {
      for (let column = 0; column < outWidth; column++) {
        for (let channel = 0; channel < inChannels; channel++, output++) {
          to[largest(from, pool, sample, row, column, channel)] += gradients[output];
        }
      }
    }
  }
  return dx;
}

/** The place of the first largest input of a window. */
function largest(x: Float32Array, pool: Pool, sample: number, row: number, column: number, channel: number): number {
  const { inHeight, inWidth, inChannels, filterHeight, filterWidth, padInfo } = pool;
  const [top, left] = [row * pool.strideHeight - padInfo.top, column * pool.strideWidth - padInfo.left];
  const [bottom, right] = [Math.min(inHeight, top + filterHeight), Math.min(inWidth, left + filterWidth)];
  let best = -1;
  for (let y = Math.max(0, top); y < bottom; y++) {
    for (let z = Math.max(0, left); z < right; z++) {
      const place = ((sample * inHeight + y) * inWidth + z) * inChannels + channel;
      if (best < 0 || x[place] > x[best]) best = place;
    }
  }
  return best;
}
