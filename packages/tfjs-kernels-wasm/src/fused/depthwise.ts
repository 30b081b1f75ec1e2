import type { backend_util, TensorInfo } from '@tensorflow/tfjs-core';
import { depthwiseOf } from '../depthwise-gradients.js';
import type { WasmBackend, WasmKernel } from '../wasm-kernel.js';
import { addressOf } from './kernel-module.js';
import { layerModule } from './layers.js';

/** The gradient of a depthwise convolution's filter; without SIMD the given kernel. */
export const depthwiseFilterGradient =
  (otherwise: WasmKernel): WasmKernel =>
  (given) => {
    const { inputs, attrs, backend } = given;
    if (!layerModule.on(backend)) return otherwise(given);
    const shape = attrs.filterShape as number[];
    const gradient = zeros(backend, shape);
    run(backend, 1, inputs.x, inputs.dy, gradient, depthwiseOf(inputs.x.shape, shape, attrs));
    return gradient;
  };

/** The gradient of a depthwise convolution's input; without SIMD the given kernel. */
export const depthwiseInputGradient =
  (otherwise: WasmKernel): WasmKernel =>
  (given) => {
    const { inputs, attrs, backend } = given;
    if (!layerModule.on(backend)) return otherwise(given);
    const shape = attrs.inputShape as number[];
    const gradient = zeros(backend, shape);
    run(backend, 0, gradient, inputs.dy, inputs.filter, depthwiseOf(shape, inputs.filter.shape, attrs));
    return gradient;
  };

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
