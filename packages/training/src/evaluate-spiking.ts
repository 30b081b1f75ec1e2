import { simulate } from '@spikewright/engine-tfjs';
import { type Batch, direct, type Encoder, type Network } from '@spikewright/snn-core';
import * as tf from '@tensorflow/tfjs-core';
import { checkData, checkSpikingTrainable } from './checks.js';
import { encodeBatch } from './encode-batch.js';
import { type Evaluation, evaluateBatches } from './evaluate.js';
import { checkGains } from './tebn.js';

/** How a spiking network is evaluated. */
export interface EvaluateSpikingOptions {
  /** T, from 1 to 256. @defaultValue 4 */
  readonly steps?: number;
  /** @defaultValue direct() */
  readonly encoder?: Encoder;
  /** Seed of the encoder. @defaultValue 0 */
  readonly seed?: number;
  /** Samples at a time; does not change the result but for rounding. @defaultValue 256 */
  readonly batchSize?: number;
}

/**
 * Evaluates a spiking network as it is trained, batch normalisation by its running statistics, with the back end of
 * TensorFlow.js that is set. Answers are read from the mean of the outputs of all steps.
 *
 * @param data - samples with labels
 * @throws TypeError or RangeError if network or data are unsound
 */
export function evaluateSpiking(network: Network, data: Batch, options: EvaluateSpikingOptions = {}): Evaluation {
  const { steps = 4, encoder = direct(), seed = 0, batchSize = 256 } = options;
  const sizes = checkSpikingTrainable(network);
  checkData(data, sizes);
  checkGains(network, steps);
  return evaluateBatches(network, data, batchSize, (batch, values) => {
    const encoded = encodeBatch(batch, encoder, steps, seed);
    const input = tf.tensor(encoded, [encoded.length / batch.data.length, batch.size, ...sizes.input]);
    return tf.mean(simulate(network, input, values, { steps }).scores, 0);
  });
}
