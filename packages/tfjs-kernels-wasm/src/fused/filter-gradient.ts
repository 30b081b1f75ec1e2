import type { backend_util, TensorInfo } from '@tensorflow/tfjs-core';
import { convolutionOf } from '../convolution.js';
import type { KernelArguments, WasmKernel } from '../wasm-kernel.js';
import { addressOf } from './kernel-module.js';
import { layerModule } from './layers.js';
import { upTo, withRoom } from './room.js';

/** Floats that assembly/filter-gradient.ts needs to work in. */
function roomFor(info: backend_util.Conv2DInfo): number {
  const { outHeight, outWidth, inChannels, effectiveFilterHeight, effectiveFilterWidth } = info;
  const height = (outHeight - 1) * info.strideHeight + effectiveFilterHeight;
  const width = (outWidth - 1) * info.strideWidth + effectiveFilterWidth;
  const rows = upTo(info.filterHeight * info.filterWidth * inChannels, 4);
  const columns = upTo(info.outChannels, 8);
  return height * width * inChannels + rows + rows * columns + outHeight * outWidth * columns;
}

/** The gradient of a convolution's filter, of any size, stride and dilation; without SIMD the given kernel. */
export function directBackpropFilter(otherwise: WasmKernel): WasmKernel {
  return ({ inputs, attrs, backend }: KernelArguments): TensorInfo => {
    const kernels = layerModule.on(backend);
    if (!kernels) return otherwise({ inputs, attrs, backend });
    const { x, dy } = inputs;
    const shape = attrs.filterShape as number[];
    const info = convolutionOf(x.shape, shape, attrs);
    const gradient = backend.makeOutput(shape, 'float32');
    withRoom(backend, roomFor(info), (room) => {
      const [from, outputs, to] = [x, dy, gradient].map((tensor) => addressOf(backend, tensor));
      const { padInfo, strideHeight, strideWidth, dilationHeight, dilationWidth } = info;
      kernels.filterGradient(
        ...[from, info.batchSize, info.inHeight, info.inWidth, info.inChannels],
        ...[outputs, info.outHeight, info.outWidth, info.outChannels, info.filterHeight, info.filterWidth],
        ...[strideHeight, strideWidth, dilationHeight, dilationWidth, padInfo.top, padInfo.left, to, room],
      );
    });
    return gradient;
  };
}
