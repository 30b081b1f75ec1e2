import { definePlugin, type Plugin, type PluginFactory } from '@spikewright/snn-core';
import {
  addN,
  type Scalar,
  scalar,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  type Tensor3D,
} from '@tensorflow/tfjs-core';
import * as v from 'valibot';

/** What an ANN does with a batch. Every tensor is differentiable; nodes are in the order of the network. */
export interface AnnResponse {
  readonly kind: 'ann';
  /** The output of every node, `[batch, ...]`, by node name. */
  readonly outputs: Readonly<Record<string, Tensor>>;
  /** What each `relu`, `clip` and `qcfs` receives, `[batch, ...]`, by its name: z of the papers. */
  readonly preactivations: Readonly<Record<string, Tensor>>;
  /** The output of the last node, `[batch, classes]`. */
  readonly scores: Tensor2D;
}

/** What a spiking network does with a batch. Every tensor is differentiable, spikes by their surrogate gradient. */
export interface SpikingResponse {
  readonly kind: 'spiking';
  /** The spikes of each layer of neurons, 0 or 1, `[steps, batch, ...]`, by node name. */
  readonly spikes: Readonly<Record<string, Tensor>>;
  /** The potentials of each layer of neurons after its reset, in units of θ, `[steps, batch, ...]`, by node name. */
  readonly potentials: Readonly<Record<string, Tensor>>;
  /** What the last node puts out in each step, not summed up, `[steps, batch, classes]`. */
  readonly scores: Tensor3D;
}

/**
 * Adds a term to the training loss. The one role that speaks TensorFlow.js, because its value must be differentiable:
 * `penalty` is called within the gradient computation of every step, and its tensors are freed after the step.
 *
 * A `Regularizer<AnnResponse>` serves `train`, a `Regularizer<SpikingResponse>` serves `trainSpiking`, and one that looks
 * at `response.kind` serves both.
 */
export interface Regularizer<Response = AnnResponse | SpikingResponse> extends Plugin<'regularizer'> {
  /** Makes what is added to the loss of a batch, from what the network did with it and the class of each sample (int32). */
  readonly penalty: (response: Response, labels: Tensor1D) => Scalar;
}

/** The neutral regularizer: adds nothing. */
export const noRegularizer: PluginFactory<Regularizer, Record<never, never>> = definePlugin({
  role: 'regularizer',
  name: 'none',
  options: v.strictObject({}),
  create: () => ({ penalty: () => scalar(0) }),
});

/** What several regularizers add together. */
export function totalPenalty<Response>(
  regularizers: readonly Regularizer<Response>[],
  response: Response,
  labels: Tensor1D,
): Scalar {
  const penalties = regularizers.map(({ penalty }) => penalty(response, labels));
  return penalties.length === 0 ? scalar(0) : addN(penalties);
}
