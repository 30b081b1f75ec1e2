import type { Compiled, Neuron, Node } from '@spikewright/snn-core';
import { elements, isWeighted } from '@spikewright/snn-core';
import type { Machine } from '../machine/start-machine.js';
import { type FeedContext, feedOf, isPlain } from './feeds.js';
import type { Operation } from './operation.js';
import { type Bits, type Extent, takeBits, takeValues, type Values } from './signals.js';
import { type Current, currentOf } from './terms.js';
import { writeValueNeurons } from './value-neurons.js';
import { convolveValues, forwardValues, fusedCurrents, slowNeurons, unpackSpikes } from './value-operations.js';
import { type WholeNumbers, wholeNumbers } from './whole-numbers.js';
import { writeLayer } from './write-layer.js';

/** What decides how a network is computed. */
export interface PlanOptions {
  /** What the encoder puts out. */
  readonly input: 'constant' | 'spikes';
  /** How sums of weights that are not whole are computed. */
  readonly floats: 'float32' | 'float64';
  /** The most steps of a run: potentials of whole numbers must stay within 32 bits. */
  readonly steps: number;
}

/** A network made ready for a number of slots. */
export interface Plan {
  readonly extent: Extent;
  /** What is kept of each step: bits of neurons (and spikes as input), values where there is no faster way. */
  readonly bits: ReadonlyMap<string, Bits>;
  readonly values: ReadonlyMap<string, Values>;
  /** In order. Constant ones are run once a sample. */
  readonly operations: readonly (Operation & { readonly constant: boolean })[];
}

/** How each node is computed, before any memory is taken. */
export interface Choices {
  readonly binary: ReadonlySet<string>;
  readonly constant: ReadonlySet<string>;
  /** Nodes whose values are needed. */
  readonly values: ReadonlySet<string>;
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
  const context: FeedContext = { compiled, binary: (name) => binary.has(name) };
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
      const fusion = binary.has(node.name) && node.leak === 1 && fuse(node.inputs[0], node, context, options);
      if (fusion) fused.set(node.name, fusion);
      else need(node.inputs[0]);
      if (!binary.has(node.name)) values.add(node.name);
    }
    // Work at weights that analog values reach is counted on the values.
    if (isWeighted(node) && !feedOf(node.inputs[0], context)) need(node.inputs[0]);
  }
  need(compiled.readout.name);
  if (!binary.has(compiled.input.name)) need(compiled.input.name);
  return { binary, constant, values, fused, currents };
}

const isBinary = (node: Node, { input }: PlanOptions): boolean =>
  node.op === 'neuron' ? node.levels[0] === 0 && node.levels[1] === 1 : node.op === 'input' && input === 'spikes';

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
  { floats, steps }: PlanOptions,
): Fusion | undefined {
  const current = currentOf(name, context);
  if (!current) return undefined;
  const channels = context.compiled.shapes.get(name)!.at(-1)!;
  const whole = wholeNumbers(current, channels, neuron);
  if (whole && (!neuron || whole.reach * steps < 2 ** 30)) return { current, whole, double: false };
  // Whole currents stay exact; neurons that are not whole then take them as values.
  if (neuron && wholeNumbers(current, channels, undefined)) return undefined;
  // Weights that are whole ask for exact sums, though pooling by other windows than powers of two takes them apart.
  if (floats === 'float64' || wholeNumbers(unpooled(current), channels, undefined)) {
    return !neuron && isInOrder(current) ? { current, whole: undefined, double: true } : undefined;
  }
  return { current, whole: undefined, double: false };
}

/** Whether lists of spikes are in the reference's order of additions, each spike counting as 1. */
function isInOrder({ terms: [term, ...more], biases }: Current): boolean {
  if (more.length > 0 || biases.length > 1 || term.kind !== 'gather' || !term.feed.parts.every(isPlain)) return false;
  return new Set(term.feed.parts.map(({ channel }) => channel)).size === term.feed.parts.length;
}

const unpooled = ({ terms, biases }: Current): Current => ({
  terms: terms.map((term) => ({ ...term, feed: { ...term.feed, divisor: 1 } })),
  biases,
});

/** Takes memory and writes weights and records. */
export function makePlan(machine: Machine, compiled: Compiled, choices: Choices, extent: Extent): Plan {
  const { shapes, network } = compiled;
  const bits = new Map<string, Bits>();
  const values = new Map<string, Values>();
  for (const name of choices.binary) bits.set(name, takeBits(machine.arena, shapes.get(name)!, extent));
  for (const name of choices.values) {
    values.set(name, takeValues(machine.arena, elements(shapes.get(name)!), choices.constant.has(name), extent));
  }
  const layers = { machine, compiled, choices, extent, bits, values };
  const operations = network.nodes.flatMap((node) =>
    operationsFor(node, layers).map((operation) => ({ ...operation, constant: choices.constant.has(node.name) })),
  );
  return { extent, bits, values, operations };
}

interface Layers {
  readonly machine: Machine;
  readonly compiled: Compiled;
  readonly choices: Choices;
  readonly extent: Extent;
  readonly bits: ReadonlyMap<string, Bits>;
  readonly values: ReadonlyMap<string, Values>;
}

function operationsFor(node: Node, layers: Layers): Operation[] {
  const { machine, values, bits } = layers;
  const [from, to] = [bits.get(node.name), values.get(node.name)];
  const unpack = from && to ? [unpackSpikes(machine, from, to)] : [];
  if (node.op === 'input') return unpack;
  if (node.op === 'neuron') return [...neuronLayer(node, layers), ...unpack];
  return to ? valueLayer(node, to, layers) : [];
}

function neuronLayer(node: Neuron, { machine, compiled, choices, extent, bits, values }: Layers): Operation[] {
  const shape = compiled.shapes.get(node.name)!;
  const fusion = choices.fused.get(node.name);
  const target = bits.get(node.name);
  if (fusion && target) {
    return [writeLayer(machine, { shape, ...fusion, target: { neuron: node, bits: target } }, bits, extent)];
  }
  const current = values.get(node.inputs[0])!;
  if (target) return writeValueNeurons(machine, node, shape, current, target, extent);
  return [slowNeurons(machine, node, current, values.get(node.name)!, extent)];
}

function valueLayer(node: Node, to: Values, { machine, compiled, choices, extent, bits, values }: Layers): Operation[] {
  const shape = compiled.shapes.get(node.name)!;
  const fusion = choices.currents.get(node.name);
  if (fusion) return fusedCurrents(machine, { shape, ...fusion }, bits, to, extent);
  if (node.op === 'conv2d' || node.op === 'dense') {
    return [convolveValues(machine, compiled, node, values.get(node.inputs[0])!, to)];
  }
  const inputs = node.inputs.map((name) => values.get(name)!);
  return [forwardValues(machine, compiled, node.name, inputs, to)];
}
