import type { Hdf5 } from '@spikewright/hdf5';
import type { Imported, NetworkMeta } from '@spikewright/snn-core';
import { build } from './build.js';
import { damaged, show } from './errors.js';
import { textsAt } from './from-hdf5.js';
import { isRecord, type Json, parseJson } from './json.js';
import { weightsIn } from './weights.js';

/**
 * Reads a whole model that Keras saved: a `.keras` file (Keras 3, and the last of Keras 2), or an `.h5` file with its
 * architecture (Keras 2 and 3). Nothing is executed, and nothing but the bytes is read.
 *
 * @param bytes - the file; its kind is seen by its first bytes
 * @throws UnsupportedLayersError naming every layer that no node can stand for
 * @throws TypeError, RangeError or ReferenceError if the file is damaged or holds no sound model
 */
export async function readKeras(bytes: Uint8Array): Promise<Imported> {
  requireBytes(bytes);
  // A zip file begins with `PK`.
  if (bytes[0] === 0x50 && bytes[1] === 0x4b) return readArchive(bytes);
  const file = await open(bytes);
  const [config] = textsAt(file, '', 'model_config') ?? [];
  if (config === undefined) {
    throw new TypeError(
      'Cannot import: the file must hold the architecture (give its JSON to readKerasWeights()): weights only',
    );
  }
  const [version] = textsAt(file, '', 'keras_version') ?? [];
  return assemble(parseJson(config, 'model_config'), file, { format: 'Keras HDF5', ...(version && { version }) });
}

/**
 * Reads a model whose architecture and weights are kept apart: the JSON of `model.to_json()`, and the file of
 * `model.save_weights()` (`.weights.h5` of Keras 3, `.h5` of Keras 2). A whole `.h5` model serves as weights, too.
 *
 * @param config - JSON text, or the object it stands for
 * @throws as {@link readKeras}
 */
export async function readKerasWeights(config: string | object, weights: Uint8Array): Promise<Imported> {
  requireBytes(weights);
  const model = typeof config === 'string' ? parseJson(config, 'the architecture') : config;
  if (!isRecord(model)) throw new TypeError(`Cannot import: the architecture must be JSON: ${show(config)}`);
  const version = typeof model.keras_version === 'string' ? model.keras_version : undefined;
  return assemble(model, await open(weights), { format: 'Keras JSON and HDF5', ...(version && { version }) });
}

async function readArchive(bytes: Uint8Array): Promise<Imported> {
  const { readZip } = await import('./read-zip.js');
  const content = readZip(bytes, ['config.json', 'metadata.json', 'model.weights.h5']);
  const [config, weights] = [content.get('config.json'), content.get('model.weights.h5')];
  if (!config || !weights) {
    throw damaged('zip', 'it must hold config.json and model.weights.h5', [...content.keys()].join(', ') || 'neither');
  }
  const metadata = content.get('metadata.json');
  const { keras_version: version } = metadata ? parseJson(new TextDecoder().decode(metadata), 'metadata.json') : {};
  const source = { format: '.keras', ...(typeof version === 'string' && { version }) };
  return assemble(parseJson(new TextDecoder().decode(config), 'config.json'), await open(weights), source);
}

async function open(bytes: Uint8Array): Promise<Hdf5> {
  const { openHdf5 } = await import('@spikewright/hdf5');
  return openHdf5(bytes);
}

function assemble(model: Json, file: Hdf5, source: Readonly<Record<string, string>>): Imported {
  return build(model, weightsIn(file), metaOf(model, source));
}

/** What is known of a model beside its layers. */
export function metaOf({ config }: Json, source: Readonly<Record<string, string>>): NetworkMeta {
  const name = isRecord(config) && typeof config.name === 'string' ? config.name : undefined;
  return { ...(name !== undefined && { name }), source };
}

function requireBytes(bytes: unknown): void {
  if (!(bytes instanceof Uint8Array)) {
    throw new TypeError(`Cannot import: the file must be given as a Uint8Array: ${show(typeof bytes)}`);
  }
}
