import type { Batch, Network } from '@spikewright/snn-core';
import * as tf from '@tensorflow/tfjs-core';
import { type LabelledBatch, pick } from './batches.js';
import { checkData, checkTrainable } from './checks.js';
import { forward } from './forward.js';
import { runningStatistics, type Tensors, trainedTensors } from './parameters.js';

/** How well a network does on some data. */
export interface AnnEvaluation {
  /** Share of the samples that are classified rightly. */
  readonly accuracy: number;
  /** Mean cross-entropy in nats. */
  readonly loss: number;
}

/**
 * Evaluates an ANN that ends in scores, with the back end of TensorFlow.js that is set. Batch normalisation uses its
 * running statistics.
 *
 * @param data - samples with labels
 * @param batchSize - samples at a time; does not change the result but for rounding (default 256)
 * @throws TypeError or RangeError if network or data are unsound
 */
export function evaluateAnn(network: Network, data: Batch, batchSize = 256): AnnEvaluation {
  const sizes = checkTrainable(network);
  checkData(data, sizes);
  if (!Number.isInteger(batchSize) || batchSize < 1) {
    throw new RangeError(`Cannot evaluate: batchSize must be whole and at least 1: ${batchSize}`);
  }
  const tensors = { ...trainedTensors(network, true), ...runningStatistics(network) };
  const total = { correct: 0, loss: 0 };
  for (let start = 0; start < data.size; start += batchSize) {
    const rows = Uint32Array.from({ length: Math.min(batchSize, data.size - start) }, (_, row) => start + row);
    const part = score(network, tensors, pick(data, rows), sizes.input);
    total.correct += part.correct;
    total.loss += part.loss;
  }
  return { accuracy: total.correct / data.size, loss: total.loss / data.size };
}

/** Sums over a batch. */
function score(
  network: Network,
  tensors: Tensors,
  batch: LabelledBatch,
  shape: readonly number[],
): { correct: number; loss: number } {
  const sums = tf.tidy(() => {
    const values = Object.fromEntries(
      Object.entries(tensors).map(([name, tensor]) => [name, tf.tensor(tensor.data, [...tensor.shape])]),
    );
    const outputs = forward(network, tf.tensor(batch.data, [batch.size, ...shape]), values);
    const logits = outputs[network.nodes[network.nodes.length - 1].name];
    const labels = tf.tensor1d(batch.labels, 'int32');
    const right = tf.sum(tf.cast(tf.equal(tf.argMax(logits, -1), labels), 'float32'));
    const loss = tf.neg(tf.sum(tf.mul(tf.oneHot(labels, logits.shape[1] as number), tf.logSoftmax(logits))));
    return [right, loss];
  });
  const [correct, loss] = sums.map((sum) => sum.dataSync()[0]);
  tf.dispose(sums);
  return { correct, loss };
}
