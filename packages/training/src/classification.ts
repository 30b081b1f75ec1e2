import type { Network } from '@spikewright/snn-core';
import * as tf from '@tensorflow/tfjs-core';

/**
 * Mean cross-entropy in nats, of smoothed labels: `-Σ target log softmax(scores)`.
 *
 * @param scores - `[batch, classes]`
 * @param smoothing - share of the target that is spread over all classes
 */
export function crossEntropy(scores: tf.Tensor, labels: tf.Tensor1D, smoothing = 0): tf.Scalar {
  const classes = scores.shape[1] as number;
  const target = tf.add(tf.mul(tf.oneHot(labels, classes), 1 - smoothing), smoothing / classes);
  return tf.neg(tf.mean(tf.sum(tf.mul(target, tf.logSoftmax(scores as tf.Tensor2D)), -1)));
}

/** The output of the last node, `[batch, classes]`. */
export const readOut = ({ nodes }: Network, outputs: Readonly<Record<string, tf.Tensor>>): tf.Tensor2D =>
  outputs[nodes[nodes.length - 1].name] as tf.Tensor2D;

/** How many samples are classified rightly. */
export const correctAnswers = (scores: tf.Tensor, labels: tf.Tensor1D): tf.Scalar =>
  tf.sum(tf.cast(tf.equal(tf.argMax(scores, -1), labels), 'float32'));
