import type { Arena } from '../machine/arena.js';
import { padded } from './pack-weights.js';

/** Spikes of 0 or 1 of one node, as bits: `[slot][step][position][channel]`. */
export interface Bits {
  readonly kind: 'bits';
  readonly address: number;
  readonly slotBytes: number;
  readonly stepBytes: number;
  readonly positionBytes: number;
  readonly positions: number;
  readonly channels: number;
}

/** Numbers that one node puts out, in 64 bits: `[slot][step][element]`. */
export interface Values {
  readonly kind: 'values';
  readonly address: number;
  readonly slotBytes: number;
  /** 0 where all steps have the same. */
  readonly stepBytes: number;
  readonly size: number;
}

/** What is kept of a node for the steps of a chunk. */
export type Signal = Bits | Values;

/** How many samples, and of each how many steps, memory is laid out for. */
export interface Extent {
  readonly slots: number;
  readonly chunk: number;
  /** Of how many steps, of one sample or of several, spikes are listed at a time. */
  readonly listed: number;
  /** Threads, each with scratch memory of its own. */
  readonly lanes: number;
}

/**
 * Makes room for the bits of a node of a shape.
 *
 * @param delay - how many steps later than its neurons fire a spike is seen: so many steps more are kept
 */
export function takeBits(arena: Arena, shape: readonly number[], delay: number, { slots, chunk }: Extent): Bits {
  const channels = shape.at(-1)!;
  const positions = shape.reduce((product, size) => product * size, 1) / channels;
  const positionBytes = padded(channels) / 8;
  const stepBytes = Math.ceil((positions * positionBytes) / 8) * 8;
  const slotBytes = (chunk + delay) * stepBytes;
  const address = arena.take(slots * slotBytes);
  return { kind: 'bits', address, slotBytes, stepBytes, positionBytes, positions, channels };
}

/** Makes room for the values of a node; constant ones have one step. */
export function takeValues(arena: Arena, size: number, constant: boolean, { slots, chunk }: Extent): Values {
  const bytes = Math.ceil((size * 8) / 16) * 16;
  const slotBytes = constant ? bytes : chunk * bytes;
  return { kind: 'values', address: arena.take(slots * slotBytes), slotBytes, stepBytes: constant ? 0 : bytes, size };
}

/** Where a signal's step of a slot lies. */
export const addressOf = (signal: Signal, slot: number, step: number): number =>
  signal.address + slot * signal.slotBytes + step * signal.stepBytes;

/** The values of one step. */
export const valuesOf = (arena: Arena, signal: Values, slot: number, step: number): Float64Array =>
  arena.doubles(addressOf(signal, slot, step), signal.size);

/** Visits the element number of every spike of one step. */
export function forEachSpike(
  arena: Arena,
  signal: Bits,
  slot: number,
  step: number,
  visit: (element: number) => void,
): void {
  const { positions, positionBytes, channels } = signal;
  const bytes = arena.bytes(addressOf(signal, slot, step), signal.stepBytes);
  for (let position = 0; position < positions; position++) {
    for (let byte = 0; byte < positionBytes; byte++) {
      const first = position * channels + byte * 8;
      for (let left = bytes[position * positionBytes + byte]; left !== 0; left &= left - 1) {
        visit(first + 31 - Math.clz32(left & -left));
      }
    }
  }
}

/** Writes spikes as bits. */
export function writeBits(arena: Arena, signal: Bits, slot: number, step: number, spikes: ArrayLike<number>): void {
  const { positionBytes, channels } = signal;
  const bytes = arena.bytes(addressOf(signal, slot, step), signal.stepBytes);
  bytes.fill(0);
  for (let i = 0; i < spikes.length; i++) {
    if (spikes[i] === 0) continue;
    const channel = i % channels;
    bytes[((i - channel) / channels) * positionBytes + (channel >> 3)] |= 1 << (channel & 7);
  }
}
