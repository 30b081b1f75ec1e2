import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSafetensors, type Tensor, writeSafetensors } from '@spikewright/snn-core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { scalar, tensor, vector } from './builders.js';

/** A file of a header and data, whatever they say. */
function file(header: unknown, data: ArrayLike<number> = [], length?: number): Uint8Array {
  const text = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + text.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length ?? text.length), true);
  bytes.set(text, 8);
  bytes.set(Array.from(data), 8 + text.length);
  return bytes;
}

const f32 = (shape: unknown, data_offsets: unknown): object => ({ dtype: 'F32', shape, data_offsets });
const tensors: Record<string, Tensor> = { b: tensor([2, 2], [1, 2, 3, 4]), a: scalar(-0.5), ü: vector(1e-40, 3e38) };

const floats = fc.array(fc.float(), { minLength: 1, maxLength: 12 });
const names = fc.string({ minLength: 1, maxLength: 8 }).filter((name) => !name.startsWith('__'));
const files = fc.record({
  tensors: fc.dictionary(
    names,
    floats.map((values) => tensor([values.length], values)),
  ),
  metadata: fc.dictionary(names, fc.string({ unit: 'binary' })),
});

describe('round trip', () => {
  test('writeSafetensors keeps every value, shape and text', () => {
    const { tensors: read, metadata } = readSafetensors(writeSafetensors(tensors, { title: 'Größe "1"\n' }));
    expect({ ...read }).toEqual(tensors);
    expect(metadata).toEqual({ title: 'Größe "1"\n' });
  });

  test('writeSafetensors keeps whatever it is given', () => {
    fc.assert(
      fc.property(files, (content) => {
        const { tensors: read, metadata } = readSafetensors(writeSafetensors(content.tensors, content.metadata));
        expect({ ...read }).toEqual({ ...content.tensors });
        expect({ ...metadata }).toEqual({ ...content.metadata });
      }),
    );
  });

  test('writeSafetensors gives equal bytes for equal content, whatever the key order', () => {
    const turned = <Value>(record: Record<string, Value>): Record<string, Value> =>
      Object.fromEntries(Object.entries(record).reverse());
    fc.assert(
      fc.property(files, ({ tensors: some, metadata }) => {
        expect(writeSafetensors(turned(some), turned(metadata))).toEqual(writeSafetensors(some, metadata));
      }),
    );
  });

  test('readSafetensors reads a part of a larger buffer', () => {
    const bytes = writeSafetensors(tensors);
    const larger = new Uint8Array(bytes.length + 13);
    larger.set(bytes, 5);
    expect({ ...readSafetensors(larger.subarray(5, 5 + bytes.length)).tensors }).toEqual(tensors);
  });

  test('readSafetensors needs no metadata, and takes tensors in any order', () => {
    const two = new Uint8Array(Float32Array.of(1, 2).buffer);
    const { tensors: read, metadata } = readSafetensors(file({ z: f32([1], [4, 8]), y: f32([], [0, 4]) }, two));
    expect([read.z, read.y]).toEqual([vector(2), scalar(1)]);
    expect(metadata).toEqual({});
  });

  test('writeSafetensors lays a file out as the format says', () => {
    // 8 bytes of length, JSON filled up with spaces to a multiple of 8, then 1 and -2 in little endian.
    const bytes = writeSafetensors({ w: vector(1, -2) });
    const header = '{"__metadata__":{},"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}';
    expect(header.length).toBe(72);
    expect([...bytes.subarray(0, 8)]).toEqual([72, 0, 0, 0, 0, 0, 0, 0]);
    expect(new TextDecoder().decode(bytes.subarray(8, 80))).toBe(header);
    expect([...bytes.subarray(80)]).toEqual([0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0]);
  });
});

describe('damage', () => {
  const eight = new Uint8Array(8);
  const table: [what: string, bytes: Uint8Array, message: string][] = [
    ['no bytes', new Uint8Array(), 'it must have a header of at least 8 bytes: 0'],
    ['half a length', new Uint8Array(7), 'it must have a header of at least 8 bytes: 7'],
    ['a header beyond the file', file('{}', [], 3), 'its header must fit the file: 3'],
    ['a huge header', file('{}', [], 2 ** 53), 'its header must fit the file: 9007199254740992'],
    ['an empty header', file(''), 'its header must be JSON: 0 bytes'],
    ['a header that is no JSON', file('{"a":'), 'its header must be JSON: 5 bytes'],
    ['a header that is no text', Uint8Array.of(2, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xfe), 'its header must be JSON: 2 bytes'],
    ['a list as header', file([]), 'its header must be an object: []'],
    ['null as header', file('null'), 'its header must be an object: null'],
    ['a deep header', file(`${'['.repeat(1e5)}${']'.repeat(1e5)}`), 'its header must be an object: '],
    ['metadata that are numbers', file({ __metadata__: { a: 1 } }), 'its metadata must be strings: {"a":1}'],
    ['metadata that are null', file({ __metadata__: null }), 'its metadata must be strings: null'],
    ['a list as metadata', file({ __metadata__: ['a'] }), 'its metadata must be strings: ["a"]'],
    ['a tensor that is null', file({ w: null }), "tensor 'w' must state dtype, shape and data_offsets: null"],
    ['a tensor without shape', file({ w: { dtype: 'F32', data_offsets: [0, 0] } }), "tensor 'w' must state dtype, shape and data_offsets: "],
    ['a negative size', file({ w: f32([-1], [0, 4]) }, eight), "tensor 'w' must state dtype, shape and data_offsets: "],
    ['half a size', file({ w: f32([0.5], [0, 2]) }, eight), "tensor 'w' must state dtype, shape and data_offsets: "],
    ['a size in words', file({ w: f32(['1'], [0, 4]) }, eight), "tensor 'w' must state dtype, shape and data_offsets: "],
    ['one offset', file({ w: f32([1], [0]) }, eight), "tensor 'w' must state dtype, shape and data_offsets: "],
    ['another dtype', file({ w: { dtype: 'BF16', shape: [2], data_offsets: [0, 4] } }, eight), "tensor 'w' must be of type F32: BF16"],
    ['a dtype that no text can show', file('{"w":{"dtype":{"toString":1},"shape":[2],"data_offsets":[0,8]}}', eight), 'tensor \'w\' must be of type F32: {"toString":1}'],
    ['a size that its bytes do not hold', file({ w: f32([3], [0, 8]) }, eight), "tensor 'w' must fit its shape: [3] at 0 to 8"],
    ['sizes that overflow', file({ w: f32([2 ** 52, 2 ** 52], [0, 8]) }, eight), "tensor 'w' must fit its shape: "],
    ['offsets in reverse', file({ w: f32([1], [4, 0]) }, eight), "tensor 'w' must fit its shape: [1] at 4 to 0"],
    ['a tensor beyond the file', file({ w: f32([4], [0, 16]) }, eight), 'its tensors must fill the 8 bytes after the header: 16'],
    ['a giant tensor', file({ w: f32([2 ** 40], [0, 2 ** 42]) }, eight), 'its tensors must fill the 8 bytes after the header: 4398046511104'],
    ['tensors that overlap', file({ v: f32([2], [0, 8]), w: f32([1], [4, 8]) }, eight), "tensor 'w' must begin where the one before it ends, at 8: 4"],
    ['the same bytes twice', file({ v: f32([2], [0, 8]), w: f32([2], [0, 8]) }, eight), "tensor 'w' must begin where the one before it ends, at 8: 0"],
    ['a gap', file({ w: f32([1], [4, 8]) }, eight), "tensor 'w' must begin where the one before it ends, at 0: 4"],
    ['bytes left over', file({ w: f32([1], [0, 4]) }, eight), 'its tensors must fill the 8 bytes after the header: 4'],
  ]; // biome-ignore format: a table
  test.each(table)('readSafetensors refuses %s', (_, bytes, message) => {
    const read = (): unknown => readSafetensors(bytes);
    expect(read).toThrow(TypeError);
    const begin = `Cannot read the safetensors file: ${message}`;
    expect(read).toThrow(expect.objectContaining({ message: expect.stringContaining(begin) }));
    expect(read).toThrow(/^[^\n]{1,250}$/);
  });

  /** Reads, or refuses with one clear error. */
  const tame = (bytes: Uint8Array): void => {
    try {
      readSafetensors(bytes);
    } catch (error) {
      expect(error).toBeInstanceOf(TypeError);
      expect((error as Error).message).toMatch(/^Cannot read the safetensors file: [^\n]*$/);
    }
  };

  test('readSafetensors refuses random bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), tame));
  });

  test('readSafetensors refuses every truncation of a file', () => {
    const bytes = writeSafetensors(tensors, { title: 'whole' });
    for (let length = 0; length < bytes.length; length++) {
      expect(() => readSafetensors(bytes.subarray(0, length))).toThrow(/^Cannot read the safetensors file: /);
    }
  });

  test('readSafetensors survives every flipped bit', () => {
    const bytes = writeSafetensors(tensors, { title: 'whole' });
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const flipped = bytes.slice();
      flipped[bit >> 3] ^= 1 << (bit & 7);
      tame(flipped);
    }
  });

  test('readSafetensors survives any JSON as header', () => {
    const sizes = fc.array(fc.integer({ min: -1, max: 4 }), { maxLength: 3 });
    const entry = fc.oneof(
      fc.jsonValue(),
      fc.record({ dtype: fc.constantFrom('F32', 'F16'), shape: sizes, data_offsets: sizes }),
    );
    fc.assert(fc.property(fc.dictionary(fc.string(), entry), (header) => tame(file(header, new Uint8Array(16)))));
    fc.assert(fc.property(fc.jsonValue(), (header) => tame(file(header))));
  });
});

const python = ((): boolean => {
  try {
    return execFileSync('python3', ['-c', 'print(1)'], { encoding: 'utf8' }).trim() === '1';
  } catch {
    return false;
  }
})();

/** Reads with the safetensors library if it is there, and as its format is documented if it is not. */
const READER = `
import json, struct, sys
try:
    from safetensors.numpy import load_file
    values = {name: [list(array.shape), array.reshape(-1).tolist()] for name, array in load_file(sys.argv[1]).items()}
except ImportError:
    with open(sys.argv[1], 'rb') as file:
        data = file.read()
    length, = struct.unpack('<Q', data[:8])
    header = json.loads(data[8:8 + length])
    header.pop('__metadata__', None)
    body = data[8 + length:]
    values = {}
    for name, entry in header.items():
        assert entry['dtype'] == 'F32'
        begin, end = entry['data_offsets']
        values[name] = [entry['shape'], list(struct.unpack('<%df' % ((end - begin) // 4), body[begin:end]))]
print(json.dumps(values))
`;

test.skipIf(!python)('writeSafetensors writes files that Python reads (skipped where there is no python3)', () => {
  const folder = mkdtempSync(join(tmpdir(), 'safetensors-'));
  try {
    const path = join(folder, 'weights.safetensors');
    writeFileSync(path, writeSafetensors(tensors, { title: 'Größe' }));
    const read = JSON.parse(execFileSync('python3', ['-c', READER, path], { encoding: 'utf8' }));
    expect(Object.keys(read).sort()).toEqual(['a', 'b', 'ü']);
    for (const [name, { shape, data }] of Object.entries(tensors)) expect(read[name]).toEqual([shape, [...data]]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
