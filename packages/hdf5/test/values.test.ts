import { openHdf5 } from '@spikewright/hdf5';
import type { File } from 'h5wasm';
import { expect, test } from 'vitest';
import { fixture, listOf, written } from './files.js';

const file = openHdf5(fixture('readable.h5'));
const at = (path: string): readonly (number | string)[] => listOf(file.dataset(path));

test('16-bit floats are read, with infinities, NaN and signed zero', () => {
  // 6e-8 is nearest to 2^-24, the smallest that is not 0.
  const special = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN, -0];
  expect(at('half')).toEqual([1, 2, 0.5, -1.5, 2 ** -24, 65504, ...special]);
});

test.each(['f2', 'f4', 'f8'])('big-endian floats are read: %s', (kind) => {
  expect(file.dataset(`floats/${kind}`)).toEqual({ shape: [4], data: Float32Array.of(1, -2, 0.5, 3) });
});

test.each(['i1', 'u1', 'i2', 'u2', 'i4', 'u4', 'i8', 'u8'])('big-endian integers are read: %s', (kind) => {
  expect(at(`integers/${kind}`)).toEqual([1, 100, kind.startsWith('i') ? -7 : 200]);
});

const LITTLE = [Float32Array, Float64Array, Int8Array, Uint8Array, Int16Array, Uint16Array, Int32Array, Uint32Array];

test.each(LITTLE.map((type) => [type.name, type] as const))('little-endian numbers are read: %s', async (_, type) => {
  const bytes = await written((out) => out.create_dataset({ name: 'x', data: type.of(1, 2, -3, 100), shape: [2, 2] }));
  // Types without sign hold 2^bits - 3 for -3.
  expect(openHdf5(bytes).dataset('x')).toEqual({ shape: [2, 2], data: Float32Array.from(type.of(1, 2, -3, 100)) });
});

test('64-bit integers are read, to the precision of 32-bit floats', async () => {
  const bytes = await written((out) => {
    out.create_dataset({ name: 'signed', data: BigInt64Array.of(-5n, 2n ** 62n + 1n), shape: [2] });
    out.create_dataset({ name: 'unsigned', data: BigUint64Array.of(5n, 2n ** 63n), shape: [2] });
  });
  expect(listOf(openHdf5(bytes).dataset('signed'))).toEqual([-5, 2 ** 62]);
  expect(listOf(openHdf5(bytes).dataset('unsigned'))).toEqual([5, 2 ** 63]);
});

test('scalars have an empty shape, and what is empty has no values', () => {
  expect(file.dataset('scalar')).toEqual({ shape: [], data: Float32Array.of(3.5) });
  expect(file.dataset('empty')).toEqual({ shape: [0], data: new Float32Array() });
});

test('space that was never written holds zeros', () => {
  const zeros = { shape: [2, 3], data: new Float32Array(6) };
  expect(file.dataset('unwritten/whole')).toEqual(zeros);
  expect(file.dataset('unwritten/chunks')).toEqual(zeros);
});

test('texts are read, of fixed length or not, in chunks or not', () => {
  expect(at('text/fixed')).toEqual(['one', 'two', 'three', 'four', 'five']);
  expect(at('text/listed')).toEqual(['x', 'longer text', '', 'y']);
});

test('attributes are read as datasets are', () => {
  expect(file.attribute('', 'texts')).toEqual({ shape: [3], texts: ['a', 'bc', ''] });
  expect(file.attribute('', 'fixed')).toEqual({ shape: [2], texts: ['ab', 'c'] });
  expect(file.attribute('', 'unicode')).toEqual({ shape: [], texts: ['θ é'] });
  expect(file.attribute('', 'numbers')).toEqual({ shape: [2, 2], data: Float32Array.of(1, 2, 3, -4) });
  expect(file.attribute('', 'half')).toEqual({ shape: [], data: Float32Array.of(-1.5) });
  expect(file.attribute('', 'empty')).toEqual({ shape: [0], data: new Float32Array() });
  expect(file.attribute('', 'none')).toBeUndefined();
  expect(file.attribute('none', 'texts')).toBeUndefined();
});

// Row i, column j holds 10 i + j.
const VALUES = Float32Array.from({ length: 15 }, (_, index) => 10 * Math.floor(index / 3) + (index % 3));
type More = Partial<Parameters<File['create_dataset']>[0]>;

const LAYOUTS: readonly (readonly [string, More])[] = [
  ['in one piece', {}],
  ['one chunk', { chunks: [5, 3] }],
  ['chunks that reach over both edges', { chunks: [2, 2] }],
  ['gzip', { chunks: [2, 2], compression: 'gzip', compression_opts: 4 }],
  ['shuffled', { chunks: [3, 3], compression: 2, compression_opts: [4] }],
  ['with checksums', { chunks: [3, 2], compression: 3, compression_opts: [] }],
];

test.each(LAYOUTS)('layouts of HDF5 1.6 and 1.8: %s', async (_, more) => {
  for (const form of ['earliest', 'v108'] as const) {
    const write = (out: File): void => void out.create_dataset({ name: 'x', data: VALUES, shape: [5, 3], ...more });
    const bytes = await written(write, form);
    // The version of the superblock.
    expect(bytes[8]).toBe(form === 'earliest' ? 0 : 2);
    expect(openHdf5(bytes).dataset('x')).toEqual({ shape: [5, 3], data: VALUES });
  }
});

test('a chunk is compressed in parts of any length', async () => {
  // 40,000 numbers without a pattern: more than one step of the decompressor.
  const data = Float32Array.from({ length: 40_000 }, (_, index) => Math.sin(index * index));
  const more: More = { chunks: [40_000], compression: 'gzip', compression_opts: 9 };
  const bytes = await written((out) => out.create_dataset({ name: 'x', data, shape: [40_000], ...more }));
  expect(openHdf5(bytes).dataset('x')).toEqual({ shape: [40_000], data });
});

test('three axes in chunks, shuffled, compressed and with checksums', () => {
  expect(at('cube')).toEqual(Array.from({ length: 60 }, (_, index) => index));
});
