import type { Compiled, Conv2d, Dense, Neuron } from '@spikewright/snn-core';
import { type NeuronState, neuronState, resetNeurons, stepNeurons } from '@spikewright/snn-core';
import type { Machine } from '../load-kernels.js';
import { padded } from './pack-weights.js';
import { addressOf, type Bits, type Extent, forEachSpike, type Values, valuesOf } from './signals.js';
import type { WholeNumbers } from './whole-numbers.js';
import { type FusedLayer, type LayerPlan, writeLayer } from './write-layer.js';
import { writeValues } from './write-values.js';

// The slower, exact operations: values in 64-bit floats, as in the reference engine.

const nothing = (): void => undefined;

/** Turns bits into values. */
export function unpackSpikes({ arena }: Machine, from: Bits, to: Values): FusedLayer {
  return {
    run: (slot, steps) => {
      for (let step = 0; step < steps; step++) {
        const values = valuesOf(arena, to, slot, step).fill(0);
        forEachSpike(arena, from, slot, step, (element) => {
          values[element] = 1;
        });
      }
    },
    reset: nothing,
  };
}

/** Computes a node by the reference engine's own function. */
export function forwardValues(
  { arena }: Machine,
  { forward }: Compiled,
  node: string,
  inputs: readonly Values[],
  output: Values,
): FusedLayer {
  const compute = forward.get(node)!;
  return {
    run: (slot, steps) => {
      for (let step = 0; step < stepsOf(output, steps); step++) {
        const read = inputs.map((input) => valuesOf(arena, input, slot, step));
        compute(read, valuesOf(arena, output, slot, step), 1);
      }
    },
    reset: nothing,
  };
}

/** Constant values have one step. */
const stepsOf = (signal: Values, steps: number): number => (signal.stepBytes === 0 ? 1 : steps);

/** Computes a convolution or matrix product of values, in the reference's order. */
export function convolveValues(
  machine: Machine,
  compiled: Compiled,
  node: Conv2d | Dense,
  input: Values,
  output: Values,
): FusedLayer {
  const { arena } = machine;
  const layer = writeValues(machine, node, compiled, 'double');
  const channels = compiled.shapes.get(node.name)!.at(-1)!;
  const positions = output.size / channels;
  return {
    run: (slot, steps) => {
      for (let step = 0; step < stepsOf(output, steps); step++) {
        layer.run(addressOf(input, slot, step));
        const result = arena.doubles(layer.output, positions * layer.pitch);
        takeOutPadding(result, layer.pitch, valuesOf(arena, output, slot, step), channels);
      }
    },
    reset: nothing,
  };
}

/** Copies positions of `pitch` values to positions of `channels`. */
export function takeOutPadding(
  from: Float64Array | Float32Array,
  pitch: number,
  to: Float64Array | Float32Array,
  channels: number,
): void {
  if (pitch === channels) to.set(from);
  else
    for (let position = 0; position < to.length / channels; position++) {
      to.set(from.subarray(position * pitch, position * pitch + channels), position * channels);
    }
}

/** Computes currents of spikes by the fast kernels, and turns them into values. */
export function fusedCurrents(
  machine: Machine,
  plan: Omit<LayerPlan, 'target'>,
  signals: Parameters<typeof writeLayer>[2],
  output: Values,
  extent: Extent,
): FusedLayer {
  const { arena } = machine;
  const channels = plan.shape.at(-1)!;
  const pitch = padded(channels);
  const length = (output.size / channels) * pitch;
  const currents = arena.take(extent.chunk * length * 4);
  const layer = writeLayer(machine, { ...plan, target: { currents } }, signals, extent);
  const units = unitsOf(plan.whole, channels);
  return {
    run: (slot, steps) => {
      layer.run(slot, steps);
      for (let step = 0; step < steps; step++) {
        const address = currents + step * length * 4;
        const from = plan.whole ? arena.words(address, length) : arena.floats(address, length);
        const to = valuesOf(arena, output, slot, step);
        for (let i = 0, place = 0; i < to.length; place += pitch) {
          for (let c = 0; c < channels; c++, i++) to[i] = from[place + c] * units[c];
        }
      }
    },
    reset: nothing,
  };
}

const unitsOf = (whole: WholeNumbers | undefined, channels: number): Float64Array =>
  whole ? whole.scale.map((factor) => 1 / factor) : new Float64Array(channels).fill(1);

/** Neurons of every kind, by the reference engine's own function. */
export function slowNeurons(
  { arena }: Machine,
  neuron: Neuron,
  current: Values,
  spikes: Values,
  { slots }: Extent,
): FusedLayer {
  const states: NeuronState[] = Array.from({ length: slots }, () => neuronState(neuron, current.size));
  return {
    run: (slot, steps) => {
      for (let step = 0; step < steps; step++) {
        stepNeurons(neuron, states[slot], valuesOf(arena, current, slot, step));
        valuesOf(arena, spikes, slot, step).set(states[slot].spikes);
      }
    },
    reset: (slot) => resetNeurons(neuron, states[slot]),
  };
}
