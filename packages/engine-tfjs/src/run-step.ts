import { loseSpikes, type Neuron, type Node } from '@spikewright/snn-core';
import * as tf from '@tensorflow/tfjs-core';
import { computeNode } from './compute-node.js';
import { afterReset, charged, fired, isPlain, type NeuronLayer } from './neuron-layer.js';
import { hasKernel, stepByKernel } from './neurons.js';
import type { Plan } from './plan.js';
import { keepAll, rowsOf } from './tensors.js';

/** What a layer of neurons remembers between two steps, `[rows, ...]`; nothing before the first. */
export interface Memory {
  /** u. */
  readonly rest?: tf.Tensor;
  /** The sum of the spikes sent, where some may be negative. */
  readonly sent?: tf.Tensor;
  /** Spikes that leave in the next step, where there is a delay. */
  readonly underWay?: tf.Tensor;
}

/** What a step leaves behind, by node. Every tensor is `[rows, ...]` and kept. */
export interface Taken {
  readonly memories: Readonly<Record<string, Memory>>;
  /** What frames may show. */
  readonly shown: Readonly<Record<string, tf.Tensor>>;
}

/** What is the same in every step of a row, by node. */
export type Constants = Readonly<Record<string, tf.Tensor>>;

/**
 * Computes what is the same in every step of some rows. Its tensors are kept.
 *
 * @param input - what the encoder sends
 */
export function computeConstants({ compiled, weights, constant }: Plan, input: Float32Array): Constants {
  return keepAll(() => {
    const outputs: Record<string, tf.Tensor> = {};
    for (const node of compiled.network.nodes) {
      if (!constant.has(node.name)) continue;
      const inputs = node.inputs.map((name) => outputs[name]);
      outputs[node.name] =
        node.op === 'input' ? rowsOf(input, node.shape) : computeNode(node, inputs, weights.values, {});
    }
    return outputs;
  });
}

/** Where some rows stand. */
export interface Moment {
  readonly step: number;
  /** The place of each row's sample in its data set. */
  readonly indices: readonly number[];
  readonly constants: Constants;
  /** Of the step before. */
  readonly memories: Readonly<Record<string, Memory>>;
  /** What the encoder sends. */
  readonly input: Float32Array;
}

/** Takes one step with all rows. Its tensors are kept, and none of them is one of the moment's. */
export function takeStep(plan: Plan, moment: Moment): Taken {
  return keepAll(() => {
    const { network } = plan.compiled;
    const outputs: Record<string, tf.Tensor> = { ...moment.constants };
    const [memories, shown]: [Record<string, Memory>, Record<string, tf.Tensor>] = [{}, {}];
    for (const node of network.nodes) {
      const { name } = node;
      if (plan.constant.has(name)) continue;
      let spikes: tf.Tensor | undefined;
      if (node.op === 'input') outputs[name] = rowsOf(moment.input, node.shape);
      else if (node.op === 'neuron') {
        const given = stepNeurons(node, outputs[node.inputs[0]], plan.weights.layers[name], moment);
        memories[name] = given.memory;
        const leaving = lost(plan, node, given.spikes, moment);
        [spikes, outputs[name]] = [leaving.spikes, leaving.arriving];
      } else {
        const inputs = node.inputs.map((from) => outputs[from]);
        outputs[name] = computeNode(node, inputs, plan.weights.values, {});
      }
      if (plan.shown.has(name)) shown[name] = spikes ?? outputs[name];
    }
    return { memories, shown };
  });
}

function stepNeurons(
  node: Neuron,
  current: tf.Tensor,
  layer: NeuronLayer,
  { step, memories }: Moment,
): { spikes: tf.Tensor; memory: Memory } {
  const before = memories[node.name] ?? {};
  const input = node.gains ? tf.mul(current, node.gains.data[step - 1]) : current;
  const { spikes, ...memory } = fire(input, layer, before);
  if (node.delay !== 1) return { spikes, memory };
  const leaving = before.underWay ? tf.clone(before.underWay) : tf.zerosLike(spikes);
  return { spikes: leaving, memory: { ...memory, underWay: spikes } };
}

/** Integrates, fires and resets. */
function fire(
  current: tf.Tensor,
  layer: NeuronLayer,
  { rest = layer.initial, sent }: Memory,
): Memory & { spikes: tf.Tensor } {
  if (isPlain(layer) && hasKernel()) {
    const [spikes, left] = stepByKernel(current, layer, rest);
    return { spikes, rest: left };
  }
  const potential = charged(rest, current, layer);
  const spikes = fired(potential, layer, sent);
  const after = { spikes, rest: afterReset(potential, spikes, layer) };
  if (layer.levels[0] === 0) return after;
  return { ...after, sent: sent ? tf.add(sent, spikes) : tf.clone(spikes) };
}

/** The spikes that are left after dropout, and what arrives of them. */
function lost(
  { compiled: { network }, options }: Plan,
  node: Node,
  spikes: tf.Tensor,
  { step, indices }: Moment,
): { spikes: tf.Tensor; arriving: tf.Tensor } {
  if (!options.dropout) return { spikes, arriving: spikes };
  const left = Int32Array.from(spikes.dataSync());
  const arriving = new Float64Array(left.length);
  const length = left.length / indices.length;
  indices.forEach((sample, row) => {
    const [from, to] = [row * length, (row + 1) * length];
    const place = { sample, step, node: network.nodes.indexOf(node) };
    loseSpikes(left.subarray(from, to), arriving.subarray(from, to), options, place);
  });
  const asTensor = (values: ArrayLike<number>): tf.Tensor => tf.tensor(Float32Array.from(values), spikes.shape);
  return { spikes: asTensor(left), arriving: asTensor(arriving) };
}
