// CONTRIBUTOR NOTES
//
// The stock WebAssembly back end has no Conv2DBackpropFilter, so it cannot train a CNN (tfjs issue 8474). Tried, at
// batch 16, 32x32x32 to 32 channels, one thread of the prototype's machine: one convolution 28 ms; nine slices, one for
// each tap, with a matrix product each 49 ms; the cpu back end's loops 46,000 ms.
//
// dW[kh, kw, ci, co] = sum over n, oh, ow of x[n, oh s + kh d - p, ow s + kw d - p, ci] dy[n, oh, ow, co]
//
// is itself a convolution: the channels of x are the samples, its samples the channels, dy is the filter. The forward
// stride s becomes the dilation of that convolution and the forward dilation d its stride; the padding p stays.
import { Conv2D, Slice, type TensorInfo, Transpose } from '@tensorflow/tfjs-core';
import { convolutionAttributes, convolutionOf } from './convolution.js';
import { consume, type KernelArguments, wasmKernel } from './wasm-kernel.js';

/** The gradient of a convolution's filter, as one convolution over transposed tensors. */
export function conv2dBackpropFilter({ inputs: { x, dy }, attrs, backend }: KernelArguments): TensorInfo {
  const filterShape = attrs.filterShape as number[];
  const { padInfo, strideHeight, strideWidth, dilationHeight, dilationWidth } = convolutionOf(
    x.shape,
    filterShape,
    attrs,
  );
  const transpose = wasmKernel(Transpose);
  const images = transpose({ inputs: { x }, attrs: { perm: [3, 1, 2, 0] }, backend });
  const filter = transpose({ inputs: { x: dy }, attrs: { perm: [1, 2, 0, 3] }, backend });
  const convolved = consume(wasmKernel(Conv2D), {
    inputs: { x: images, filter },
    attrs: convolutionAttributes(
      [padInfo.top, padInfo.bottom, padInfo.left, padInfo.right],
      [dilationHeight, dilationWidth],
      [strideHeight, strideWidth],
    ),
    backend,
  });
  // Where the stride leaves a remainder of the input, the result has rows and columns too many.
  const [height, width, inChannels, outChannels] = filterShape as [number, number, number, number];
  const size = [inChannels, height, width, outChannels];
  const cropped = consume(wasmKernel(Slice), {
    inputs: { x: convolved },
    attrs: { begin: [0, 0, 0, 0], size },
    backend,
  });
  return consume(transpose, { inputs: { x: cropped }, attrs: { perm: [1, 2, 0, 3] }, backend });
}
