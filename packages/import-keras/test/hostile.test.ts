import { readKeras, readKerasWeights, readTfjs } from '@spikewright/import-keras';
import { strToU8, zipSync } from 'fflate';
import { expect, test } from 'vitest';
import { fixture } from './fixtures.js';

const MEGABYTE = 2 ** 20;

/** A copy with a 64-bit number, little endian, in place of the one at `at`. */
function withNumber(bytes: Uint8Array, at: number, value: bigint): Uint8Array {
  const copy = bytes.slice();
  new DataView(copy.buffer).setBigUint64(at, value, true);
  return copy;
}

/** Where bytes stand in others, from a place on. */
function find(bytes: Uint8Array, wanted: readonly number[], from = 0): number {
  for (let at = from; at < bytes.length; at++) if (wanted.every((byte, index) => bytes[at + index] === byte)) return at;
  return -1;
}

/** Little-endian 64-bit sizes as bytes. */
const sizes = (...values: number[]): number[] => values.flatMap((value) => [value, 0, 0, 0, 0, 0, 0, 0]);

test('readKeras() refuses a zip bomb before it fills the memory', async () => {
  // 24 MiB of zeros in 24 kB, where at most 16 MiB and 8 times the file are read.
  const bomb = zipSync({ 'config.json': new Uint8Array(24 * MEGABYTE) });
  expect(bomb.length).toBeLessThan(MEGABYTE / 8);
  const before = process.memoryUsage().arrayBuffers;
  const start = performance.now();
  await expect(readKeras(bomb)).rejects.toThrow('Cannot read the compressed file: it must hold at most');
  expect(performance.now() - start).toBeLessThan(2000);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(128 * MEGABYTE);
});

test('readKeras() does not unpack files of an archive that it does not need', async () => {
  const archive = zipSync({ 'assets/bomb': new Uint8Array(8 * MEGABYTE), 'config.json': strToU8('{}') });
  await expect(readKeras(archive)).rejects.toThrow(
    'Cannot read the zip file: it must hold config.json and model.weights.h5: config.json',
  );
});

test('readKeras() refuses an HDF5 file with absurd dimensions', async () => {
  const bytes = fixture('plain.h5');
  // The shape [3, 2, 2, 4] of the first kernel, in its dataspace.
  const at = find(bytes, sizes(3, 2, 2, 4));
  expect(at).toBeGreaterThan(0);
  for (const size of [2n ** 40n, 2n ** 63n, 2n ** 64n - 1n]) {
    await expect(readKeras(withNumber(bytes, at, size))).rejects.toThrow(
      /^Cannot read the HDF5 file: every address must lie/,
    );
  }
  await expect(readKeras(withNumber(bytes, at, 0n))).rejects.toThrow('kernel must be [3,2,2,4]: [0,2,2,4]');
});

test('readKeras() refuses an HDF5 file whose tree of names points at itself', async () => {
  const bytes = fixture('plain.h5');
  const tree = find(
    bytes,
    [...'TREE'].map((letter) => letter.charCodeAt(0)),
  );
  // Level 1 instead of 0, and the tree as its own child: 24 bytes of header, 8 of a key.
  const circular = withNumber(bytes, tree + 32, BigInt(tree));
  circular[tree + 5] = 1;
  await expect(readKeras(circular)).rejects.toThrow('Cannot read the HDF5 file: a tree must be of one kind');
});

test('readKeras() refuses truncated files, other files and no file', async () => {
  for (const name of ['plain.h5', 'plain.keras']) {
    const bytes = fixture(name);
    for (const part of [0, 1, 4, 9, 60, 2000, bytes.length >> 1, bytes.length - 2000]) {
      await expect(readKeras(bytes.subarray(0, part)), `${part}`).rejects.toThrow(/^Cannot /);
    }
  }
  await expect(readKeras(strToU8('hello'))).rejects.toThrow('it must begin with');
  await expect(readKeras('plain.h5' as never)).rejects.toThrow('the file must be given as a Uint8Array');
  await expect(readKerasWeights('{}', null as never)).rejects.toThrow('the file must be given as a Uint8Array');
  await expect(readKeras(fixture('nested.weights.h5'))).rejects.toThrow('the file must hold the architecture');
});

test('readers leave prototypes alone and run nothing', async () => {
  const layer = { class_name: 'Lambda', config: { name: 'code', function: ['process.exit(1)', null, null] } };
  const config = {
    class_name: 'Sequential',
    config: { layers: [{ class_name: 'InputLayer', config: { name: 'in', batch_shape: [null, 2] } }, layer] },
  };
  await expect(readTfjs({ modelTopology: config, weightsManifest: [] }, fixture)).rejects.toThrow(
    "layer 'code' (Lambda)",
  );
  const text =
    '{"class_name":"__proto__","config":{"__proto__":{"polluted":1},"layers":[{"class_name":"constructor","config":{"name":"__proto__"}}]}}';
  await expect(readKerasWeights(text, fixture('nested.weights.h5'))).rejects.toThrow(/^Cannot /);
  expect(({} as Record<string, unknown>).polluted).toBeUndefined();
});
