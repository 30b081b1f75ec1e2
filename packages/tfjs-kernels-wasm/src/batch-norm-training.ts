import { batchNorm, engine, getBackend, getKernel, moments, reshape, type Tensor } from '@tensorflow/tfjs-core';
import { BATCH_NORM } from './fused/batch-norm.js';

/** A normalised batch, and what it was normalised by. */
export interface NormalisedBatch {
  /** In the shape of the input. */
  readonly y: Tensor;
  /** `[channels]`; a constant to gradients. */
  readonly mean: Tensor;
  /** `[channels]`, the biased variance; a constant to gradients. */
  readonly variance: Tensor;
}

/**
 * Normalises every channel by the mean and the biased variance of the batch: `gamma (x - mean) / sqrt(variance + epsilon)
 * + beta`, differentiable in `x`, `gamma` and `beta` (Ioffe and Szegedy 2015). Runs the kernel `BatchNormTraining` where
 * the current back end has it, else `tf.moments` and `tf.batchNorm`.
 *
 * @param x - `[..., channels]`, float32
 * @param gamma - `[channels]`
 * @param beta - `[channels]`
 * @throws TypeError if a shape or type does not fit
 */
export function batchNormTraining(x: Tensor, gamma: Tensor, beta: Tensor, epsilon = 1e-3): NormalisedBatch {
  if (getKernel(BATCH_NORM, getBackend())) {
    const [y, mean, variance] = engine().runKernel<Tensor[]>(BATCH_NORM, { x, gamma, beta }, { epsilon });
    return { y, mean, variance };
  }
  const channels = x.shape[x.rank - 1];
  const rows = reshape(x, [x.size / channels, channels]);
  const { mean, variance } = moments(rows, 0);
  return { y: reshape(batchNorm(rows, mean, variance, beta, gamma, epsilon), x.shape), mean, variance };
}
