import { type Batch, direct, type Encoder, type Network, referenceEngine } from '@spikewright/snn-core';
import { foldBatchNorm } from '@spikewright/snn-core/convert';
import { trainLoop } from './loop.js';
import { type SpikingTrainOptions, spikingTrainOptions } from './options.js';
import type { SpikingResponse } from './regularizer.js';
import type { TrainHooks, TrainResult } from './reports.js';
import { spikingTask } from './spiking-task.js';

/** What `trainSpiking` calls and is told. */
export interface SpikingTrainHooks extends TrainHooks<SpikingResponse> {
  /** How samples become input over time: images as they are in every step, or events. @defaultValue direct() */
  readonly encoder?: Encoder;
}

/** A trained spiking network. */
export interface SpikingTrainResult extends TrainResult {
  /** The network with its batch normalisations folded: every engine runs it. */
  readonly network: Network;
  /** The same network as it was trained, to go on from. */
  readonly unfolded: Network;
}

/**
 * Trains a spiking network directly, by gradient descent through time, with the back end of TensorFlow.js that is set. A
 * surrogate stands for the derivative of a spike (Neftci et al. 2019). The given network is not changed; equal arguments
 * give equal weights, bit for bit, on the wasm back end, also over an abort and a resume.
 *
 * @param network - `neuron` nodes for activations, and `batchNorm` where wanted, with statistics over batch, steps, height
 * and width; its weights are where training starts: see `initialise`
 * @param data - samples as the encoder reads them, with labels
 * @throws OptionsError, TypeError or RangeError if an argument is unsound; RangeError if the loss or a weight leaves the
 * finite; Error if a checkpoint cannot be kept
 */
export async function trainSpiking(
  network: Network,
  data: Batch,
  options: SpikingTrainOptions = {},
  hooks: SpikingTrainHooks = {},
): Promise<SpikingTrainResult> {
  const { regularizers = [], encoder = direct(), ...others } = hooks;
  const task = spikingTask(network, spikingTrainOptions(options), regularizers, encoder);
  const result = await trainLoop(task, data, others);
  const nothing = { batches: async function* () {}, engine: referenceEngine() };
  const folded = await foldBatchNorm().convert(result.network, nothing);
  return { ...result, network: folded, unfolded: result.network };
}
