import { backend_util, type NamedAttrMap, type TensorInfo } from '@tensorflow/tfjs-core';
import type { KernelArguments, WasmKernel } from '../wasm-kernel.js';
import { addressOf } from './kernel-module.js';
import { layerModule } from './layers.js';

type Shape4D = [number, number, number, number];

/** Sizes of a pooling in the order in which the kernels take them. */
function poolSizes({ shape }: TensorInfo, attrs: NamedAttrMap): number[] {
  const { filterSize, strides, pad, dimRoundingMode } = attrs as unknown as {
    filterSize: number | [number, number];
    strides: number | [number, number];
    pad: 'same' | 'valid' | number;
    dimRoundingMode?: 'floor' | 'round' | 'ceil';
  };
  const pool = backend_util.computePool2DInfo(shape as Shape4D, filterSize, strides, 1, pad, dimRoundingMode);
  return [
    ...[...shape, pool.outHeight, pool.outWidth, pool.filterHeight, pool.filterWidth],
    ...[pool.strideHeight, pool.strideWidth, pool.padInfo.top, pool.padInfo.left],
  ];
}

/** The gradient of average pooling; without SIMD the given kernel. */
export function averagePoolGradient(otherwise: WasmKernel): WasmKernel {
  return ({ inputs, attrs, backend }: KernelArguments): TensorInfo => {
    const kernels = layerModule.on(backend);
    if (!kernels) return otherwise({ inputs, attrs, backend }) as TensorInfo;
    const { dy, input } = inputs;
    const dx = backend.makeOutput(input.shape, 'float32');
    kernels.averagePoolGradient(addressOf(backend, dy), addressOf(backend, dx), ...poolSizes(input, attrs));
    return dx;
  };
}

/** The gradient of maximum pooling; without SIMD the given kernel. */
export function maximumPoolGradient(otherwise: WasmKernel): WasmKernel {
  return ({ inputs, attrs, backend }: KernelArguments): TensorInfo => {
    const kernels = layerModule.on(backend);
    if (!kernels) return otherwise({ inputs, attrs, backend }) as TensorInfo;
    const { dy, input } = inputs;
    const dx = backend.makeOutput(input.shape, 'float32');
    const [x, gradient, target] = [input, dy, dx].map((tensor) => addressOf(backend, tensor));
    kernels.maximumPoolGradient(x, gradient, target, ...poolSizes(input, attrs));
    return dx;
  };
}
