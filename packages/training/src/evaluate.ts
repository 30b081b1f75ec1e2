import { type Values, valuesOf } from '@spikewright/engine-tfjs';
import type { Network } from '@spikewright/snn-core';
import * as tf from '@tensorflow/tfjs-core';
import { type LabelledBatch, pick } from './batches.js';
import { correctAnswers, crossEntropy } from './classification.js';

/** How well a network does on some data. */
export interface Evaluation {
  /** Share of the samples that are classified rightly. */
  readonly accuracy: number;
  /** Mean cross-entropy in nats. */
  readonly loss: number;
}

/**
 * Evaluates a network batch by batch.
 *
 * @param scores - computes `[batch, classes]` from the tensors of the network's nodes
 */
export function evaluateBatches(
  network: Network,
  data: LabelledBatch,
  batchSize: number,
  scores: (batch: LabelledBatch, values: Values) => tf.Tensor,
): Evaluation {
  if (!Number.isInteger(batchSize) || batchSize < 1) {
    throw new RangeError(`Cannot evaluate: batchSize must be whole and at least 1: ${batchSize}`);
  }
  const total = { correct: 0, loss: 0 };
  for (let start = 0; start < data.size; start += batchSize) {
    const rows = Uint32Array.from({ length: Math.min(batchSize, data.size - start) }, (_, row) => start + row);
    const sums = tf.tidy(() => {
      const batch = pick(data, rows);
      const [found, labels] = [scores(batch, valuesOf(network)), tf.tensor1d(batch.labels, 'int32')];
      return [correctAnswers(found, labels), crossEntropy(found, labels)];
    });
    total.correct += sums[0].dataSync()[0];
    total.loss += sums[1].dataSync()[0] * rows.length;
    tf.dispose(sums);
  }
  return { accuracy: total.correct / data.size, loss: total.loss / data.size };
}
