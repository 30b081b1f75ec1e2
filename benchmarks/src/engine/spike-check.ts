import { readFile } from 'node:fs/promises';
import {
  type Batch,
  checkNetwork,
  elements,
  type Network,
  networkHash,
  readSafetensors,
  referenceEngine,
  writeSafetensors,
} from '@spikewright/snn-core';
import { cached } from './cache.js';
import { programSimulation } from './program-simulation.js';
import type { SpikeCounts } from './simulation.js';

/** How the spikes of one layer compare with the reference engine's, for all samples of a check together. */
export interface LayerCheck {
  readonly name: string;
  readonly neurons: number;
  readonly spikes: number;
  readonly expected: number;
  /** Neurons with another number of spikes. */
  readonly differing: number;
}

/** A run that is short enough for the reference engine. */
export interface CheckRun {
  readonly batch: number;
  readonly steps: number;
}

/** Gives the file of the spikes of each neuron as the reference engine counts them: one tensor a layer. */
export async function expectedFile(network: Network, images: Batch, { batch, steps }: CheckRun): Promise<string> {
  const data = firstSamples(images, batch);
  const recipe = { network: await networkHash(network), images: Array.from(data.data), steps };
  return cached('spikes', recipe, async () => {
    const { count } = await programSimulation(referenceEngine(), network);
    const shapes = checkNetwork(network);
    const tensors = Array.from(await count(data, steps), ([name, counts]) => {
      return [name, { shape: [batch, ...shapes.get(name)!], data: counts }] as const;
    });
    return writeSafetensors(Object.fromEntries(tensors));
  });
}

/** Compares counts with those of a file. */
export async function compareSpikes(counts: SpikeCounts, expectedPath: string): Promise<LayerCheck[]> {
  const { tensors } = readSafetensors(await readFile(expectedPath));
  return Array.from(counts, ([name, spikes]) => {
    const expected = tensors[name].data;
    return {
      name,
      neurons: elements(tensors[name].shape),
      spikes: sum(spikes),
      expected: sum(expected),
      differing: spikes.filter((count, i) => count !== expected[i]).length,
    };
  });
}

/** The first samples of a batch. */
export function firstSamples({ data, size, indices }: Batch, count: number): Batch {
  return { size: count, data: data.subarray(0, (data.length / size) * count), indices: indices.subarray(0, count) };
}

const sum = (values: Float32Array): number => values.reduce((total, value) => total + value, 0);
