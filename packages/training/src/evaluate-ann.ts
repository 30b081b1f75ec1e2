import { forward } from '@spikewright/engine-tfjs';
import type { Batch, Network } from '@spikewright/snn-core';
import * as tf from '@tensorflow/tfjs-core';
import { checkData, checkTrainable } from './checks.js';
import { readOut } from './classification.js';
import { type Evaluation, evaluateBatches } from './evaluate.js';

/**
 * Evaluates an ANN that ends in scores, with the back end of TensorFlow.js that is set. Batch normalisation uses its
 * running statistics.
 *
 * @param data - samples with labels
 * @param batchSize - samples at a time; does not change the result but for rounding (default 256)
 * @throws TypeError or RangeError if network or data are unsound
 */
export function evaluateAnn(network: Network, data: Batch, batchSize = 256): Evaluation {
  const sizes = checkTrainable(network);
  checkData(data, sizes);
  return evaluateBatches(network, data, batchSize, ({ size, data: images }, values) =>
    readOut(network, forward(network, tf.tensor(images, [size, ...sizes.input]), values)),
  );
}
