import { readFile } from 'node:fs/promises';
import type { DataSetName } from '@spikewright/reference/data-sets';
import { withInputScale } from '@spikewright/reference/input-scale';
import { type Converter, chain, loadNetwork, type Network } from '@spikewright/snn-core';
import { averageMaxPooling } from '@spikewright/snn-core/convert';
import { hasMaxPooling, publishedModels, readPublished } from '../reproduce/imports/models.js';

/** A trained network to measure, and the images that it was trained for, where that is known. */
export interface Subject {
  readonly ann: Network;
  readonly dataSet?: DataSetName;
}

/**
 * Reads a network that others published, by its name, or one from a safetensors file.
 *
 * @param models - the folder of published networks
 * @throws ReferenceError where the file is missing
 */
export async function readSubject(network: string, models: string): Promise<Subject> {
  const published = publishedModels[network];
  if (!published) return { ann: await readFileOf(network) };
  const { dataSet, title, input = {}, read } = published;
  const ann = withInputScale(await read(await readPublished(network, models)), input);
  return { ann: { ...ann, meta: { ...ann.meta, name: title } }, dataSet };
}

/** A converter for networks that may have max pooling. */
export const withMeanPooling = (network: Network, converter: Converter): Converter =>
  hasMaxPooling(network) ? chain(averageMaxPooling(), converter) : converter;

async function readFileOf(network: string): Promise<Network> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(network);
  } catch (cause) {
    const known = Object.keys(publishedModels).join(', ');
    throw new ReferenceError(
      `Cannot measure weights: the network must be a file, to be made by pnpm train, or one of ${known}: ${network}`,
      { cause },
    );
  }
  return loadNetwork(bytes);
}
