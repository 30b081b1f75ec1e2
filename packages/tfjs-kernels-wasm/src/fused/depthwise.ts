import type { backend_util, TensorInfo } from '@tensorflow/tfjs-core';
import { depthwiseOf } from '../depthwise-gradients.js';
import type { WasmBackend, WasmKernel } from '../wasm-kernel.js';
import { addressOf } from './kernel-module.js';
import { layerModule } from './layers.js';

/** Makes a kernel of one that takes its place where it cannot run. */
type Instead = (otherwise: WasmKernel) => WasmKernel;

/** The gradient of a depthwise convolution's filter; without SIMD the given kernel. */
export const depthwiseFilterGradient: Instead = orElse(({ inputs: { x, dy }, attrs, backend }) => {
  const shape = attrs.filterShape as number[];
  const gradient = zeros(backend, shape);
  run(backend, 1, x, dy, gradient, depthwiseOf(x.shape, shape, attrs));
  return gradient;
});

/** The gradient of a depthwise convolution's input; without SIMD the given kernel. */
export const depthwiseInputGradient: Instead = orElse(({ inputs: { dy, filter }, attrs, backend }) => {
  const shape = attrs.inputShape as number[];
  const gradient = zeros(backend, shape);
  run(backend, 0, gradient, dy, filter, depthwiseOf(shape, filter.shape, attrs));
  return gradient;
});

function orElse(ours: WasmKernel): Instead {
  return (otherwise) => (given) => (layerModule.on(given.backend) ? ours : otherwise)(given);
}

function zeros(backend: WasmBackend, shape: number[]): TensorInfo {
  const tensor = backend.makeOutput(shape, 'float32');
  backend.typedArrayFromHeap(tensor).fill(0);
  return tensor;
}

function run(
  backend: WasmBackend,
  toFilter: 0 | 1,
  image: TensorInfo,
  dy: TensorInfo,
  filter: TensorInfo,
  info: backend_util.Conv2DInfo,
): void {
  const [from, outputs, taps] = [image, dy, filter].map((tensor) => addressOf(backend, tensor));
  const { strideHeight, strideWidth, dilationHeight, dilationWidth, padInfo } = info;
  layerModule
    .on(backend)
    ?.depthwiseGradient(
      ...[toFilter, from, info.batchSize, info.inHeight, info.inWidth, info.inChannels],
      ...[outputs, info.outHeight, info.outWidth, info.outChannels / info.inChannels],
      ...[info.filterHeight, info.filterWidth, strideHeight, strideWidth, dilationHeight, dilationWidth],
      ...[padInfo.top, padInfo.left, taps],
    );
}
