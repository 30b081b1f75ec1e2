import { customGrad, type Tensor, zeros } from '@tensorflow/tfjs-core';

/**
 * Computes something that counts as a constant in gradients, for regularizers: a mask, a target. TensorFlow.js knows no
 * gradient of comparisons, so that what is compared must come in here.
 *
 * @param x - what it is computed from
 * @param compute - any tensor from it
 */
export function withoutGradient(x: Tensor, compute: (x: Tensor) => Tensor): Tensor {
  const constant = customGrad((...args) => {
    const [given] = args as unknown as [Tensor];
    return { value: compute(given), gradFunc: () => zeros(given.shape) as never };
  });
  return constant(x);
}
