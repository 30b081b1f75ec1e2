import { simulate } from '@spikewright/engine-tfjs';
import { describePlugin, type Encoder, type Network } from '@spikewright/snn-core';
import * as tf from '@tensorflow/tfjs-core';
import { checkSpikingTrainable } from './checks.js';
import { encodeBatch } from './encode-batch.js';
import { evaluateSpiking } from './evaluate-spiking.js';
import type { SpikingTrainOptions } from './options.js';
import { type Field, tensorsOf } from './parameters.js';
import { type Regularizer, type SpikingResponse, totalPenalty } from './regularizer.js';
import type { Task } from './task.js';
import { checkGains, withGains } from './tebn.js';
import { lossOverTime } from './tet.js';

const TRAINED: readonly Field[] = ['kernel', 'bias', 'gamma', 'beta'];

/**
 * What is to be done to train a spiking network.
 *
 * @throws TypeError or RangeError naming a node that cannot be trained
 */
export function spikingTask(
  given: Network,
  options: Required<SpikingTrainOptions>,
  regularizers: readonly Regularizer<SpikingResponse>[],
  encoder: Encoder,
): Task {
  const { steps, seed, tebn, surrogate, detachReset } = options;
  const sizes = checkSpikingTrainable(given);
  const network = tebn ? withGains(given, steps) : given;
  checkGains(network, steps);
  return {
    kind: 'spiking',
    network,
    sizes,
    options,
    parameters: tensorsOf(network, tebn ? [...TRAINED, 'gains'] : TRAINED),
    decays: {},
    identity: {
      regularizers: JSON.stringify(regularizers.map(describePlugin)),
      encoder: JSON.stringify(describePlugin(encoder)),
    },
    input: (batch) => encodeBatch(batch, encoder, steps, seed),
    objective: (input, labels, values, onStatistics) => {
      const [rows, ...shape] = input.shape;
      const frames = tf.reshape(input, [rows / labels.size, labels.size, ...shape]);
      const activity = regularizers.length > 0;
      const run = simulate(network, frames, values, { steps, surrogate, detachReset, activity, onStatistics });
      const penalty = totalPenalty(regularizers, { kind: 'spiking', ...run }, labels);
      return { loss: lossOverTime(run.scores, labels, options), penalty, scores: tf.mean(run.scores, 0) };
    },
    evaluate: (state, data) => evaluateSpiking(state, data, { steps, encoder, seed }),
  };
}
