import { definePlugin, type Plugin, type PluginFactory } from '@spikewright/snn-core';
import { type Scalar, scalar, type Tensor, type Tensor1D } from '@tensorflow/tfjs-core';
import * as v from 'valibot';

/**
 * Adds a term to the training loss. The one role that speaks TensorFlow.js, because its value must be differentiable:
 * `penalty` is called within the gradient computation of every step, and its tensors are freed after the step.
 */
export interface Regularizer extends Plugin<'regularizer'> {
  /**
   * @param activations - the output of every node of the batch, `[batch, ...]`, by node name
   * @param labels - class of each sample, int32
   * @returns what is added to the mean cross-entropy of the batch
   */
  penalty(activations: Readonly<Record<string, Tensor>>, labels: Tensor1D): Scalar;
}

/** The neutral regularizer: adds nothing. */
export const noRegularizer: PluginFactory<Regularizer, Record<never, never>> = definePlugin({
  role: 'regularizer',
  name: 'none',
  options: v.strictObject({}),
  create: () => ({ penalty: () => scalar(0) }),
});
