import type { Gather } from './terms.js';

/** Output channels that are computed side by side. */
export interface Block {
  /** The first channel. */
  readonly channel: number;
  /** How many: 64, 32 or 16 (of floats 32 or 16); padding included. */
  readonly width: number;
}

/** Channels padded to a multiple of 16, as bits and blocks need them. */
export const padded = (channels: number): number => Math.ceil(channels / 16) * 16;

/** Cuts padded channels into blocks, the widest first. */
export function blocksOf(channels: number, widest: 64 | 32 | 16): Block[] {
  const blocks: Block[] = [];
  for (let channel = 0; channel < channels; ) {
    const width = [64, 32, 16].find((size) => size <= widest && size <= channels - channel)!;
    blocks.push({ channel, width });
    channel += width;
  }
  return blocks;
}

/** The weights of a connection, as its groups lay them out. */
export interface Kernel {
  readonly kernel: Float32Array;
  /** Kernel height times width. */
  readonly taps: number;
  /** Input channels. */
  readonly inputs: number;
  readonly outputs: number;
  readonly groups: number;
}

/** The kernel of a gather into a layer of so many channels. */
export const kernelOf = ({ kernel, size, feed, groups }: Gather, outputs: number): Kernel => ({
  kernel,
  taps: size[0] * size[1],
  inputs: feed.channels,
  outputs,
  groups,
});

/** The input channels that a block reads, `[first, after the last]`. */
export function inputRange({ inputs, outputs, groups }: Kernel, { channel, width }: Block): [number, number] {
  const [groupInputs, groupOutputs] = [inputs / groups, outputs / groups];
  const first = Math.floor(channel / groupOutputs);
  const last = Math.floor((Math.min(channel + width, outputs) - 1) / groupOutputs);
  return [first * groupInputs, (last + 1) * groupInputs];
}

/**
 * Visits the weights of a block, row by row: `(tap · input channels of the block + input channel)`.
 *
 * @param visit - receives the row, the place in the block, the output channel and the weight
 */
export function forEachWeight(
  { kernel, taps, inputs, outputs, groups }: Kernel,
  block: Block,
  visit: (row: number, place: number, channel: number, weight: number) => void,
): void {
  const [groupInputs, groupOutputs] = [inputs / groups, outputs / groups];
  const [from, to] = inputRange({ kernel, taps, inputs, outputs, groups }, block);
  const last = Math.min(block.channel + block.width, outputs);
  for (let tap = 0; tap < taps; tap++) {
    for (let input = from; input < to; input++) {
      const group = Math.floor(input / groupInputs);
      const first = Math.max(block.channel, group * groupOutputs);
      const end = Math.min(last, (group + 1) * groupOutputs);
      const start = (tap * groupInputs + (input % groupInputs)) * outputs;
      const row = tap * (to - from) + input - from;
      for (let c = first; c < end; c++) visit(row, c - block.channel, c, kernel[start + c]);
    }
  }
}

/** How many numbers a block is packed into: a row for each weight of a channel, and a row of zeros at the end. */
export function placesIn(kernel: Kernel, block: Block): number {
  const [from, to] = inputRange(kernel, block);
  return (kernel.taps * (to - from) + 1) * block.width;
}

/**
 * Packs whole-number weights into rows of bytes (see assembly/gather.ts).
 *
 * @param scale - what the weights of each channel are multiplied by
 * @param offset - of the even bytes: 64 for 7 bits, 128 for 8
 * @param packed - receives them: zeros, `placesIn` of them
 */
export function packBytes(kernel: Kernel, block: Block, scale: Float64Array, offset: number, packed: Uint8Array): void {
  for (let i = 0; i < packed.length; i += 2) packed[i] = offset;
  const places = Uint8Array.from({ length: block.width }, (_, place) => byteOf(place));
  const offsets = places.map((byte) => (byte % 2 === 0 ? offset : 0));
  forEachWeight(kernel, block, (row, place, channel, weight) => {
    packed[row * block.width + places[place]] = weight * scale[channel] + offsets[place];
  });
}

/** Of each 16 channels the first eight have the even bytes, the others the odd ones. */
const byteOf = (place: number): number => (place & ~15) + ((place & 7) << 1) + ((place & 8) >> 3);

/**
 * Packs float weights into rows.
 *
 * @param packed - receives them: zeros, `placesIn` of them
 */
export function packFloats(kernel: Kernel, block: Block, packed: Float32Array | Float64Array): void {
  forEachWeight(kernel, block, (row, place, _, weight) => {
    packed[row * block.width + place] = weight;
  });
}
