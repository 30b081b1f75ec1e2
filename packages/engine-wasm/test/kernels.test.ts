import { beforeAll, describe, expect, test } from 'vitest';
import * as layout from '../src/layout.js';
import { type Bench, openBench, wholes } from './kernels.js';

let bench: Bench;
// Compiling takes seconds, and many of them on a busy machine.
beforeAll(async () => {
  bench = await openBench();
}, 60_000);

const words = (address: number, length: number) => Array.from(new Int32Array(bench.memory.buffer, address, length));
const floats = (address: number, length: number) => Array.from(new Float32Array(bench.memory.buffer, address, length));
const shorts = (address: number, length: number) => Array.from(new Uint16Array(bench.memory.buffer, address, length));

/** Fields of a record by byte offset. */
function record(bytes: number, fields: readonly (readonly [number, number])[]): number {
  const data = new Int32Array(bytes / 4);
  for (const [offset, value] of fields) data[offset / 4] = value;
  return bench.put(data);
}

describe('addDiagonal', () => {
  const bits = wholes(4, 32, 0, 1);
  const bytes = Uint8Array.from({ length: 4 }, (_, i) =>
    bits.slice(8 * i, 8 * i + 8).reduce((b, x, k) => b | (x << k), 0),
  );

  test('adds each channel its own weight', () => {
    const weights = wholes(5, 32, -1e6, 1e6);
    const target = bench.put(new Int32Array(32).fill(7));
    bench.call.addDiagonal(bench.put(bytes), bench.put(Int32Array.from(weights)), target, 32);
    expect(words(target, 32)).toEqual(weights.map((weight, c) => 7 + bits[c] * weight));
  });

  test('adds floats as well', () => {
    const weights = wholes(6, 32, -100, 100).map((weight) => weight / 8);
    const target = bench.put(new Float32Array(32).fill(7));
    bench.call.addDiagonalFloat(bench.put(bytes), bench.put(Float32Array.from(weights)), target, 32);
    expect(floats(target, 32)).toEqual(weights.map((weight, c) => 7 + bits[c] * weight));
  });
});

describe('fire', () => {
  const v = wholes(7, 32, -300, 300);
  const bias = wholes(8, 32, -5, 5);
  const level = wholes(9, 32, 50, 100);
  const theta = level.map((value) => value - 1);

  test.each([
    ['fire', false],
    ['fire', true],
    ['fireFloat', false],
    ['fireFloat', true],
  ] as const)('%s with reset to zero %s', (name, zero) => {
    const list = name === 'fire' ? Int32Array : Float32Array;
    const put = (values: number[]) => bench.put(list.from(values));
    const [state, out] = [put(v), bench.take(4)];
    bench.call[name](state, put(bias), put(level), put(theta), out, 32, zero ? 1 : 0);
    const after = v.map((value, c) => value + bias[c]);
    const fires = after.map((value, c) => value >= level[c]);
    const left = after.map((value, c) => (!fires[c] ? value : zero ? 0 : value - theta[c]));
    expect(name === 'fire' ? words(state, 32) : floats(state, 32)).toEqual(left);
    expect(words(out, 1)[0] >>> 0).toBe(fires.reduce((word, fired, c) => word + (fired ? 2 ** c : 0), 0));
  });
});

describe('countBits and sumAtBits', () => {
  test('count spikes, and the synapses they reach', () => {
    const bytes = Uint8Array.from(wholes(10, 26, 0, 255));
    const counts = wholes(11, 26 * 8, 0, 4000);
    const places = Array.from({ length: 26 * 8 }, (_, i) => (bytes[i >> 3] >> (i & 7)) & 1);
    const address = bench.put(bytes);
    expect(bench.call.countBits(address, 26)).toBe(places.reduce((sum, bit) => sum + bit, 0));
    const expected = places.reduce((sum, bit, i) => sum + bit * counts[i], 0);
    expect(bench.call.sumAtBits(address, 26, bench.put(Int32Array.from(counts)))).toBe(expected);
  });
});

describe('listSpikes and receiveRows', () => {
  // Two nodes of 20 and 3 channels on 4 x 6 positions, joined to 23 channels, under 2 x 2 windows: a feed of 2 x 3.
  const sizes = [20, 3];
  const spikes = sizes.map((channels, i) => wholes(12 + i, 24 * channels, 0, 4).map((x) => (x === 0 ? 1 : 0)));

  function feedOf(): number {
    const parts = sizes.map((channels, i) => {
      const pitch = Math.ceil(channels / 16) * 2;
      const bytes = new Uint8Array(24 * pitch);
      spikes[i].forEach((spike, at) => {
        const c = at % channels;
        bytes[((at - c) / channels) * pitch + (c >> 3)] |= spike << (c & 7);
      });
      return [bench.put(bytes), 0, pitch, 6, i === 0 ? 0 : 20, 2, 2, 2, 2];
    });
    return record(layout.FEED_BYTES, [
      [layout.FEED_HEIGHT, 2],
      [layout.FEED_WIDTH, 3],
      [layout.FEED_CHANNELS, 23],
      [layout.FEED_ENTRIES, bench.take(4000)],
      [layout.FEED_STARTS, bench.take(28)],
      [layout.FEED_PARTS, bench.put(Int32Array.from(parts.flat()))],
      [layout.FEED_PART_COUNT, 2],
    ]);
  }

  /** The channels that spike under a position of the feed, once for each spike. */
  const under = (y: number, x: number): number[] =>
    sizes.flatMap((channels, i) =>
      [0, 1].flatMap((dy) =>
        [0, 1].flatMap((dx) => {
          const at = ((2 * y + dy) * 6 + 2 * x + dx) * channels;
          return spikes[i].slice(at, at + channels).flatMap((spike, c) => (spike ? [c + (i === 0 ? 0 : 20)] : []));
        }),
      ),
    );

  test('lists the spikes of joined and pooled nodes, position by position', () => {
    const feed = feedOf();
    bench.call.listSpikes(feed, 1);
    const [, , , entries, , starts] = words(feed, 6);
    const begin = words(starts, 7);
    for (let position = 0; position < 6; position++) {
      const [y, x] = [Math.floor(position / 3), position % 3];
      const listed = shorts(entries + 2 * begin[position], begin[position + 1] - begin[position]);
      expect(listed).toEqual(under(y, x).map((c) => x * 23 + c));
    }
  });

  test.each([
    ['receiveRows', 1],
    ['receiveRange', 1],
    ['receiveRange', 2],
  ] as const)('%s numbers the rows under a window, dilation %i', (name, dilation) => {
    const feed = feedOf();
    bench.call.listSpikes(feed, 1);
    const [rows, counts] = [bench.take(8000), bench.take(4)];
    const fields = Object.entries({
      [layout.TERM_FEED]: feed,
      [layout.TERM_KERNEL_HEIGHT]: 3,
      [layout.TERM_KERNEL_WIDTH]: 2,
      [layout.TERM_STRIDE_Y]: 1,
      [layout.TERM_STRIDE_X]: 1,
      [layout.TERM_DILATION_Y]: 1,
      [layout.TERM_DILATION_X]: dilation,
      [layout.TERM_TOP]: 1,
      [layout.TERM_LEFT]: 1,
      [layout.TERM_ROWS]: rows,
      [layout.TERM_COUNTS]: counts,
    });
    const term = record(
      layout.TERM_BYTES,
      fields.map(([offset, value]) => [Number(offset), value]),
    );
    for (const [y, x] of [
      [0, 0],
      [1, 1],
      [1, 3],
    ]) {
      bench.call[name](term, y, x, 1, 0, 23);
      const expected = [0, 1, 2].flatMap((ky) =>
        [0, 1].flatMap((kx) => {
          const [inY, inX] = [y - 1 + ky, x - 1 + kx * dilation];
          if (inY < 0 || inY > 1 || inX < 0 || inX > 2) return [];
          return under(inY, inX).map((c) => (ky * 2 + kx) * 23 + c);
        }),
      );
      // An odd list is filled up with the row of zeros, 3 · 2 · 23.
      if (expected.length % 2 === 1) expected.push(138);
      expect(shorts(rows, words(counts, 1)[0])).toEqual(expected);
    }
  });
});
