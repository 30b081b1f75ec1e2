import { readFileSync } from 'node:fs';
import { type Network, referenceEngine } from '@spikewright/snn-core';

/** The bytes of a committed file. */
export const fixture = (name: string): Uint8Array =>
  new Uint8Array(readFileSync(new URL(`./fixtures/${name}`, import.meta.url)));

/** Images `[channels, height, width]` as the network wants them, `[height, width, channels]`. */
export function channelsLast(image: ArrayLike<number>, channels: number): Float32Array {
  const area = image.length / channels;
  return Float32Array.from({ length: image.length }, (_, i) => image[(i % channels) * area + Math.floor(i / channels)]);
}

/** The output of one sample on the reference engine. */
export async function infer(network: Network, data: ArrayLike<number>): Promise<number[]> {
  const program = await referenceEngine().compile(network);
  return Array.from(await program.infer({ size: 1, data: Float32Array.from(data), indices: Uint32Array.of(0) }));
}
