import { type Segments, segmentSumBy } from '../segment-sum.js';
import type { WasmKernel } from '../wasm-kernel.js';
import { addressOf } from './kernel-module.js';
import { layerModule } from './layers.js';

/** Sums of the rows of x that belong to one segment; without SIMD the given kernel. */
export const segmentSum =
  (otherwise: WasmKernel): WasmKernel =>
  (given) => {
    const { backend } = given;
    const kernels = layerModule.on(backend);
    if (!kernels) return otherwise(given);
    return segmentSumBy(({ rows, width, count, ...tensors }: Segments) => {
      const [from, segments, to] = [tensors.from, tensors.segments, tensors.sums].map((one) => addressOf(backend, one));
      kernels.segmentSum(from, segments, rows, width, to, count);
    }, given);
  };
