import { readFileSync } from 'node:fs';
import { type Batch, type Engine, elements, type Network, referenceEngine } from '@spikewright/snn-core';

/** The bytes of a fixture that `fixtures/make_fixtures.py` made with real Keras. */
export const fixture = (name: string): Uint8Array =>
  new Uint8Array(readFileSync(new URL(`./fixtures/${name}`, import.meta.url)));

/** Inputs and what Keras computed of them, one row a sample. */
export interface Golden {
  readonly inputs: readonly (readonly number[])[];
  readonly outputs: readonly (readonly number[])[];
}

export const golden = (name: string): Golden =>
  JSON.parse(readFileSync(new URL(`./fixtures/${name}.golden.json`, import.meta.url), 'utf8'));

/** Samples as a batch. */
export function batchOf(samples: readonly (readonly number[])[]): Batch {
  const indices = Uint32Array.from(samples, (_, index) => index);
  return { size: samples.length, data: Float32Array.from(samples.flat()), indices };
}

/** Evaluates a network for each sample of a batch. */
export async function evaluated(
  network: Network,
  batch: Batch,
  engine: Engine = referenceEngine(),
): Promise<number[][]> {
  const program = await engine.compile(network);
  const outputs = await program.infer(batch);
  program.dispose();
  const length = outputs.length / batch.size;
  return Array.from({ length: batch.size }, (_, row) => [...outputs.slice(row * length, (row + 1) * length)]);
}

/** The largest difference of two tables of numbers. */
export const distance = (a: readonly (readonly number[])[], b: readonly (readonly number[])[]): number =>
  Math.max(...a.flat().map((value, index) => Math.abs(value - b.flat()[index])));

/** Images in Keras's order channel, height, width, put into the order height, width, channel. */
export function lastChannels(image: readonly number[], [channels, height, width]: readonly number[]): number[] {
  return Array.from({ length: elements([channels, height, width]) }, (_, index) => {
    const [pixel, channel] = [Math.floor(index / channels), index % channels];
    return image[channel * height * width + pixel];
  });
}
