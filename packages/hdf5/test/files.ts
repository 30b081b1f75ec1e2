import { readFileSync } from 'node:fs';
import type { Value } from '@spikewright/hdf5';
import h5wasm, { type File } from 'h5wasm';

/** The bytes of a fixture that `fixtures/make_fixtures.py` made with h5py. */
export const fixture = (name: string): Uint8Array =>
  new Uint8Array(readFileSync(new URL(`./fixtures/${name}`, import.meta.url)));

/** A fixture of import-keras, made with real Keras. */
export const kerasFixture = (name: string): Uint8Array =>
  new Uint8Array(readFileSync(new URL(`../../import-keras/test/fixtures/${name}`, import.meta.url)));

let files = 0;

/** Writes a file with the HDF5 library itself, in the oldest form that holds it, as h5py does, or a newer one. */
export async function written(
  write: (file: File) => void,
  libver: 'earliest' | 'v108' = 'earliest',
): Promise<Uint8Array> {
  const { FS } = await h5wasm.ready;
  const path = `written-${files++}.h5`;
  const file = new h5wasm.File(path, 'w', { libver: [libver, 'latest'] });
  write(file);
  file.close();
  const bytes = (FS.readFile(path) as Uint8Array).slice();
  FS.unlink(path);
  return bytes;
}

/** Opens a file with the HDF5 library itself. */
export async function withLibrary(bytes: Uint8Array, read: (file: File) => void): Promise<void> {
  const { FS } = await h5wasm.ready;
  const path = `read-${files++}.h5`;
  FS.writeFile(path, bytes);
  const file = new h5wasm.File(path, 'r');
  read(file);
  file.close();
  FS.unlink(path);
}

/** The numbers or texts of a value. */
export const listOf = (value: Value | undefined): readonly (number | string)[] =>
  value === undefined ? [] : 'texts' in value ? value.texts : [...value.data];

/** Where a text stands in the bytes of a file. */
export function placeOf(bytes: Uint8Array, text: string, from = 0): number {
  return new TextDecoder('latin1').decode(bytes).indexOf(text, from);
}

/** A copy with other bytes at a place. */
export function changed(bytes: Uint8Array, at: number, ...values: number[]): Uint8Array {
  const copy = bytes.slice();
  copy.set(values, at);
  return copy;
}

/** Eight bytes that hold a number, little endian. */
export const bytesOf = (value: bigint): number[] => [...new Uint8Array(BigUint64Array.of(value).buffer)];
