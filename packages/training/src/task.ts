import type { ForwardOptions, Values } from '@spikewright/engine-tfjs';
import type { Network } from '@spikewright/snn-core';
import type { Scalar, Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import type { LabelledBatch } from './batches.js';
import type { Sizes } from './checks.js';
import type { Evaluation } from './evaluate.js';
import type { LoopOptions } from './options.js';
import type { Tensors } from './parameters.js';

/** What a batch says of the weights, differentiable. */
export interface Objective {
  /** Mean over the batch, without penalty. */
  readonly loss: Scalar;
  /** What the regularizers add. */
  readonly penalty: Scalar;
  /** What the answers are read from, `[batch, classes]`. */
  readonly scores: Tensor2D;
}

/** All in which training ANNs and training spiking networks differ. */
export interface Task {
  readonly kind: 'ann' | 'spiking';
  /** The network to train, as training starts. */
  readonly network: Network;
  readonly sizes: Sizes;
  readonly options: Required<LoopOptions>;
  /** What the optimiser changes, as training starts. */
  readonly parameters: Tensors;
  /** Pulls towards 0 that differ from those of the options `weightDecay` and `otherDecay`, by the field of a node. */
  readonly decays: Readonly<Record<string, number>>;
  /** What two runs must share to be one training, beside network, options and data. */
  readonly identity: Readonly<Record<string, string>>;
  /** The images of a batch in the order `[frames, batch, ...]`, its own to change. */
  input(batch: LabelledBatch): Float32Array;
  /** @param input - `[frames · batch, ...]` */
  objective(input: Tensor, labels: Tensor1D, values: Values, onStatistics: ForwardOptions['onStatistics']): Objective;
  /** Evaluates a state of the network. */
  evaluate(network: Network, data: LabelledBatch): Evaluation;
}
