import { readIdx } from '@spikewright/datasets';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { gzipped, idxBytes } from './idx-bytes.js';

const small = idxBytes(0x08, [2, 3], [1, 2, 3, 4, 5, 255]);

describe('readIdx', () => {
  test('reads bytes as a view of the file', async () => {
    const { shape, data } = await readIdx(small);
    expect(shape).toEqual([2, 3]);
    expect(data).toEqual(Uint8Array.of(1, 2, 3, 4, 5, 255));
    expect(data.buffer).toBe(small.buffer);
  });

  test('reads a file that lies inside a larger buffer', async () => {
    const larger = Uint8Array.of(9, 9, 9, ...small, 9);
    const { data } = await readIdx(larger.subarray(3, 3 + small.length));
    expect(data).toEqual(Uint8Array.of(1, 2, 3, 4, 5, 255));
  });

  test.each([
    ['signed bytes', 0x09, [1, 0xff], Int8Array.of(1, -1)],
    // 0x0102 = 258; 0xfffe = -2
    ['16-bit integers', 0x0b, [1, 2, 0xff, 0xfe], Int16Array.of(258, -2)],
    // 0x00010000 = 65536
    ['32-bit integers', 0x0c, [0, 1, 0, 0, 0xff, 0xff, 0xff, 0xff], Int32Array.of(65536, -1)],
    // 0x3fc00000 = 1.5; 0xc0000000 = -2
    ['32-bit floats', 0x0d, [0x3f, 0xc0, 0, 0, 0xc0, 0, 0, 0], Float32Array.of(1.5, -2)],
    // 0x3ff8… = 1.5; 0xc000… = -2
    ['64-bit floats', 0x0e, [0x3f, 0xf8, 0, 0, 0, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0], Float64Array.of(1.5, -2)],
  ])('reads %s, most significant byte first', async (_, code, elements, expected) => {
    expect(await readIdx(idxBytes(code, [2], elements))).toEqual({ shape: [2], data: expected });
  });

  test('reads gzip', async () => {
    expect(await readIdx(gzipped(small))).toEqual({ shape: [2, 3], data: Uint8Array.of(1, 2, 3, 4, 5, 255) });
  });

  test('reads gzip whose content comes in many chunks', async () => {
    const elements = Array.from({ length: 300_000 }, (_, i) => (i * 7919) % 251);
    const { shape, data } = await readIdx(gzipped(idxBytes(0x08, [300, 1000], elements)));
    expect(shape).toEqual([300, 1000]);
    expect(data).toEqual(Uint8Array.from(elements));
  });

  test('reads a file of no samples', async () => {
    expect(await readIdx(idxBytes(0x08, [0, 28, 28], []))).toEqual({ shape: [0, 28, 28], data: new Uint8Array(0) });
  });
});

describe('readIdx refuses', () => {
  const beginning = 'a file must begin with 00 00, an element type (08, 09, 0b to 0e) and a number of dimensions';
  test.each<[string, Uint8Array, string, ErrorConstructor]>([
    ['nothing', new Uint8Array(0), `${beginning}: `, TypeError],
    ['a wrong magic number', Uint8Array.of(1, 0, 8, 1, 0, 0, 0, 0), `${beginning}: 01 00 08 01`, TypeError],
    ['an unknown type', idxBytes(0x0a, [1], [7]), `${beginning}: 00 00 0a 01`, TypeError],
    ['no dimensions', idxBytes(0x08, [], [7]), `${beginning}: 00 00 08 00`, TypeError],
    ['a header cut short', small.slice(0, 11), 'a header of 2 dimensions has 12 bytes: 11', RangeError],
    // 4 + 2 · 4 + 2 · 3 = 18
    ['data cut short', small.slice(0, 17), 'a file of sizes 2 × 3 has 18 bytes: 17', RangeError],
    ['trailing bytes', Uint8Array.of(...small, 0), 'a file of sizes 2 × 3 has 18 bytes: 19', RangeError],
    // 2^31 · 2^31 · 2^2 = 2^64, which is 0 in 64 bits
    ['sizes that overflow', idxBytes(8, [2 ** 31, 2 ** 31, 4], []), 'has 18446744073709552000 bytes: 16', RangeError],
  ])('%s', async (_, bytes, message, type) => {
    for (const file of [bytes, gzipped(bytes)]) {
      await expect(readIdx(file)).rejects.toThrow(message);
      await expect(readIdx(file)).rejects.toBeInstanceOf(type);
    }
  });

  test('something other than bytes', async () => {
    await expect(readIdx([0, 0, 8, 1] as never)).rejects.toThrow(
      new TypeError('Cannot read idx: bytes must be a Uint8Array: 0,0,8,1'),
    );
  });

  test('a file above the limit, compressed or not', async () => {
    const refusal = new RangeError('Cannot read idx: the file must have at most 17 bytes: 18');
    await expect(readIdx(small, { limit: 17 })).rejects.toThrow(refusal);
    await expect(readIdx(gzipped(small), { limit: 17 })).rejects.toThrow(refusal);
    await expect(readIdx(small, { limit: 18 })).resolves.toBeDefined();
    await expect(readIdx(small, { limit: -1 })).rejects.toThrow('limit must be at least 0: -1');
  });

  test('damaged gzip', async () => {
    const file = gzipped(small);
    const flipped = file.slice();
    flipped[flipped.length - 6]! ^= 1; // in the checksum
    await expect(readIdx(flipped)).rejects.toThrow('Cannot read idx: the gzip data must be whole: ');
    await expect(readIdx(file.slice(0, 17))).rejects.toThrow('the gzip data must be whole: 17 bytes');
    await expect(readIdx(Uint8Array.of(...file, 1, 2, 3, 4))).rejects.toThrow('the gzip data must be whole: ');
  });

  test('a trailer that promises more or less than there is', async () => {
    const bomb = gzipped(idxBytes(0x08, [1000, 1000], new Array(1_000_000).fill(0)));
    const trailer = new DataView(bomb.buffer, bomb.byteOffset + bomb.length - 4, 4);
    // One more than 1,000,012, and the header shows the lie.
    trailer.setUint32(0, 1_000_013, true);
    await expect(readIdx(bomb)).rejects.toThrow('a file of sizes 1000 × 1000 has 1000012 bytes: 1000013');
    // No deflate stream of about a thousand bytes holds 2^30.
    trailer.setUint32(0, 2 ** 30, true);
    await expect(readIdx(bomb)).rejects.toThrow('cannot hold the 1073741824 of its trailer');
  });

  test('a bomb whose header and trailer agree on a small size, at once', async () => {
    // 64 MiB of zeros behind the header of a file of four bytes.
    const bomb = gzipped(new Uint8Array(2 ** 26).fill(0, 0).map((_, i) => [0, 0, 8, 1, 0, 0, 0, 4][i] ?? 0));
    new DataView(bomb.buffer, bomb.byteOffset + bomb.length - 4, 4).setUint32(0, 12, true);
    await expect(readIdx(bomb)).rejects.toThrow('its trailer promises 12 bytes and it holds more');
  });
});

describe('readIdx under fire', () => {
  /** Reads, and lets nothing pass but a sound result or an error of ours. */
  const survives = async (bytes: Uint8Array): Promise<void> => {
    const outcome = await readIdx(bytes).catch((error: unknown) => error);
    if (outcome instanceof Error) {
      expect(outcome.message).toMatch(/^Cannot read idx: [^\n]+$/);
      expect(outcome.constructor === TypeError || outcome.constructor === RangeError).toBe(true);
    } else {
      const { shape, data } = outcome as Awaited<ReturnType<typeof readIdx>>;
      expect(data.length).toBe(shape.reduce((product, axis) => product * axis, 1));
      expect(data.byteLength).toBeLessThanOrEqual(1032 * bytes.length);
    }
  };
  const valid = fc.constantFrom(small, idxBytes(0x0d, [1, 2, 1], [0, 0, 0, 0, 1, 1, 1, 1]));
  const file = fc.oneof(valid, valid.map(gzipped));

  test('random bytes', async () => {
    const magic = fc.constantFrom([], [0, 0, 8], [0, 0, 8, 3], [0x1f, 0x8b], [0x1f, 0x8b, 8, 0]);
    await fc.assert(
      fc.asyncProperty(magic, fc.uint8Array({ maxLength: 60 }), (start, rest) =>
        survives(Uint8Array.from([...start, ...rest])),
      ),
      { numRuns: 500 },
    );
  });

  test('files cut short', async () => {
    await fc.assert(
      fc.asyncProperty(file, fc.nat(60), (bytes, length) => survives(bytes.slice(0, length))),
      { numRuns: 300 },
    );
  });

  test('flipped bits', async () => {
    const flips = fc.array(fc.tuple(fc.nat(), fc.nat(7)), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(file, flips, (bytes, places) => {
        const damaged = bytes.slice();
        for (const [place, bit] of places) damaged[place % damaged.length]! ^= 1 << bit;
        return survives(damaged);
      }),
      { numRuns: 1000 },
    );
  });
});
