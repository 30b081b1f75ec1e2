import { Cast } from '@tensorflow/tfjs-core';
import { type WasmKernel, wasmKernel } from '../wasm-kernel.js';
import { addressOf } from './kernel-module.js';
import { layerModule } from './layers.js';

const sizeOf = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);

/** Sums of the rows of x that belong to one segment; what it holds is added as float32. Without SIMD the given kernel. */
export const segmentSum =
  (otherwise: WasmKernel): WasmKernel =>
  (given) => {
    const { inputs, attrs, backend } = given;
    const kernels = layerModule.on(backend);
    if (!kernels) return otherwise(given);
    const { x, segmentIds } = inputs;
    const [count, rows] = [attrs.numSegments as number, sizeOf(segmentIds.shape)];
    const rest = x.shape.slice(segmentIds.shape.length);
    const sums = backend.makeOutput([count, ...rest], 'float32');
    const floats =
      x.dtype === 'float32' ? x : wasmKernel(Cast)({ inputs: { x }, attrs: { dtype: 'float32' }, backend });
    const [from, segments, to] = [floats, segmentIds, sums].map((tensor) => addressOf(backend, tensor));
    kernels.segmentSum(from, segments, rows, sizeOf(rest), to, count);
    if (floats !== x) backend.disposeData(floats.dataId);
    return sums;
  };
