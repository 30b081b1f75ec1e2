import type { Neuron, Shape } from '@spikewright/snn-core';
import * as layout from '../layout.js';
import type { Machine } from '../load-kernels.js';
import { padded } from './pack-weights.js';
import { addressOf, type Bits, type Extent, type Values, valuesOf } from './signals.js';
import { record } from './write-feed.js';
import type { FusedLayer } from './write-layer.js';

/** Makes neurons of 0 or 1 spikes whose currents are values, in the reference's own arithmetic. */
export function writeValueNeurons(
  machine: Machine,
  neuron: Neuron,
  shape: Shape,
  current: Values,
  bits: Bits,
  { slots, chunk }: Extent,
): FusedLayer {
  const { arena, kernels } = machine;
  const real = shape.at(-1)!;
  const channels = padded(real);
  const positions = current.size / real;
  const bytes = positions * channels * 8;
  const spread = channels === real ? undefined : arena.take((current.stepBytes === 0 ? 1 : chunk) * bytes);
  const theta = writeTheta(machine, neuron, positions, real);
  const states = arena.take(slots * bytes);
  const start = arena.take(bytes);
  writeStart(arena.doubles(start, positions * channels), neuron, real, channels);
  const records = Array.from({ length: slots }, (_, slot) => {
    const address = arena.take(layout.NEURONS_BYTES);
    record(arena, address, [
      [layout.NEURONS_POSITIONS, positions],
      [layout.NEURONS_CHANNELS, channels],
      [layout.NEURONS_POTENTIAL, states + slot * bytes],
      [layout.NEURONS_CURRENT, spread ?? addressOf(current, slot, 0)],
      [layout.NEURONS_CURRENT_STEP, current.stepBytes === 0 ? 0 : spread ? bytes : current.stepBytes],
      [layout.NEURONS_THETA, theta.address],
      [layout.NEURONS_THETA_POSITION, theta.positionBytes],
      [layout.NEURONS_BITS, addressOf(bits, slot, 0)],
      [layout.NEURONS_BITS_STEP, bits.stepBytes],
      [layout.NEURONS_ZERO, neuron.reset === 'zero' ? 1 : 0],
      [layout.NEURONS_ABOVE, neuron.fires === '>' ? 1 : 0],
    ]);
    arena.doubles(address + layout.NEURONS_LEAK, 1)[0] = neuron.leak;
    return address;
  });
  const pad = (slot: number, steps: number): void => {
    if (spread === undefined) return;
    for (let step = 0; step < (current.stepBytes === 0 ? 1 : steps); step++) {
      const from = valuesOf(arena, current, slot, step);
      const to = arena.doubles(spread + step * bytes, positions * channels);
      for (let p = 0; p < positions; p++) to.set(from.subarray(p * real, (p + 1) * real), p * channels);
    }
  };
  return {
    run: (slot, steps) => {
      pad(slot, steps);
      kernels.runNeurons(records[slot], steps);
    },
    reset: (slot) => {
      arena.bytes(states + slot * bytes, bytes).set(arena.bytes(start, bytes));
    },
  };
}

/** v(0) = initial · θ. */
function writeStart(state: Float64Array, { threshold, initial }: Neuron, real: number, channels: number): void {
  const [theta, start] = [threshold.data, initial.data];
  const positions = state.length / channels;
  for (let position = 0, i = 0; position < positions; position++) {
    for (let c = 0; c < real; c++, i++) {
      state[position * channels + c] = start[i % start.length] * theta[i % theta.length];
    }
  }
}

/** θ; that of padding is never reached. */
function writeTheta(
  { arena }: Machine,
  { threshold: { data } }: Neuron,
  positions: number,
  real: number,
): { readonly address: number; readonly positionBytes: number } {
  const channels = padded(real);
  const rows = data.length > real ? positions : 1;
  const address = arena.take(rows * channels * 8);
  const table = arena.doubles(address, rows * channels).fill(Number.POSITIVE_INFINITY);
  for (let row = 0; row < rows; row++) {
    for (let c = 0; c < real; c++) table[row * channels + c] = data[(row * real + c) % data.length];
  }
  return { address, positionBytes: rows > 1 ? channels * 8 : 0 };
}
