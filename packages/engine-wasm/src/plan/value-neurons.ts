import type { Neuron, Shape } from '@spikewright/snn-core';
import * as layout from '../layout.js';
import type { Arena } from '../machine/arena.js';
import { CALLED } from '../machine/load-kernels.js';
import type { Machine } from '../machine/start-machine.js';
import { keepCalls, type Moment, type Operation, shareOf } from './operation.js';
import { padded } from './pack-weights.js';
import { addressOf, type Bits, type Extent, takeValues, type Values, valuesOf } from './signals.js';
import { type Fields, record } from './write-feed.js';

/** Makes neurons of 0 or 1 spikes whose currents are values, in the reference's own arithmetic. */
export function writeValueNeurons(
  { arena }: Machine,
  neuron: Neuron,
  shape: Shape,
  current: Values,
  bits: Bits,
  extent: Extent,
): Operation[] {
  const real = shape.at(-1)!;
  const channels = padded(real);
  const positions = current.size / real;
  const bytes = positions * channels * 8;
  const spread = channels === real ? { values: current, operations: [] } : spreadOf(arena, current, real, extent);
  const from = spread.values;
  const theta = writeTheta(arena, neuron, positions, real);
  const start = writeStart(arena, neuron, positions, real);
  const states = arena.take(extent.slots * bytes);
  const gains = gainsOf(arena, neuron, extent);
  const shared: Fields = [
    [layout.NEURONS_CHANNELS, channels],
    [layout.NEURONS_CURRENT_STEP, from.stepBytes],
    [layout.NEURONS_BITS_STEP, bits.stepBytes],
    ...theta,
    ...kindFields(neuron),
  ];
  const calls = keepCalls((slot, share) => {
    const part = shareOf(positions, share);
    const address = arena.take(layout.NEURONS_BYTES);
    record(arena, address, [
      ...shared,
      [layout.NEURONS_FROM, part[0]],
      [layout.NEURONS_TO, part[1]],
      [layout.NEURONS_POTENTIAL, states + slot * bytes],
      [layout.NEURONS_CURRENT, addressOf(from, slot, 0)],
      [layout.NEURONS_BITS, addressOf(bits, slot, 0)],
      [layout.NEURONS_GAINS, gains.address(slot)],
    ]);
    arena.doubles(address + layout.NEURONS_LEAK, 1)[0] = neuron.leak;
    return [[CALLED.indexOf('runNeurons'), address]];
  });
  const reset = (slot: number): void => arena.bytes(states + slot * bytes, bytes).set(arena.bytes(start, bytes));
  return [...spread.operations, ...gains.operations, { kind: 'kernels', abreast: false, calls, reset }];
}

/** Where a slot's gains of a chunk lie, and the operation that puts them there; 0 and none for neurons without. */
function gainsOf(
  arena: Arena,
  { gains }: Neuron,
  { slots, chunk }: Extent,
): { readonly address: (slot: number) => number; readonly operations: readonly Operation[] } {
  if (!gains) return { address: () => 0, operations: [] };
  const table = arena.take(slots * chunk * 8);
  const address = (slot: number): number => table + slot * chunk * 8;
  const run = (slot: number, steps: number, { clock }: Moment): void => {
    arena.doubles(address(slot), steps).set(gains.data.subarray(clock, clock + steps));
  };
  return { address, operations: [{ kind: 'function', run }] };
}

/** Copies currents to positions of padded channels. */
function spreadOf(
  arena: Arena,
  current: Values,
  real: number,
  extent: Extent,
): { readonly values: Values; readonly operations: readonly Operation[] } {
  const channels = padded(real);
  const positions = current.size / real;
  const values = takeValues(arena, positions * channels, current.stepBytes === 0, extent);
  const run = (slot: number, steps: number): void => {
    for (let step = 0; step < (current.stepBytes === 0 ? 1 : steps); step++) {
      const from = valuesOf(arena, current, slot, step);
      const to = valuesOf(arena, values, slot, step);
      for (let p = 0; p < positions; p++) to.set(from.subarray(p * real, (p + 1) * real), p * channels);
    }
  };
  return { values, operations: [{ kind: 'function', run }] };
}

/** v(0) = initial · θ. */
function writeStart(arena: Arena, { threshold, initial }: Neuron, positions: number, real: number): number {
  const [theta, start, channels] = [threshold.data, initial.data, padded(real)];
  const address = arena.take(positions * channels * 8);
  const state = arena.doubles(address, positions * channels);
  for (let position = 0, i = 0; position < positions; position++) {
    for (let c = 0; c < real; c++, i++) {
      state[position * channels + c] = start[i % start.length] * theta[i % theta.length];
    }
  }
  return address;
}

const kindFields = ({ reset, fires }: Neuron): Fields => [
  [layout.NEURONS_ZERO, reset === 'zero' ? 1 : 0],
  [layout.NEURONS_ABOVE, fires === '>' ? 1 : 0],
];

/** Writes θ; that of padding is never reached. */
function writeTheta(arena: Arena, { threshold: { data } }: Neuron, positions: number, real: number): Fields {
  const channels = padded(real);
  const rows = data.length > real ? positions : 1;
  const address = arena.take(rows * channels * 8);
  const table = arena.doubles(address, rows * channels).fill(Number.POSITIVE_INFINITY);
  for (let row = 0; row < rows; row++) {
    for (let c = 0; c < real; c++) table[row * channels + c] = data[(row * real + c) % data.length];
  }
  return [
    [layout.NEURONS_THETA, address],
    [layout.NEURONS_THETA_POSITION, rows > 1 ? channels * 8 : 0],
  ];
}
