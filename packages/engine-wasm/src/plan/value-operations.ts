import type { Compiled, Conv2d, Dense, Neuron } from '@spikewright/snn-core';
import { type NeuronState, neuronState, resetNeurons, stepNeurons } from '@spikewright/snn-core';
import { CALLED } from '../machine/load-kernels.js';
import type { Machine } from '../machine/start-machine.js';
import { keepCalls, type Moment, type Operation } from './operation.js';
import { padded } from './pack-weights.js';
import { addressOf, type Bits, type Extent, forEachSpike, type Signal, type Values, valuesOf } from './signals.js';
import { type LayerPlan, writeLayer } from './write-layer.js';
import { writeValues } from './write-values.js';

// The slower, exact operations: values in 64-bit floats, as in the reference engine.

/** Turns bits into values of a height. */
export function unpackSpikes({ arena }: Machine, from: Bits, to: Values, height: number): Operation {
  const run = (slot: number, steps: number): void => {
    for (let step = 0; step < steps; step++) {
      const values = valuesOf(arena, to, slot, step).fill(0);
      forEachSpike(arena, from, slot, step, (element) => {
        values[element] = height;
      });
    }
  };
  return { kind: 'function', run };
}

/** Computes a node by the reference engine's own function. */
export function forwardValues(
  { arena }: Machine,
  { forward }: Compiled,
  node: string,
  inputs: readonly Values[],
  output: Values,
): Operation {
  const compute = forward.get(node)!;
  const run = (slot: number, steps: number): void => {
    for (let step = 0; step < stepsOf(output, steps); step++) {
      const read = inputs.map((input) => valuesOf(arena, input, slot, step));
      compute(read, valuesOf(arena, output, slot, step), 1);
    }
  };
  return { kind: 'function', run };
}

/** Constant values have one step. */
const stepsOf = (signal: Values, steps: number): number => (signal.stepBytes === 0 ? 1 : steps);

/** Computes a convolution or matrix product of values, in the reference's order. */
export function convolveValues(
  { arena }: Machine,
  compiled: Compiled,
  node: Conv2d | Dense,
  input: Values,
  output: Values,
): Operation {
  const layer = writeValues(arena, node, compiled, 'double');
  const at = (signal: Values, slot: number) => ({
    address: addressOf(signal, slot, 0),
    stepBytes: signal.stepBytes,
  });
  const calls = keepCalls((slot, share) => {
    const record = layer.record(at(input, slot), at(output, slot), share);
    return [[CALLED.indexOf('convolveDouble'), record]];
  });
  return { kind: 'kernels', abreast: false, calls };
}

/** Computes currents of spikes by the fast kernels, and turns them into values. */
export function fusedCurrents(
  machine: Machine,
  plan: Omit<LayerPlan, 'target'>,
  signals: ReadonlyMap<string, Signal>,
  output: Values,
  extent: Extent,
): Operation[] {
  const { arena } = machine;
  const channels = plan.shape.at(-1)!;
  const pitch = padded(channels);
  if (plan.double && pitch === channels) {
    const currents = (slot: number): number => addressOf(output, slot, 0);
    return [writeLayer(machine, { ...plan, target: { currents } }, signals, extent)];
  }
  const length = (output.size / channels) * pitch;
  const stepBytes = length * (plan.double ? 8 : 4);
  const address = arena.take(extent.slots * extent.chunk * stepBytes);
  const currents = (slot: number): number => address + slot * extent.chunk * stepBytes;
  const units = plan.whole ? plan.whole.scale.map((factor) => 1 / factor) : new Float64Array(channels).fill(1);
  const view = plan.whole ? arena.words : plan.double ? arena.doubles : arena.floats;
  const run = (slot: number, steps: number): void => {
    for (let step = 0; step < steps; step++) {
      const from = view(currents(slot) + step * stepBytes, length);
      const to = valuesOf(arena, output, slot, step);
      for (let i = 0, position = 0; i < to.length; position += pitch) {
        for (let c = 0; c < channels; c++, i++) to[i] = from[position + c] * units[c];
      }
    }
  };
  return [writeLayer(machine, { ...plan, target: { currents } }, signals, extent), { kind: 'function', run }];
}

/** Neurons of every kind, by the reference engine's own function. */
export function slowNeurons(
  { arena }: Machine,
  neuron: Neuron,
  current: Values,
  spikes: Values,
  { slots }: Extent,
): Operation {
  const states: NeuronState[] = Array.from({ length: slots }, () => neuronState(neuron, current.size));
  const run = (slot: number, steps: number): void => {
    for (let step = 0; step < steps; step++) {
      stepNeurons(neuron, states[slot], valuesOf(arena, current, slot, step));
      valuesOf(arena, spikes, slot, step).set(states[slot].spikes);
    }
  };
  return { kind: 'function', run, reset: (slot) => resetNeurons(neuron, states[slot]) };
}

/** Before spikes that are under way for a step: puts those of the last step of the last chunk in front. */
export function carrySpikes({ arena }: Machine, bits: Bits, { slots }: Extent): Operation {
  const before = new Uint32Array(slots);
  const run = (slot: number, steps: number, { clock }: Moment): void => {
    const [first, last] = [0, before[slot]].map((step) => arena.bytes(addressOf(bits, slot, step), bits.stepBytes));
    if (clock === 0) first.fill(0);
    else first.set(last);
    before[slot] = steps;
  };
  return { kind: 'function', run };
}
