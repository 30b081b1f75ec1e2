import { readFile } from 'node:fs/promises';
import { loadNetwork, type Network } from '@spikewright/snn-core';
import { type InputScale, withInputScale } from './input-scale.js';
import { readModel } from './read-model.js';

const FOLDER = new URL('../../networks/', import.meta.url);

/** Reads a model file and puts the scaling of its input into it; without a file, the embedded MNIST network. */
export async function readSubject(model: string | undefined, scale: InputScale): Promise<Network> {
  if (model === undefined) return withInputScale(await embeddedNetwork('mnist'), scale);
  return withInputScale((await readModel(model)).network, scale);
}

/**
 * Reads a network that comes with the app.
 *
 * @throws TypeError if its file is damaged
 */
export async function embeddedNetwork(name: string): Promise<Network> {
  const path = new URL(`${name}.safetensors`, FOLDER);
  try {
    return loadNetwork(await readFile(path));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : cause;
    throw new TypeError(`Cannot run: the embedded network must be sound: ${path.pathname} (${reason})`, { cause });
  }
}
