import type { Network, Neuron, Shape, Tensor } from '@spikewright/snn-core';
import * as tf from '@tensorflow/tfjs-core';
import { computeNode, type Observe, type Values } from './forward.js';
import { type Activity, activityOf, type NeuronSettings, spikesOf } from './neurons.js';
import type { SpikingTrainOptions } from './options.js';
import { parameterName } from './parameters.js';
import type { SpikingResponse } from './regularizer.js';

/** How a spiking network is computed. */
export type SpikingSettings = Required<Pick<SpikingTrainOptions, 'steps' | 'surrogate' | 'detachReset'>> & {
  /** Receives the batch statistics, over steps too; without it batch normalisation uses its running statistics. */
  readonly observe?: Observe;
  /** Whether a response is wanted, which takes some more work. @defaultValue false */
  readonly responds?: boolean;
};

/** What a spiking network does over time. */
export interface OverTime {
  /** The output of the last node in each step, `[steps, batch, classes]`. */
  readonly scores: tf.Tensor3D;
  /** What regularizers see, if it was wanted. */
  readonly response?: SpikingResponse;
}

/**
 * Computes a spiking network over all steps, layer by layer.
 *
 * @param input - `[steps · batch, ...]`, or `[batch, ...]` for the same input in every step
 * @param batch - samples
 */
export function spikingForward(
  network: Network,
  input: tf.Tensor,
  batch: number,
  values: Values,
  settings: SpikingSettings,
): OverTime {
  const { steps, observe, responds = false } = settings;
  const outputs: Record<string, tf.Tensor> = {};
  const layers: [name: string, Activity][] = [];
  const inEveryStep = (x: tf.Tensor): tf.Tensor => (x.shape[0] === batch ? repeated(x, steps) : x);
  for (const node of network.nodes) {
    const inputs = node.inputs.map((name) => outputs[name]);
    if (node.op === 'input') outputs[node.name] = input;
    else if (node.op === 'neuron') {
      const current = amplified(inEveryStep(inputs[0]), node, values, steps);
      const neurons = neuronSettings(node, current.shape.slice(1), settings);
      const activity = responds ? activityOf(current, neurons) : undefined;
      if (activity) layers.push([node.name, activity]);
      outputs[node.name] = activity?.spikes ?? spikesOf(current, neurons);
    } else {
      // What is the same in every step is computed once.
      const mixed = new Set(inputs.map(({ shape }) => shape[0])).size > 1;
      outputs[node.name] = computeNode(node, mixed ? inputs.map(inEveryStep) : inputs, values, observe && { observe });
    }
  }
  const apart = (x: tf.Tensor): tf.Tensor => tf.reshape(x, [steps, batch, ...x.shape.slice(1)]);
  const scores = apart(inEveryStep(outputs[network.nodes[network.nodes.length - 1].name])) as tf.Tensor3D;
  if (!responds) return { scores };
  const ofLayers = (part: keyof Activity): Record<string, tf.Tensor> =>
    Object.fromEntries(layers.map(([name, activity]) => [name, apart(activity[part])]));
  return {
    scores,
    response: { kind: 'spiking', scores, spikes: ofLayers('spikes'), potentials: ofLayers('potentials') },
  };
}

/** The same in every step. The gradient of a concatenation would copy the whole for each of its parts. */
function repeated(x: tf.Tensor, steps: number): tf.Tensor {
  const repeat = tf.customGrad((...args) => {
    const [given] = args as unknown as [tf.Tensor];
    const gradFunc = (dy: tf.Tensor): tf.Tensor =>
      tf.reshape(tf.sum(tf.reshape(dy, [steps, given.size]), 0), given.shape);
    return { value: tf.concat(new Array(steps).fill(given)), gradFunc: gradFunc as never };
  });
  return repeat(x);
}

/** The current of each step times the gain of that step. */
function amplified(current: tf.Tensor, node: Neuron, values: Values, steps: number): tf.Tensor {
  if (!node.gains) return current;
  const gains = values[parameterName(node, 'gains')] ?? tensorOf(node.gains, node.gains.shape);
  const byStep = tf.reshape(current, [steps, current.size / steps]);
  return tf.reshape(tf.mul(byStep, tf.reshape(gains, [steps, 1])), current.shape);
}

function neuronSettings(node: Neuron, shape: Shape, settings: SpikingSettings): NeuronSettings {
  const { leak, reset, fires } = node;
  const { steps, surrogate, detachReset } = settings;
  const threshold = spread(node.threshold, shape);
  const initial = tf.mul(spread(node.initial, shape), threshold);
  return { steps, threshold, initial, leak, reset, fires, surrogate, detachReset };
}

/** A tensor of one value for all, one a channel or one a neuron, in a shape that spreads over a layer of `shape`. */
function spread(tensor: Tensor, shape: Shape): tf.Tensor {
  const count = tensor.data.length;
  if (count === 1) return tensorOf(tensor, []);
  return tensorOf(tensor, count === shape[shape.length - 1] ? [count] : shape);
}

const tensorOf = ({ data }: Tensor, shape: Shape): tf.Tensor => tf.tensor(data, [...shape]);
