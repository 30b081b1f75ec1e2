import { Cast, type TensorInfo } from '@tensorflow/tfjs-core';
import { type KernelArguments, type WasmBackend, wasmKernel } from './wasm-kernel.js';

const sizeOf = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);

/** What is added up: `rows` rows of `width` floats, each to the segment that is named for it, of `count`. */
export interface Segments {
  readonly from: TensorInfo;
  readonly segments: TensorInfo;
  readonly sums: TensorInfo;
  readonly rows: number;
  readonly width: number;
  readonly count: number;
}

/** Sums of the rows of x that belong to one segment, added as float32. Rows of no segment are left out. */
export function segmentSumBy(
  add: (segments: Segments, backend: WasmBackend) => void,
  { inputs: { x, segmentIds }, attrs, backend }: KernelArguments,
): TensorInfo {
  const [count, rows] = [attrs.numSegments as number, sizeOf(segmentIds.shape)];
  const rest = x.shape.slice(segmentIds.shape.length);
  const sums = backend.makeOutput([count, ...rest], 'float32');
  const floats = x.dtype === 'float32' ? x : wasmKernel(Cast)({ inputs: { x }, attrs: { dtype: 'float32' }, backend });
  add({ from: floats, segments: segmentIds, sums, rows, width: sizeOf(rest), count }, backend);
  if (floats !== x) backend.disposeData(floats.dataId);
  return sums;
}

/** Sums of segments in plain loops. */
export const unsortedSegmentSum = (given: KernelArguments): TensorInfo => segmentSumBy(addInLoops, given);

function addInLoops({ rows, width, count, ...tensors }: Segments, backend: WasmBackend): void {
  // Taken after the allocations: views of the heap are void once it grows.
  const [from, segments, to] = [tensors.from, tensors.segments, tensors.sums].map((tensor) =>
    backend.typedArrayFromHeap(tensor),
  );
  to.fill(0);
  for (let row = 0; row < rows; row++) {
    const segment = segments[row];
    if (segment < 0 || segment >= count) continue;
    for (let i = 0; i < width; i++) to[segment * width + i] += from[row * width + i];
  }
}
