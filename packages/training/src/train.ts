import type { Batch, Network } from '@spikewright/snn-core';
import { annTask } from './ann-task.js';
import { trainLoop } from './loop.js';
import { type TrainOptions, trainOptions } from './options.js';
import type { TrainHooks, TrainResult } from './reports.js';

/**
 * Trains an ANN by gradient descent on the cross-entropy of its last node's scores, with the back end of TensorFlow.js
 * that is set. The given network is not changed; equal arguments give equal weights, bit for bit, on the wasm back end,
 * also over an abort and a resume.
 *
 * @param network - its weights are where training starts: see `initialise`
 * @param data - samples as the network reads them, with labels
 * @throws OptionsError, TypeError or RangeError if an argument is unsound; RangeError if the loss or a weight leaves the
 * finite; Error if a checkpoint cannot be kept
 */
export async function train(
  network: Network,
  data: Batch,
  options: TrainOptions = {},
  hooks: TrainHooks = {},
): Promise<TrainResult> {
  const { regularizers = [], ...others } = hooks;
  return trainLoop(annTask(network, trainOptions(options), regularizers), data, others);
}
