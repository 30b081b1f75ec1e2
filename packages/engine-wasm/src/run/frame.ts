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
  readonly counts: Map<Float64Array, number>;
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
    operations: (node, row) => operationsOf(context, node, slots[row].place, step),
    stop: (row) => {
      slots[row].done = true;
    },
  };
}

function spikesOf(context: FrameContext, node: string, slot: number, step: number): Int32Array {
  const { plan, machine } = context;
  requireNeuron(context, node);
  const bits = plan.bits.get(node);
  if (!bits) return Int32Array.from(valuesOf(machine.arena, plan.values.get(node)!, slot, step));
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
  return valuesOf(machine.arena, plan.values.get(node)!, slot, step).reduce((sum, value) => sum + Math.abs(value), 0);
}

function requireNeuron({ compiled }: FrameContext, name: string): void {
  if (!compiled.network.nodes.some((node) => node.name === name && node.op === 'neuron')) {
    throw new ReferenceError(`Cannot show spikes: the node must be a neuron of the network: '${name}'`);
  }
}

function operationsOf(context: FrameContext, node: string, slot: number, step: number): Operations {
  const { compiled, plan } = context;
  const connection = compiled.connections.get(node);
  if (!connection) throw new ReferenceError(`Cannot count operations: the node must have weights: '${node}'`);
  const spiking = (name: string): boolean => plan.bits.has(name) || isNeuron(context, name);
  if (connection.sources.every((source) => spiking(source.node))) {
    return { accumulates: accumulates(context, connection, slot, step), multiplyAccumulates: 0 };
  }
  const values = valuesOf(context.machine.arena, plan.values.get(connection.node.inputs[0])!, slot, step);
  return { accumulates: 0, multiplyAccumulates: reached(values, connection.fanOut, (value) => (value !== 0 ? 1 : 0)) };
}

const isNeuron = ({ compiled }: FrameContext, name: string): boolean =>
  compiled.network.nodes.some((node) => node.name === name && node.op === 'neuron');

function accumulates(context: FrameContext, { sources }: Connection, slot: number, step: number): number {
  const { plan, machine } = context;
  return sources.reduce((sum, { node, fanOut }) => {
    const bits = plan.bits.get(node);
    if (!bits) return sum + reached(valuesOf(machine.arena, plan.values.get(node)!, slot, step), fanOut, Math.abs);
    const counts = context.counts.get(fanOut) ?? writeCounts(context, bits, fanOut);
    const bytes = bits.positions * bits.positionBytes;
    return sum + machine.kernels.sumAtBits(addressOf(bits, slot, step), bytes, counts);
  }, 0);
}

function reached(values: Float64Array, fanOut: Float64Array, events: (value: number) => number): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += events(values[i]) * fanOut[i];
  return sum;
}

/** Lays fan-outs out as bits are: 32-bit counts, channels padded. */
function writeCounts({ machine, counts }: FrameContext, bits: Bits, fanOut: Float64Array): number {
  const pitch = padded(bits.channels);
  const address = machine.arena.take(bits.positions * pitch * 4);
  const table = machine.arena.words(address, bits.positions * pitch);
  for (let position = 0; position < bits.positions; position++) {
    table.set(fanOut.subarray(position * bits.channels, (position + 1) * bits.channels), position * pitch);
  }
  counts.set(fanOut, address);
  return address;
}
