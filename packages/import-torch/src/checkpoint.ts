import type { Tensor } from '@spikewright/snn-core';
import { NUMBER_TYPES } from './number-types.js';
import { readViews } from './read-views.js';
import { damaged, show } from './show.js';
import { type Storage, unpickle } from './unpickle.js';

/** The pickle of the number 0x1950a86a20f9469cfc6c, which files of PyTorch before 1.6 begin with. */
const MAGIC = [0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e];

const MOST_ENTRIES = 100_000;

/** Whether bytes begin as a checkpoint of PyTorch before 1.6 does. */
export const isLegacy = (bytes: Uint8Array): boolean => MAGIC.every((byte, at) => bytes[at] === byte);

/** Whether bytes begin as a zip archive does: `PK`. */
export const isZip = (bytes: Uint8Array): boolean =>
  bytes[0] === 0x50 && bytes[1] === 0x4b && bytes[2] === 3 && bytes[3] === 4;

/** Reads the archive that PyTorch has written since 1.6: `data.pkl` and one entry a storage, none of them compressed. */
export async function readZip(bytes: Uint8Array): Promise<Record<string, Tensor>> {
  const entries = await unzip(bytes);
  const root = Object.keys(entries).find((name) => name.endsWith('/data.pkl'));
  if (!root) throw damaged('an archive must hold data.pkl', `${Object.keys(entries).length} entries`);
  const folder = root.slice(0, -'data.pkl'.length);
  const order = entries[`${folder}byteorder`];
  if (order && new TextDecoder().decode(order) !== 'little') throw damaged('its numbers must be little endian', 'big');
  const { value } = await unpickle(entries[root], 0);
  return readViews(value, bytes.length, (storage) => sized(storage, entries[`${folder}data/${storage.key}`]));
}

async function unzip(bytes: Uint8Array): Promise<Record<string, Uint8Array>> {
  const { unzipSync } = await import('fflate');
  let [count, total] = [0, 0];
  const filter = ({ name, size, originalSize, compression }: Entry): boolean => {
    if (++count > MOST_ENTRIES) throw damaged(`an archive must have at most ${MOST_ENTRIES} entries`, count);
    if (compression !== 0 || size !== originalSize) {
      throw damaged('entries must be stored as PyTorch stores them, not compressed', name);
    }
    total += size;
    if (total > bytes.length) throw damaged('entries must not be longer than the archive', total);
    return /\/(data\.pkl|byteorder|data\/[^/]+)$/.test(name);
  };
  try {
    return Object.assign(Object.create(null), unzipSync(bytes, { filter }));
  } catch (error) {
    if (error instanceof TypeError && error.message.startsWith('Cannot read')) throw error;
    throw damaged('it must be a sound zip archive', (error as Error).message);
  }
}

interface Entry {
  readonly name: string;
  readonly size: number;
  readonly originalSize: number;
  readonly compression: number;
}

/** Reads five pickles and then the storages: each its length in numbers, and its numbers. */
export async function readLegacy(bytes: Uint8Array): Promise<Record<string, Tensor>> {
  const protocol = await unpickle(bytes, MAGIC.length);
  const system = await unpickle(bytes, protocol.end);
  if (!(system.value instanceof Map) || system.value.get('little_endian') !== true) {
    throw damaged('its numbers must be little endian', 'big');
  }
  const data = await unpickle(bytes, system.end);
  const keys = await unpickle(bytes, data.end);
  if (!Array.isArray(keys.value)) throw damaged('it must list its storages', keys.value);
  const memory = new Map<unknown, Uint8Array>();
  let at = keys.end;
  for (const key of keys.value) {
    const storage = data.storages.get(key);
    if (!storage) throw damaged('every storage must belong to a tensor', key);
    const size = storage.count * NUMBER_TYPES[storage.type].bytes;
    // Eight bytes before it repeat how many numbers it holds.
    memory.set(key, bytes.subarray(at + 8, at + 8 + size));
    at += 8 + size;
  }
  return readViews(data.value, bytes.length, (storage) => sized(storage, memory.get(storage.key)));
}

function sized({ type, key, count }: Storage, memory: Uint8Array | undefined): Uint8Array {
  const size = count * NUMBER_TYPES[type].bytes;
  if (memory?.length !== size) {
    throw damaged(`storage '${show(key)}' must hold ${count} numbers of type ${type}`, `${memory?.length ?? 0} bytes`);
  }
  return memory;
}
