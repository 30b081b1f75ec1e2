import { backend_util, type NamedAttrMap, type TensorInfo } from '@tensorflow/tfjs-core';
import type { KernelArguments, WasmBackend } from '../wasm-kernel.js';
import { addressOf } from './kernel-module.js';
import { layerModule } from './layers.js';

type Shape4D = [number, number, number, number];

/** The gradient of a depthwise convolution's filter. */
export function depthwiseBackpropFilter({ inputs: { x, dy }, attrs, backend }: KernelArguments): TensorInfo {
  const shape = attrs.filterShape as number[];
  const gradient = zeros(backend, shape);
  run(backend, 1, x, dy, gradient, infoOf(x.shape, shape, attrs));
  return gradient;
}

/** The gradient of a depthwise convolution's input. */
export function depthwiseBackpropInput({ inputs: { dy, filter }, attrs, backend }: KernelArguments): TensorInfo {
  const shape = attrs.inputShape as number[];
  const gradient = zeros(backend, shape);
  run(backend, 0, gradient, dy, filter, infoOf(shape, filter.shape, attrs));
  return gradient;
}

function zeros(backend: WasmBackend, shape: number[]): TensorInfo {
  const tensor = backend.makeOutput(shape, 'float32');
  backend.typedArrayFromHeap(tensor).fill(0);
  return tensor;
}

function infoOf(input: readonly number[], filter: readonly number[], attrs: NamedAttrMap): backend_util.Conv2DInfo {
  const { strides, pad, dilations, dimRoundingMode } = attrs as unknown as {
    strides: number | [number, number];
    pad: 'valid' | 'same' | number | backend_util.ExplicitPadding;
    dilations?: number | [number, number];
    dimRoundingMode?: 'floor' | 'round' | 'ceil';
  };
  const shapes = [input, filter] as [Shape4D, Shape4D];
  return backend_util.computeConv2DInfo(...shapes, strides, dilations ?? 1, pad, dimRoundingMode, true);
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
