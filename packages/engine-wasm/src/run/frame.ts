import type { Compiled, Connection, Frame, Operations } from '@spikewright/snn-core';
import type { Machine } from '../machine/start-machine.js';
import type { Plan } from '../plan/make-plan.js';
import { padded } from '../plan/pack-weights.js';
import { addressOf, type Bits, forEachSpike, valuesOf } from '../plan/signals.js';
import type { Slot } from './run-samples.js';

/** What frames are read from. */
export interface FrameContext {
  readonly compiled: Compiled;
  readonly machine: Machine;
  readonly plan: Plan;
  /** Tables made when first needed; they last as long as the plan. */
  readonly counts: Map<Float64Array, FanOutTable>;
}

/** Shows one step of some slots; spikes and work are counted when asked for. */
export function frameOf(context: FrameContext, slots: readonly Slot[], step: number): Frame {
  return {
    rows: slots.length,
    sampleOf: (row) => slots[row].sample,
    stepOf: (row) => slots[row].clock,
    scores: (row) => slots[row].scores,
    spikes: (node, row) => spikesOf(context, node, slots[row].place, step),
    spikeCount: (node, row) => countSpikes(context, node, slots[row].place, step),
    operations: (node, row) => operationsOf(context, node, slots[row], step),
    stop: (row) => {
      slots[row].done = true;
    },
  };
}

function spikesOf(context: FrameContext, node: string, slot: number, step: number): Int32Array {
  const { plan, machine } = context;
  requireNeuron(context, node);
  const bits = plan.bits.get(node);
  if (!bits) return Int32Array.from(valuesOf(machine.arena, plan.sent.get(node)!, slot, step));
  const spikes = new Int32Array(bits.positions * bits.channels);
  forEachSpike(machine.arena, bits, slot, step, (element) => {
    spikes[element] = 1;
  });
  return spikes;
}

function countSpikes(context: FrameContext, node: string, slot: number, step: number): number {
  const { plan, machine } = context;
  requireNeuron(context, node);
  const bits = plan.bits.get(node);
  if (bits) return machine.kernels.countBits(addressOf(bits, slot, step), bits.positions * bits.positionBytes);
  return valuesOf(machine.arena, plan.sent.get(node)!, slot, step).reduce((sum, value) => sum + Math.abs(value), 0);
}

function requireNeuron({ compiled }: FrameContext, name: string): void {
  if (!compiled.neurons.has(name)) {
    throw new ReferenceError(`Cannot show spikes: the node must be a neuron of the network: '${name}'`);
  }
}

function operationsOf(context: FrameContext, node: string, slot: Slot, step: number): Operations {
  const { compiled, plan } = context;
  const connection = compiled.connections.get(node);
  if (!connection) throw new ReferenceError(`Cannot count operations: the node must have weights: '${node}'`);
  const spiking = (name: string): boolean => plan.bits.has(name) || compiled.neurons.has(name);
  if (connection.sources.every((source) => spiking(source.node))) {
    return { accumulates: accumulates(context, connection, slot.place, step), multiplyAccumulates: 0 };
  }
  const known = slot.constant.get(node);
  if (known) return known;
  const values = valuesOf(context.machine.arena, plan.values.get(connection.node.inputs[0])!, slot.place, step);
  const multiplyAccumulates = reached(values, connection.fanOut, (value) => (value !== 0 ? 1 : 0));
  const operations = { accumulates: 0, multiplyAccumulates };
  if (connection.sources.every((source) => source.node === compiled.input.name)) slot.constant.set(node, operations);
  return operations;
}

function accumulates(context: FrameContext, { sources }: Connection, slot: number, step: number): number {
  const { plan, machine } = context;
  return sources.reduce((sum, { node, fanOut }) => {
    const bits = plan.bits.get(node);
    if (!bits) return sum + reached(valuesOf(machine.arena, plan.sent.get(node)!, slot, step), fanOut, Math.abs);
    const table = context.counts.get(fanOut) ?? fanOutTable(context, bits, fanOut);
    return sum + sumAtBits(context, table, addressOf(bits, slot, step), bits.positions * bits.positionBytes);
  }, 0);
}

function reached(values: Float64Array, fanOut: Float64Array, events: (value: number) => number): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += events(values[i]) * fanOut[i];
  return sum;
}

/** The fan-outs behind bits: for each value the places that have it, or one count for each place. */
type FanOutTable =
  | { readonly masks: readonly { readonly fanOut: number; readonly mask: number }[] }
  | { readonly counts: number };

/** Fan-outs differ at the borders of images only, unless weights are 0; with more values counting one by one is faster. */
const MOST_MASKS = 8;

function sumAtBits({ machine }: FrameContext, table: FanOutTable, bits: number, bytes: number): number {
  if ('counts' in table) return machine.kernels.sumAtBits(bits, bytes, table.counts);
  return table.masks.reduce(
    (sum, { fanOut, mask }) => sum + fanOut * machine.kernels.countMaskedBits(bits, bytes, mask),
    0,
  );
}

function fanOutTable(context: FrameContext, bits: Bits, fanOut: Float64Array): FanOutTable {
  const values = [...new Set(fanOut)].filter((value) => value !== 0);
  const table =
    values.length > MOST_MASKS
      ? { counts: writeCounts(context, bits, fanOut) }
      : { masks: values.map((value) => ({ fanOut: value, mask: writeMask(context, bits, fanOut, value) })) };
  context.counts.set(fanOut, table);
  return table;
}

/** Sets the bits of the places that have a fan-out. */
function writeMask({ machine }: FrameContext, bits: Bits, fanOut: Float64Array, value: number): number {
  const bytes = bits.positions * bits.positionBytes;
  const address = machine.arena.take(bytes);
  const mask = machine.arena.bytes(address, bytes).fill(0);
  for (const [element, reach] of fanOut.entries()) {
    const channel = element % bits.channels;
    if (reach === value)
      mask[Math.floor(element / bits.channels) * bits.positionBytes + (channel >> 3)] |= 1 << (channel & 7);
  }
  return address;
}

/** Lays fan-outs out as bits are: 32-bit counts, channels padded. */
function writeCounts({ machine }: FrameContext, bits: Bits, fanOut: Float64Array): number {
  const pitch = padded(bits.channels);
  const address = machine.arena.take(bits.positions * pitch * 4);
  const table = machine.arena.words(address, bits.positions * pitch);
  for (let position = 0; position < bits.positions; position++) {
    table.set(fanOut.subarray(position * bits.channels, (position + 1) * bits.channels), position * pitch);
  }
  return address;
}
