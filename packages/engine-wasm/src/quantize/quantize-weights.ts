import {
  type Converter,
  checkNetwork,
  definePlugin,
  isWeighted,
  type Network,
  type Neuron,
  type Node,
  type PluginFactory,
  type Scale,
  withNotes,
} from '@spikewright/snn-core';
import * as v from 'valibot';
import { type Branch, branchesOf, type Graph, graphOf, isAnalog } from './branches.js';
import { inUnits, readoutUnit, type Units, unitsOf } from './units.js';

/** Options of {@link quantizeWeights}. */
export interface QuantizeOptions {
  /**
   * Bits of a weight, its sign included: 8 gives whole numbers from -127 to 127, 7 from -63 to 63.
   *
   * @defaultValue 8
   */
  readonly bits?: 8 | 7;
  /**
   * What the encoder will put out. Under analog input (direct coding) the first layer multiplies real values; it stays as it
   * is. Under spikes it is quantised too.
   *
   * @defaultValue 'analog'
   */
  readonly input?: 'analog' | 'spikes';
}

const options = v.strictObject({
  bits: v.optional(v.picklist([8, 7]), 8),
  input: v.optional(v.picklist(['analog', 'spikes']), 'analog'),
});

type Complete = v.InferOutput<typeof options>;

/**
 * Rounds the weights of a spiking network to whole numbers: `W ← round(W / u)`, `b ← round(b / u)`, `θ ← θ / u`, with a unit
 * u for each output channel of each layer, chosen so that θ is whole without rounding (the least θ of a channel, where its
 * neurons have several). Neurons spike as before but for
 * the rounding of weights and biases, at most u/2 each; u is θ divided by a few hundred as a rule.
 *
 * The read-out gets one unit for all its channels, a power of two, and keeps its scale, so that scores stay comparable.
 * Shortcuts without weights become `scale` nodes. What is no sum of connections (such as a `scale` after a convolution) stays
 * as it is; the network's notes name it.
 *
 * @throws OptionsError for a wrong option; from `convert`: RangeError naming a layer whose weights are too large for its
 * threshold, TypeError for a network without neurons
 */
export const quantizeWeights: PluginFactory<Converter, QuantizeOptions> = definePlugin({
  role: 'converter',
  name: 'quantize-weights',
  options,
  create: (complete: Complete) => ({ convert: async (network) => quantize(network, complete) }),
});

function quantize(network: Network, { bits, input }: Complete): Network {
  const graph = graphOf(network, checkNetwork(network));
  if (!network.nodes.some(({ op }) => op === 'neuron')) {
    throw new TypeError('Cannot quantise weights: the network must have neurons (convert it first): none found');
  }
  const most = 2 ** (bits - 1) - 1;
  const changed = new Map<string, readonly Node[]>();
  const left: string[] = [];
  const last = network.nodes.at(-1)!;
  for (const node of network.nodes) {
    if (node.op !== 'neuron' && node !== last) continue;
    const branches = node.op === 'neuron' ? branchesOf(node.inputs[0], graph) : branchesOf(node.name, graph, true);
    if (!branches || (input === 'analog' && branches.some((branch) => isAnalog(sourceOf(branch), graph)))) {
      left.push(node.name);
    } else if (node.op === 'neuron') quantizeLayer(node, branches, graph, most, changed);
    else quantizeReadout(branches, graph, most, changed);
  }
  const nodes = network.nodes.flatMap((node) => changed.get(node.name) ?? [node]);
  const result = { ...network, nodes };
  checkNetwork(result);
  const note = `quantize-weights: ${bits} bits; these layers keep their weights: ${left.join(', ') || 'none'}`;
  return withNotes(result, note);
}

const sourceOf = ({ node, shortcut }: Branch): string => shortcut ?? node.inputs[0];

type Changes = Map<string, readonly Node[]>;

function quantizeLayer(
  neuron: Neuron,
  branches: readonly Branch[],
  graph: Graph,
  most: number,
  changed: Changes,
): void {
  const channels = graph.shapes.get(neuron.name)!.at(-1)!;
  const units = unitsOf(neuron, branches, channels, most);
  quantizeBranches(branches, units.unit, false, changed);
  changed.set(neuron.name, [wholeNeuron(neuron, units)]);
}

function quantizeReadout(branches: readonly Branch[], graph: Graph, most: number, changed: Changes): void {
  const channels = graph.shapes.get(branches[0].node.name)!.at(-1)!;
  const unit = new Float64Array(channels).fill(readoutUnit(branches)(most));
  quantizeBranches(branches, unit, true, changed);
}

function quantizeBranches(branches: readonly Branch[], unit: Float64Array, keepsUnit: boolean, changed: Changes): void {
  for (const { node, shortcut } of branches) {
    if (isWeighted(node)) changed.set(node.name, [inUnits(node, unit, keepsUnit)]);
    else if (shortcut !== undefined) addScale(node, shortcut, unit, keepsUnit, changed);
  }
}

/** Puts a scale node before an addition, so that spikes without weights arrive in the layer's unit. */
function addScale(add: Node, shortcut: string, unit: Float64Array, keepsUnit: boolean, changed: Changes): void {
  const before = changed.get(add.name) ?? [add];
  const sum = before.at(-1)!;
  const one: Scale = {
    op: 'scale',
    name: `${shortcut}/${add.name}`,
    inputs: [shortcut],
    factor: { shape: [], data: Float32Array.of(1) },
  };
  const place = sum.inputs.indexOf(shortcut);
  const inputs = sum.inputs.map((input, i) => (i === place ? one.name : input));
  const known = before.some(({ name }) => name === one.name);
  const scales = known ? before.slice(0, -1) : [...before.slice(0, -1), inUnits(one, unit, keepsUnit)];
  changed.set(add.name, [...scales, { ...sum, inputs } as Node]);
}

/** θ and v(0) in units; v(0) = initial · θ is whole. */
function wholeNeuron(neuron: Neuron, { unit, multiple, rounded }: Units): Neuron {
  const [threshold, initial] = [neuron.threshold.data, neuron.initial.data];
  const size = Math.max(threshold.length, unit.length);
  const levels = Float32Array.from({ length: size }, (_, i) => {
    const value = threshold[i % threshold.length] / unit[i % unit.length];
    return rounded ? 2 ** Math.round(Math.log2(value)) : Math.round(value / multiple) * multiple;
  });
  const whole = { ...neuron, threshold: { shape: [size], data: levels } };
  if (!rounded) return whole;
  const starts = Math.max(size, initial.length);
  const data = Float32Array.from({ length: starts }, (_, i) => {
    const theta = levels[i % size];
    return Math.round(initial[i % initial.length] * theta) / theta;
  });
  return { ...whole, initial: { shape: [starts], data } };
}
