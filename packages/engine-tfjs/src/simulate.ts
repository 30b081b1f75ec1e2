import { type Network, type Neuron, OptionsError, requireInteger, requireKnown } from '@spikewright/snn-core';
import * as tf from '@tensorflow/tfjs-core';
import { computeNode, type ForwardOptions } from './compute-node.js';
import { isPlain, neuronLayer } from './neuron-layer.js';
import { type Activity, activityOf, type NeuronSettings, type Surrogate, spikesOf } from './neurons.js';
import { type Values, valueName } from './values.js';

/** How a spiking network is computed over time. */
export interface SimulateOptions extends Pick<ForwardOptions, 'onStatistics'> {
  /** T, a whole number from 1 to 65,536. */
  readonly steps: number;
  /** What stands for the derivative of a spike. @defaultValue 'triangular' */
  readonly surrogate?: Surrogate;
  /** Whether the reset passes no gradient back to the spike that caused it. @defaultValue false */
  readonly detachReset?: boolean;
  /** Whether spikes and potentials are given too, which takes more work. @defaultValue false */
  readonly activity?: boolean;
}

/** What a spiking network does over time. Every tensor is differentiable, spikes by their surrogate gradient. */
export interface Simulation {
  /** The output of the last node in each step, not summed up, `[steps, batch, classes]`. */
  readonly scores: tf.Tensor3D;
  /** If asked for: the spikes that leave each layer of neurons, 0 or 1, `[steps, batch, ...]`, by node name. */
  readonly spikes: Readonly<Record<string, tf.Tensor>>;
  /** If asked for: the potentials of each layer after its reset, in units of θ, `[steps, batch, ...]`, by node name. */
  readonly potentials: Readonly<Record<string, tf.Tensor>>;
}

/**
 * Computes a spiking network over all steps, layer by layer, differentiable in input and values: surrogate gradients through
 * time (Neftci et al. 2019). Tensors are left to the caller: call it within `tidy`, or within what is differentiated.
 *
 * @param input - `[steps, batch, ...input shape]`; `[1, batch, ...input shape]` or `[batch, ...input shape]` for the same in every step
 * @param values - the tensors of the network, see {@link valuesOf}; λ and gains are taken from the node where they are not among
 * them, thresholds and initial potentials always
 * @throws TypeError for input of another shape, or a node it cannot compute; RangeError for steps out of range; OptionsError for
 * an unknown option or surrogate
 */
export function simulate(network: Network, input: tf.Tensor, values: Values, options: SimulateOptions): Simulation {
  const { steps, onStatistics, activity: responds = false } = checked(options);
  const { frames, batch } = framesOf(network, input, steps);
  const outputs: Record<string, tf.Tensor> = {};
  const layers: [name: string, Activity][] = [];
  const inEveryStep = (x: tf.Tensor): tf.Tensor => (x.shape[0] === batch ? repeated(x, steps) : x);
  for (const node of network.nodes) {
    const inputs = node.inputs.map((name) => outputs[name]);
    if (node.op === 'input') outputs[node.name] = frames;
    else if (node.op === 'neuron') {
      const current = amplified(inEveryStep(inputs[0]), node, values, steps);
      const settings = settingsOf(node, current, options);
      const activity = responds ? activityOf(current, settings) : undefined;
      const fired = activity?.spikes ?? spikesOf(current, settings);
      const spikes = node.delay === 1 ? aStepLater(fired, batch) : fired;
      if (activity) layers.push([node.name, { ...activity, spikes }]);
      outputs[node.name] = spikes;
    } else {
      // What is the same in every step is computed once.
      const mixed = new Set(inputs.map(({ shape }) => shape[0])).size > 1;
      outputs[node.name] = computeNode(node, mixed ? inputs.map(inEveryStep) : inputs, values, { onStatistics });
    }
  }
  const apart = (x: tf.Tensor): tf.Tensor => tf.reshape(x, [steps, batch, ...x.shape.slice(1)]);
  const ofLayers = (part: keyof Activity): Record<string, tf.Tensor> =>
    Object.fromEntries(layers.map(([name, activity]) => [name, apart(activity[part])]));
  return {
    scores: apart(inEveryStep(outputs[network.nodes[network.nodes.length - 1].name])) as tf.Tensor3D,
    spikes: ofLayers('spikes'),
    potentials: ofLayers('potentials'),
  };
}

function checked(options: SimulateOptions): SimulateOptions {
  const known = ['steps', 'surrogate', 'detachReset', 'activity', 'onStatistics'];
  requireKnown('simulate network', options, known);
  requireInteger('simulate network', 'steps', options.steps, 1, 65_536);
  const { surrogate = 'triangular' } = options;
  if (surrogate !== 'triangular' && surrogate !== 'arctan') {
    throw new OptionsError(`Cannot simulate network: surrogate must be triangular or arctan: '${surrogate}'`);
  }
  return options;
}

/** The input as `[steps · batch, ...]` or `[batch, ...]`, and the number of samples. */
function framesOf({ nodes }: Network, input: tf.Tensor, steps: number): { frames: tf.Tensor; batch: number } {
  const shape = nodes.flatMap((node) => (node.op === 'input' ? node.shape : []));
  const leading = input.shape.slice(0, -shape.length);
  const inTime = leading.length === 2;
  const fits = leading.length === 1 || (inTime && [1, steps].includes(leading[0]));
  if (!fits || String(input.shape.slice(-shape.length)) !== String(shape)) {
    const rule = `input must be [batch, ${shape}] or [${steps} steps, batch, ${shape}]`;
    throw new TypeError(`Cannot simulate network: ${rule}: [${input.shape}]`);
  }
  const batch = leading[leading.length - 1];
  return { frames: inTime ? tf.reshape(input, [leading[0] * batch, ...shape]) : input, batch };
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
  const gains = values[valueName(node, 'gains')] ?? tf.tensor(node.gains.data);
  if (gains.size < steps) {
    const rule = `it has gains for ${gains.size} steps, and so takes no more`;
    throw new RangeError(`Cannot simulate node '${node.name}': ${rule}: ${steps}`);
  }
  const given = gains.size === steps ? gains : tf.slice(gains, [0], [steps]);
  const byStep = tf.reshape(current, [steps, current.size / steps]);
  return tf.reshape(tf.mul(byStep, tf.reshape(given, [steps, 1])), current.shape);
}

function settingsOf(node: Neuron, current: tf.Tensor, options: SimulateOptions): NeuronSettings {
  const { steps, surrogate = 'triangular', detachReset = false } = options;
  if (!isPlain(node)) {
    throw new TypeError(`Cannot simulate node '${node.name}': its levels must be [0, 1]: [${node.levels}]`);
  }
  return { ...neuronLayer(node, current.shape.slice(1)), steps, surrogate, detachReset };
}

/** No spikes, then those of all steps but the last. */
function aStepLater(spikes: tf.Tensor, batch: number): tf.Tensor {
  const [rows, ...shape] = spikes.shape;
  const nowhere = shape.map(() => 0);
  return tf.concat([tf.zeros([batch, ...shape]), tf.slice(spikes, [0, ...nowhere], [rows - batch, ...shape])]);
}
