import { checkNetwork, compileNetwork, elements, type Network, type Neuron } from '@spikewright/snn-core';
import type { EnergyCounts } from './energy-model.js';
import { forNetwork } from './for-network.js';
import { type Synapses, synapsesOf } from './synapses.js';

/** What a weighted node did for one sample on average. */
export interface SynapticWork extends Synapses {
  /** Whether spikes arrive; otherwise values that have to be multiplied. */
  readonly spiking: boolean;
  /** Whether no neuron lies between the network's input and the node: its input is the same in every step. */
  readonly first: boolean;
  /** S_in, spikes that arrive. */
  readonly arriving: number;
  readonly accumulates: number;
  readonly multiplyAccumulates: number;
}

/** What a layer of neurons did for one sample on average. */
export interface NeuronWork {
  readonly node: Neuron;
  readonly neurons: number;
  /** S_out. */
  readonly spikes: number;
}

/** Lays the counts of a run beside the layers of its network. */
export function workOf(counts: EnergyCounts, network: Network): { synapses: SynapticWork[]; neurons: NeuronWork[] } {
  checkSteps(counts.meanStopStep);
  const connections = connectionsOf(network);
  const before = beforeNeurons(network);
  const input = network.nodes.find(({ op }) => op === 'input')!.name;
  const synapses = synapsesOf(network).map((sizes) => {
    const { name } = sizes.node;
    const { fanOut, sources } = connections.get(name)!;
    const accumulates = countOf(counts, 'accumulates', name);
    const multiplyAccumulates = countOf(counts, 'multiplyAccumulates', name);
    const isNeuron = (source: string): boolean => source !== input && !connections.has(source);
    const arriving = sources.reduce((sum, { node }) => sum + (isNeuron(node) ? countOf(counts, 'spikes', node) : 0), 0);
    const fromInput = sources.some(({ node }) => node === input);
    return {
      ...sizes,
      spiking: sources.every(({ node }) => isNeuron(node) || (node === input && multiplyAccumulates === 0)),
      first: before.has(name),
      // Spikes of an encoder are not counted; what they did tells how many they were.
      arriving: fromInput ? accumulates / mean(fanOut) || 0 : arriving,
      accumulates,
      multiplyAccumulates,
    };
  });
  return { synapses, neurons: neuronsOf(network).map((one) => ({ ...one, spikes: spikesOf(counts, one.node.name) })) };
}

const connectionsOf = forNetwork((network) => compileNetwork(network).connections);

/** The neuron nodes with how many neurons they are. */
export const neuronsOf: (network: Network) => readonly { readonly node: Neuron; readonly neurons: number }[] =
  forNetwork((network) => {
    const shapes = checkNetwork(network);
    return network.nodes
      .filter((node) => node.op === 'neuron')
      .map((node) => ({ node, neurons: elements(shapes.get(node.name)!) }));
  });

const spikesOf = (counts: EnergyCounts, name: string): number => countOf(counts, 'spikes', name);

function countOf({ work }: EnergyCounts, kind: keyof EnergyCounts['work'], name: string): number {
  const count = Object.hasOwn(work[kind], name) ? work[kind][name] : undefined;
  if (count === undefined)
    throw new ReferenceError(`Cannot estimate energy: the counts must be of this network: no ${kind} of '${name}'`);
  if (!(count >= 0 && count < Number.POSITIVE_INFINITY))
    throw new RangeError(`Cannot estimate energy of '${name}': ${kind} must be at least 0 and finite: ${count}`);
  return count;
}

function checkSteps(steps: number): void {
  if (!(steps > 0 && steps < Number.POSITIVE_INFINITY))
    throw new RangeError(`Cannot estimate energy: the mean stop step must be above 0 and finite: ${steps}`);
}

/** The nodes that input reaches without a neuron on the way. */
function beforeNeurons({ nodes }: Network): Set<string> {
  const before = new Set<string>();
  for (const { op, name, inputs } of nodes)
    if (op !== 'neuron' && inputs.every((one) => before.has(one))) before.add(name);
  return before;
}

const mean = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;
