import {
  add,
  engine,
  type GradConfig,
  matMul,
  mul,
  type NamedAttrMap,
  type NamedTensorMap,
  neg,
  rsqrt,
  scalar,
  sub,
  type Tensor,
} from '@tensorflow/tfjs-core';
import { sumTo } from './gradient.js';

const run = (kernel: string, inputs: NamedTensorMap, attrs: NamedAttrMap): Tensor =>
  engine().runKernel(kernel, inputs, attrs);

/** Gradients of matrix products, convolutions, pooling and batch normalisation. */
export const layerGradients: readonly GradConfig[] = [
  {
    kernelName: 'BatchMatMul',
    inputsToSave: ['a', 'b'],
    gradFunc: (gradient, [a, b], { transposeA, transposeB }) => {
      // With A' and B' as they are multiplied: dA' = dy B'^T, dB' = A'^T dy; of a transposed operand the transpose.
      const [dy, left, right] = [gradient as Tensor, !!transposeA, !!transposeB];
      return {
        a: () => sumTo(a.shape, left ? matMul(b, dy, right, true) : matMul(dy, b, false, !right)),
        b: () => sumTo(b.shape, right ? matMul(dy, a, true, left) : matMul(a, dy, !left, false)),
      };
    },
  },
  {
    kernelName: 'Conv2D',
    inputsToSave: ['x', 'filter'],
    gradFunc: (dy, [x, filter], attrs) => ({
      x: () => run('Conv2DBackpropInput', { dy: dy as Tensor, filter }, { ...supported(attrs), inputShape: x.shape }),
      filter: () =>
        run('Conv2DBackpropFilter', { x, dy: dy as Tensor }, { ...supported(attrs), filterShape: filter.shape }),
    }),
  },
  {
    kernelName: 'DepthwiseConv2dNative',
    inputsToSave: ['x', 'filter'],
    gradFunc: (gradient, [x, filter], attrs) => {
      const [dy, backprop] = [gradient as Tensor, 'DepthwiseConv2dNativeBackprop'];
      return {
        x: () => run(`${backprop}Input`, { dy, filter }, { ...supported(attrs), inputShape: x.shape }),
        filter: () => run(`${backprop}Filter`, { x, dy }, { ...supported(attrs), filterShape: filter.shape }),
      };
    },
  },
  {
    kernelName: 'AvgPool',
    inputsToSave: ['x'],
    gradFunc: (dy, [x], attrs) => ({ x: () => run('AvgPoolGrad', { dy: dy as Tensor, input: x }, attrs) }),
  },
  {
    kernelName: 'MaxPool',
    inputsToSave: ['x'],
    outputsToSave: [true],
    gradFunc: (dy, [x, y], attrs) => ({
      x: () => run('MaxPoolGrad', { dy: dy as Tensor, input: x, output: y }, attrs),
    }),
  },
  {
    kernelName: 'FusedBatchNorm',
    inputsToSave: ['x', 'mean', 'variance', 'scale'],
    gradFunc: (dy, [x, mean, variance, scale], { varianceEpsilon }) => {
      const inverse = rsqrt(add(variance, scalar(varianceEpsilon as number)));
      const centred = sub(x, mean);
      const factor = scale ? mul(inverse, scale) : inverse;
      const toVariance = mul(-0.5, mul(factor, mul(inverse, inverse)));
      return {
        x: () => mul(dy as Tensor, factor),
        mean: () => neg(mul(sumTo(mean.shape, dy as Tensor), factor)),
        variance: () => mul(sumTo(variance.shape, mul(dy as Tensor, centred)), toVariance),
        scale: () => mul(sumTo(scale.shape, mul(dy as Tensor, centred)), inverse),
        offset: () => sumTo(mean.shape, dy as Tensor),
      };
    },
  },
];

/** The wasm kernels know dilation; the stock kernels of other back ends would silently ignore it. */
function supported(attrs: NamedAttrMap): NamedAttrMap {
  const dilated = [attrs.dilations as number | number[]].flat().some((dilation) => dilation > 1);
  if (dilated && engine().backendName !== 'wasm') {
    const rule = 'a dilation above 1 needs the wasm back end';
    throw new RangeError(
      `Cannot differentiate conv2d: ${rule}: dilations ${attrs.dilations} on ${engine().backendName}`,
    );
  }
  return attrs;
}
