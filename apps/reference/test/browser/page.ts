import { writeNir } from '@spikewright/nir';
import { loadNetwork, networkHash } from '@spikewright/snn-core';
import { FORMATS, type Load } from './read-formats.js';

const load: Load = async (path) => {
  const response = await fetch(path);
  return new Uint8Array(await response.arrayBuffer());
};

/** What the page does when asked. */
const tasks = {
  readHash: async (format: string): Promise<string> => networkHash(await FORMATS[format](load)),
  writtenNir: async (): Promise<Uint8Array> => writeNir(loadNetwork(await load('spiking.safetensors'))),
};

export type Tasks = typeof tasks;

Object.assign(globalThis, { tasks });
