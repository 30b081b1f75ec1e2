import { readFile } from 'node:fs/promises';
import { type Batch, loadNetwork, type Network, readSafetensors } from '@spikewright/snn-core';

/** Reads a network. */
export const readNetwork = async (path: string): Promise<Network> => loadNetwork(await readFile(path));

/** Reads the images as one batch. */
export async function readImages(path: string): Promise<Batch> {
  const { images } = readSafetensors(await readFile(path)).tensors;
  const size = images.shape[0];
  return { size, data: images.data, indices: Uint32Array.from({ length: size }, (_, sample) => sample) };
}
