import { forward } from '@spikewright/engine-tfjs';
import { describePlugin, type Network } from '@spikewright/snn-core';
import { isActivation } from '@spikewright/snn-core/convert';
import { checkTrainable } from './checks.js';
import { crossEntropy, readOut } from './classification.js';
import { evaluateAnn } from './evaluate-ann.js';
import type { TrainOptions } from './options.js';
import { tensorsOf } from './parameters.js';
import { type AnnResponse, type Regularizer, totalPenalty } from './regularizer.js';
import type { Task } from './task.js';

/**
 * What is to be done to train an ANN.
 *
 * @throws TypeError or RangeError naming a node that cannot be trained
 */
export function annTask(
  network: Network,
  options: Required<TrainOptions>,
  regularizers: readonly Regularizer<AnnResponse>[],
): Task {
  const { gate, labelSmoothing, trainLambda, lambdaDecay } = options;
  return {
    kind: 'ann',
    network,
    options,
    sizes: checkTrainable(network),
    parameters: tensorsOf(network, ['kernel', 'bias', 'gamma', 'beta', ...(trainLambda ? (['lambda'] as const) : [])]),
    decays: { lambda: lambdaDecay },
    identity: { regularizers: JSON.stringify(regularizers.map(describePlugin)) },
    input: ({ data }) => data,
    objective: (input, labels, values, onStatistics) => {
      const outputs = forward(network, input, values, { gate, onStatistics });
      const scores = readOut(network, outputs);
      const activations = network.nodes.filter(isActivation);
      const preactivations = Object.fromEntries(activations.map(({ name, inputs }) => [name, outputs[inputs[0]]]));
      const penalty = totalPenalty(regularizers, { kind: 'ann', outputs, preactivations, scores }, labels);
      return { loss: crossEntropy(scores, labels, labelSmoothing), penalty, scores };
    },
    evaluate: evaluateAnn,
  };
}
