import type { Compiled, Neuron, Node } from '@spikewright/snn-core';
import { isWeighted } from '@spikewright/snn-core';
import { type FeedContext, feedOf, isPlain } from './feeds.js';
import { type Current, currentOf } from './terms.js';
import { type WholeNumbers, wholeNumbers } from './whole-numbers.js';

/** What decides how a network is computed. */
export interface PlanOptions {
  /** What the encoder puts out. */
  readonly input: 'constant' | 'spikes';
  /** How sums of weights that are not whole are computed. */
  readonly floats: 'float32' | 'float64';
  /** The most steps of a run: potentials of whole numbers must stay within 32 bits. */
  readonly steps: number;
  /** The share of the neurons' spikes that get lost: those that arrive weigh 1 / (1 - dropout). */
  readonly dropout: number;
}

/** How each node is computed, before any memory is taken. */
export interface Choices {
  readonly binary: ReadonlySet<string>;
  readonly constant: ReadonlySet<string>;
  /** Nodes whose values are needed. */
  readonly values: ReadonlySet<string>;
  /** The share of the neurons' spikes that get lost. */
  readonly dropout: number;
  /** Neurons that a kernel takes from spikes to spikes. */
  readonly fused: ReadonlyMap<string, Fusion>;
  /** Nodes that a kernel takes from spikes to currents. */
  readonly currents: ReadonlyMap<string, Fusion>;
}

interface Fusion {
  readonly current: Current;
  readonly whole: WholeNumbers | undefined;
  readonly double: boolean;
}

/** Decides how each node of a spiking network is computed. */
export function chooseKernels(compiled: Compiled, options: PlanOptions): Choices {
  const { nodes } = compiled.network;
  const binary = new Set(nodes.filter((node) => isBinary(node, options)).map(({ name }) => name));
  const context: FeedContext = { compiled, binary: (name) => binary.has(name), dropout: options.dropout };
  const constant = constantNodes(nodes, options);
  const [fused, currents, values] = [new Map<string, Fusion>(), new Map<string, Fusion>(), new Set<string>()];
  const need = (name: string): void => {
    if (values.has(name)) return;
    values.add(name);
    const node = nodes.find((candidate) => candidate.name === name)!;
    if (node.op === 'input' || node.op === 'neuron') return;
    const fusion = fuse(node.name, undefined, context, options);
    if (fusion) currents.set(name, fusion);
    else node.inputs.forEach(need);
  };
  for (const node of nodes) {
    if (node.op === 'neuron') {
      const fusion = binary.has(node.name) && isEven(node) && fuse(node.inputs[0], node, context, options);
      if (fusion) fused.set(node.name, fusion);
      else need(node.inputs[0]);
      if (!binary.has(node.name)) values.add(node.name);
    }
    // Work at weights that analog values reach is counted on the values.
    if (isWeighted(node) && !feedOf(node.inputs[0], context)) need(node.inputs[0]);
  }
  need(compiled.readout.name);
  if (!binary.has(compiled.input.name)) need(compiled.input.name);
  return { binary, constant, values, dropout: options.dropout, fused, currents };
}

const isBinary = (node: Node, { input }: PlanOptions): boolean => {
  if (node.op === 'neuron') return node.levels[0] === 0 && node.levels[1] === 1;
  return node.op === 'input' && input === 'spikes';
};

/** Whether currents count alike whenever they come, so that a potential is a sum of weights. */
const isEven = ({ leak, gains }: Neuron): boolean => leak === 1 && gains === undefined;

/** The nodes that constant input reaches without a neuron on the way. */
function constantNodes(nodes: readonly Node[], { input }: PlanOptions): Set<string> {
  const constant = new Set<string>();
  for (const { op, name, inputs } of nodes) {
    if (op === 'input' ? input === 'constant' : op !== 'neuron' && inputs.every((from) => constant.has(from))) {
      constant.add(name);
    }
  }
  return constant;
}

function fuse(
  name: string,
  neuron: Neuron | undefined,
  context: FeedContext,
  { floats, steps, dropout }: PlanOptions,
): Fusion | undefined {
  const current = currentOf(name, context);
  if (!current) return undefined;
  const channels = context.compiled.shapes.get(name)!.at(-1)!;
  const whole = wholeNumbers(current, channels, neuron);
  if (whole && (!neuron || whole.reach * steps < 2 ** 30)) return { current, whole, double: false };
  // Whole currents stay exact; neurons that are not whole then take them as values.
  if (neuron && wholeNumbers(current, channels, undefined)) return undefined;
  // Weights that are whole ask for exact sums, though pooling by other windows than powers of two takes them apart. Not so
  // where spikes get lost: what arrives of the others is seldom whole.
  if (floats === 'float64' || (dropout === 0 && wholeNumbers(unpooled(current), channels, undefined))) {
    return !neuron && isInOrder(current) ? { current, whole: undefined, double: true } : undefined;
  }
  return { current, whole: undefined, double: false };
}

/** Whether lists of spikes are in the reference's order of additions, each spike counting as 1. */
function isInOrder({ terms: [term, ...more], biases }: Current): boolean {
  if (more.length > 0 || biases.length > 1 || term.kind !== 'gather') return false;
  const { parts, divisor } = term.feed;
  return divisor === 1 && parts.every(isPlain) && new Set(parts.map(({ channel }) => channel)).size === parts.length;
}

const unpooled = ({ terms, biases }: Current): Current => ({
  terms: terms.map((term) => ({ ...term, feed: { ...term.feed, divisor: 1 } })),
  biases,
});
