import type { Compiled, Neuron, Node } from '@spikewright/snn-core';
import { elements } from '@spikewright/snn-core';
import type { Machine } from '../machine/start-machine.js';
import type { Choices } from './choose-kernels.js';
import { layOutLists } from './lists.js';
import { loseBits, loseValues } from './losses.js';
import type { Operation } from './operation.js';
import { addressOf, type Bits, type Extent, takeBits, takeValues, type Values } from './signals.js';
import { writeValueNeurons } from './value-neurons.js';
import {
  carrySpikes,
  convolveValues,
  forwardValues,
  fusedCurrents,
  slowNeurons,
  unpackSpikes,
} from './value-operations.js';
import { writeLayer } from './write-layer.js';

/** A network made ready for a number of slots. */
export interface Plan {
  readonly extent: Extent;
  /** What is kept of each step: bits of neurons (and spikes as input), values where there is no faster way. */
  readonly bits: ReadonlyMap<string, Bits>;
  readonly values: ReadonlyMap<string, Values>;
  /** The spikes of neurons that have no bits: their values, unless some get lost on their way. */
  readonly sent: ReadonlyMap<string, Values>;
  /** In order. Constant ones are run once a sample. */
  readonly operations: readonly (Operation & { readonly constant: boolean })[];
}

/** Takes memory and writes weights and records. */
export function makePlan(machine: Machine, compiled: Compiled, choices: Choices, extent: Extent): Plan {
  const { shapes, network, neurons } = compiled;
  const bits = new Map<string, Bits>();
  const values = new Map<string, Values>();
  const sent = new Map<string, Values>();
  for (const name of choices.binary) {
    bits.set(name, takeBits(machine.arena, shapes.get(name)!, neurons.get(name)?.delay ?? 0, extent));
  }
  for (const name of choices.values) {
    const take = (): Values =>
      takeValues(machine.arena, elements(shapes.get(name)!), choices.constant.has(name), extent);
    values.set(name, take());
    if (neurons.has(name) && !bits.has(name)) sent.set(name, choices.dropout > 0 ? take() : values.get(name)!);
  }
  const lists = takeLists(machine, choices, extent);
  const layers = { machine, compiled, choices, extent, lists, bits, values, sent };
  const operations = network.nodes.flatMap((node) =>
    operationsFor(node, layers).map((operation) => ({ ...operation, constant: choices.constant.has(node.name) })),
  );
  return { extent, bits, values, sent, operations };
}

/** Makes room for lists in each thread, as much as the largest layer needs: lists are of use while their layer runs only. */
function takeLists({ arena }: Machine, { fused, currents }: Choices, { listed, lanes }: Extent): number[] {
  const layers = [...fused.values(), ...currents.values()];
  const most = Math.max(0, ...layers.map(({ current }) => layOutLists(current.terms, listed, 0).end));
  return Array.from({ length: lanes }, () => arena.take(most));
}

interface Layers {
  readonly machine: Machine;
  readonly compiled: Compiled;
  readonly choices: Choices;
  readonly extent: Extent;
  readonly lists: readonly number[];
  readonly bits: ReadonlyMap<string, Bits>;
  readonly values: ReadonlyMap<string, Values>;
  readonly sent: ReadonlyMap<string, Values>;
}

function operationsFor(node: Node, layers: Layers): Operation[] {
  const { machine, values, bits, choices } = layers;
  const [from, to] = [bits.get(node.name), values.get(node.name)];
  const height = node.op === 'neuron' ? 1 / (1 - choices.dropout) : 1;
  const unpack = from && to ? [unpackSpikes(machine, from, to, height)] : [];
  if (node.op === 'input') return unpack;
  if (node.op === 'neuron') return [...neuronLayer(node, layers), ...lossesOf(node, layers), ...unpack];
  return to ? valueLayer(node, to, layers) : [];
}

function neuronLayer(node: Neuron, layers: Layers): Operation[] {
  const { machine, compiled, choices, extent, lists, bits, values, sent } = layers;
  const seen = bits.get(node.name);
  if (!seen) return [slowNeurons(machine, node, values.get(node.inputs[0])!, sent.get(node.name)!, extent)];
  const shape = compiled.shapes.get(node.name)!;
  const fusion = choices.fused.get(node.name);
  // Spikes that are under way for a step are written a step later than they are seen.
  const target = { ...seen, address: addressOf(seen, 0, node.delay ?? 0) };
  const carry = node.delay ? [carrySpikes(machine, seen, extent)] : [];
  if (fusion) {
    const plan = { shape, ...fusion, lists, target: { neuron: node, bits: target } };
    return [...carry, writeLayer(machine, plan, bits, extent)];
  }
  const current = values.get(node.inputs[0])!;
  return [...carry, ...writeValueNeurons(machine, node, shape, current, target, extent)];
}

/** What takes spikes away before anything reads them. */
function lossesOf(node: Neuron, { machine, compiled, choices, bits, values, sent }: Layers): Operation[] {
  if (choices.dropout === 0) return [];
  const place = compiled.network.nodes.indexOf(node);
  const seen = bits.get(node.name);
  if (seen) return [loseBits(machine, place, seen)];
  return [loseValues(machine, place, sent.get(node.name)!, values.get(node.name)!)];
}

function valueLayer(node: Node, to: Values, layers: Layers): Operation[] {
  const { machine, compiled, choices, extent, lists, bits, values } = layers;
  const shape = compiled.shapes.get(node.name)!;
  const fusion = choices.currents.get(node.name);
  if (fusion) return fusedCurrents(machine, { shape, ...fusion, lists }, bits, to, extent);
  if (node.op === 'conv2d' || node.op === 'dense') {
    return [convolveValues(machine, compiled, node, values.get(node.inputs[0])!, to)];
  }
  const inputs = node.inputs.map((name) => values.get(name)!);
  return [forwardValues(machine, compiled, node.name, inputs, to)];
}
