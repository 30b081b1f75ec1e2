import { backend_util, type NamedAttrMap, type TensorInfo } from '@tensorflow/tfjs-core';
import type { KernelArguments, WasmBackend } from './wasm-kernel.js';

type Shape4D = [number, number, number, number];

/** The geometry of a depthwise convolution, from the attributes of one of its gradients. */
export function depthwiseOf(
  input: readonly number[],
  filter: readonly number[],
  attrs: NamedAttrMap,
): backend_util.Conv2DInfo {
  const { strides, pad, dilations, dimRoundingMode } = attrs as unknown as {
    strides: number | [number, number];
    pad: 'valid' | 'same' | number | backend_util.ExplicitPadding;
    dilations?: number | [number, number];
    dimRoundingMode?: 'floor' | 'round' | 'ceil';
  };
  const shapes = [input, filter] as [Shape4D, Shape4D];
  return backend_util.computeConv2DInfo(...shapes, strides, dilations ?? 1, pad, dimRoundingMode, true);
}

/** The gradient of a depthwise convolution's input, in plain loops. */
export function depthwiseBackpropInput({ inputs: { dy, filter }, attrs, backend }: KernelArguments): TensorInfo {
  const shape = attrs.inputShape as number[];
  const dx = backend.makeOutput(shape, 'float32');
  const [to, gradients, weights] = valuesOf(backend, [dx, dy, filter]);
  to.fill(0);
  forEachProduct(depthwiseOf(shape, filter.shape, attrs), (input, output, tap) => {
    to[input] += gradients[output] * weights[tap];
  });
  return dx;
}

/** The gradient of a depthwise convolution's filter, in plain loops. */
export function depthwiseBackpropFilter({ inputs: { x, dy }, attrs, backend }: KernelArguments): TensorInfo {
  const shape = attrs.filterShape as number[];
  const dw = backend.makeOutput(shape, 'float32');
  const [to, images, gradients] = valuesOf(backend, [dw, x, dy]);
  to.fill(0);
  forEachProduct(depthwiseOf(x.shape, shape, attrs), (input, output, tap) => {
    to[tap] += images[input] * gradients[output];
  });
  return dw;
}

/** Taken after all allocations: views of the heap are void once it grows. */
const valuesOf = (backend: WasmBackend, tensors: readonly TensorInfo[]): Float32Array[] =>
  tensors.map((tensor) => backend.typedArrayFromHeap(tensor));

/** Names the places of each input that is multiplied, of the output that it adds to, and of the weight. */
function forEachProduct(
  info: backend_util.Conv2DInfo,
  visit: (input: number, output: number, tap: number) => void,
): void {
  const { batchSize, inHeight, inWidth, inChannels, outHeight, outWidth, outChannels, filterHeight, filterWidth } =
    info;
  const { strideHeight, strideWidth, dilationHeight, dilationWidth, padInfo } = info;
  const multiplier = outChannels / inChannels;
  for (let position = 0; position < batchSize * outHeight * outWidth; position++) {
    const sample = Math.floor(position / (outHeight * outWidth));
    const top = (Math.floor(position / outWidth) % outHeight) * strideHeight - padInfo.top;
    const left = (position % outWidth) * strideWidth - padInfo.left;
    for (let tap = 0; tap < filterHeight * filterWidth; tap++) {
      const row = top + Math.floor(tap / filterWidth) * dilationHeight;
      const column = left + (tap % filterWidth) * dilationWidth;
      if (row < 0 || row >= inHeight || column < 0 || column >= inWidth) continue;
      const input = ((sample * inHeight + row) * inWidth + column) * inChannels;
      for (let channel = 0; channel < outChannels; channel++) {
        visit(input + Math.floor(channel / multiplier), position * outChannels + channel, tap * outChannels + channel);
      }
    }
  }
}
