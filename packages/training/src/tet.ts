import * as tf from '@tensorflow/tfjs-core';
import { crossEntropy } from './classification.js';
import type { SpikingTrainOptions } from './options.js';

type LossOptions = Required<Pick<SpikingTrainOptions, 'loss' | 'targetWeight' | 'target' | 'labelSmoothing'>>;

/**
 * The loss of outputs over time. `tet`: `(1 - λ) mean over t of CE(O_t, y) + λ mean of (O - φ)²` (Deng et al., ICLR 2022),
 * read in `Gus-Lab/temporal_efficient_training@f9bde4107ed653cc8dd3ee58689bf3b55f6b89ba`; the λ of the printed CIFAR figures
 * is not verified. `mean-output`: `CE(mean over t of O_t, y)`.
 *
 * @param scores - O, `[steps, batch, classes]`
 */
export function lossOverTime(scores: tf.Tensor3D, labels: tf.Tensor1D, options: LossOptions): tf.Scalar {
  const { loss, targetWeight, target, labelSmoothing } = options;
  const [steps, batch, classes] = scores.shape;
  if (loss === 'mean-output') return crossEntropy(tf.mean(scores, 0), labels, labelSmoothing);
  const inEveryStep = tf.concat(new Array<tf.Tensor1D>(steps).fill(labels)) as tf.Tensor1D;
  const entropy = crossEntropy(tf.reshape(scores, [steps * batch, classes]), inEveryStep, labelSmoothing);
  if (targetWeight === 0) return entropy;
  const distance = tf.mean(tf.square(tf.sub(scores, target)));
  return tf.add(tf.mul(entropy, 1 - targetWeight), tf.mul(distance, targetWeight));
}
