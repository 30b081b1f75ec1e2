import { Cast, type TensorInfo } from '@tensorflow/tfjs-core';
import { type KernelArguments, wasmKernel } from './wasm-kernel.js';

const sizeOf = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);

/** Sums of the rows of x that belong to one segment, added as float32, in plain loops. Rows of no segment are left out. */
export function unsortedSegmentSum({ inputs: { x, segmentIds }, attrs, backend }: KernelArguments): TensorInfo {
  const [count, rows] = [attrs.numSegments as number, sizeOf(segmentIds.shape)];
  const rest = x.shape.slice(segmentIds.shape.length);
  const sums = backend.makeOutput([count, ...rest], 'float32');
  const floats = x.dtype === 'float32' ? x : wasmKernel(Cast)({ inputs: { x }, attrs: { dtype: 'float32' }, backend });
  // Taken after the allocations: views of the heap are void once it grows.
  const [from, segments, to] = [floats, segmentIds, sums].map((tensor) => backend.typedArrayFromHeap(tensor));
  const width = sizeOf(rest);
  to.fill(0);
  for (let row = 0; row < rows; row++) {
    const segment = segments[row];
    if (segment < 0 || segment >= count) continue;
    for (let i = 0; i < width; i++) to[segment * width + i] += from[row * width + i];
  }
  if (floats !== x) backend.disposeData(floats.dataId);
  return sums;
}
