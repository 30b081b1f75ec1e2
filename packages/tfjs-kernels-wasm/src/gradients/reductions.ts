import {
  cast,
  equal,
  exp,
  type GradConfig,
  mul,
  type NamedAttrMap,
  ones,
  reshape,
  sub,
  sum,
  type Tensor,
} from '@tensorflow/tfjs-core';
import { ofInput } from './gradient.js';

/** Gradients of kernels that reduce axes to one value. */
export const reductionGradients: readonly GradConfig[] = [
  ofInput('Sum', (dy, x, { axis }) => mul(kept(dy, x, axis), ones(x.shape))),
  ofInput('Mean', (dy, x, { axis }) => mul(mul(kept(dy, x, axis), dy.size / x.size), ones(x.shape))),
  extremum('Max', 'reductionIndices'),
  extremum('Min', 'axis'),
  {
    kernelName: 'Softmax',
    outputsToSave: [true],
    gradFunc: (dy, [y]) => ({
      logits: () => {
        const weighted = mul(dy as Tensor, y);
        return sub(weighted, mul(sum(weighted, -1, true), y));
      },
    }),
  },
  {
    kernelName: 'LogSoftmax',
    outputsToSave: [true],
    gradFunc: (dy, [y]) => ({ logits: () => sub(dy as Tensor, mul(sum(dy as Tensor, -1, true), exp(y))) }),
  },
];

/** Every element that equals the extremum gets the whole gradient, as in tfjs itself. */
function extremum(kernelName: string, axes: string): GradConfig {
  return {
    kernelName,
    inputsToSave: ['x'],
    outputsToSave: [true],
    gradFunc: (dy, [x, y], attrs) => ({
      x: () => mul(kept(dy as Tensor, x, attrs[axes]), cast(equal(x, kept(y, x, attrs[axes])), 'float32')),
    }),
  };
}

/** Gives a reduced tensor its reduced axes back, with size 1. */
function kept(reduced: Tensor, x: Tensor, axis: NamedAttrMap[string]): Tensor {
  const axes = axis === undefined || axis === null ? x.shape.map((_, i) => i) : [axis as number | number[]].flat();
  const folded = new Set(axes.map((index) => (index < 0 ? x.rank + index : index)));
  return reshape(
    reduced,
    x.shape.map((size, index) => (folded.has(index) ? 1 : size)),
  );
}
