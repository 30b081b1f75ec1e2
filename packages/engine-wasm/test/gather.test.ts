import { beforeAll, describe, expect, test } from 'vitest';
import { type Kernel, packBytes, packFloats, placesIn } from '../src/plan/pack-weights.js';
import { type Bench, openBench, wholes } from './kernels.js';

let bench: Bench;
// Compiling takes seconds, and many of them on a busy machine.
beforeAll(async () => {
  bench = await openBench();
}, 60_000);

const words = (address: number, length: number) => Array.from(new Int32Array(bench.memory.buffer, address, length));
const floats = (address: number, length: number) => Array.from(new Float32Array(bench.memory.buffer, address, length));

const blockOf = ({ outputs }: Kernel) => ({ channel: 0, width: outputs });

function packedBytes(kernel: Kernel, bits: number): Uint8Array {
  const packed = new Uint8Array(placesIn(kernel, blockOf(kernel)));
  packBytes(kernel, blockOf(kernel), new Float64Array(kernel.outputs).fill(1), bits === 7 ? 64 : 128, packed);
  return packed;
}

function packedFloats(kernel: Kernel): Float32Array {
  const packed = new Float32Array(placesIn(kernel, blockOf(kernel)));
  packFloats(kernel, blockOf(kernel), packed);
  return packed;
}

describe('gather', () => {
  const ROWS = 50;
  const cases = [64, 32, 16].flatMap((width) => [
    { bits: 7, width, least: -64, most: 63, counts: [0, 2, 30, 510] },
    { bits: 8, width, least: -128, most: 127, counts: [0, 2, 30, 254] },
  ]);

  test.each(cases)('adds rows of $bits-bit weights in blocks of $width', ({ bits, width, least, most, counts }) => {
    const weights = wholes(bits, ROWS * width, least, most);
    // Rows of the extremes find sums that leave their 16 bits.
    weights.fill(least, 0, width);
    weights.fill(most, width, 2 * width);
    const kernel = { kernel: Float32Array.from(weights), taps: 1, inputs: ROWS, outputs: width, groups: 1 };
    const packed = packedBytes(kernel, bits);
    const rows = bench.put(packed);
    for (const count of counts) {
      const lists = [wholes(count, count, 0, ROWS), new Array<number>(count).fill(0), new Array<number>(count).fill(1)];
      for (const list of lists) {
        const before = wholes(3, width, -1000, 1000);
        const target = bench.put(Int32Array.from(before));
        bench.call[`gather${bits}of${width}`](bench.put(Uint16Array.from(list)), count, rows, target, 0, 0, 0);
        // Row 50 is the row of zeros.
        const sum = (c: number) => list.reduce((total, row) => total + (weights[row * width + c] ?? 0), 0);
        expect(words(target, width)).toEqual(before.map((value, c) => value + sum(c)));
      }
    }
  });

  test.each(cases)('fires neurons of $bits-bit weights in blocks of $width', ({ bits, width, least, most }) => {
    const weights = wholes(bits, ROWS * width, least, most);
    const kernel = { kernel: Float32Array.from(weights), taps: 1, inputs: ROWS, outputs: width, groups: 1 };
    const packed = packedBytes(kernel, bits);
    const list = wholes(5, 30, 0, ROWS);
    const bias = wholes(6, width, -16_384, 16_384);
    const before = wholes(3, width, -10_000, 10_000);
    const theta = wholes(4, width, 1, 3000);
    const start = new Int16Array(width).map((_, i) => {
      const even = (i & ~15) + (i & 7);
      return (i & 15) < 8 ? 256 * bias[even + 8] + bias[even] : bias[even + 8];
    });
    const target = bench.put(Int32Array.from(before));
    const out = bench.take(width / 8);
    const given = [bench.put(Uint16Array.from(list)), list.length, bench.put(packed), target];
    const neurons = [bench.put(start), bench.put(Int32Array.from(theta)), out];
    bench.call[`gather${bits}of${width}`](...given, ...neurons);
    const sum = (c: number) => list.reduce((total, row) => total + (weights[row * width + c] ?? 0), bias[c]);
    const after = before.map((value, c) => value + sum(c));
    const fires = after.map((value, c) => value >= theta[c]);
    expect(words(target, width)).toEqual(after.map((value, c) => (fires[c] ? value - theta[c] : value)));
    const spikes = Array.from(new Uint8Array(bench.memory.buffer, out, width / 8));
    expect(fires.map((_, c) => ((spikes[c >> 3] >> (c & 7)) & 1) === 1)).toEqual(fires);
  });

  test.each([32, 16])('adds rows of floats in blocks of %i', (width) => {
    const weights = wholes(1, ROWS * width, -512, 512).map((weight) => weight / 256);
    const kernel = { kernel: Float32Array.from(weights), taps: 1, inputs: ROWS, outputs: width, groups: 1 };
    const rows = bench.put(packedFloats(kernel));
    const list = wholes(9, 40, 0, ROWS);
    const target = bench.put(new Float32Array(width).fill(0.5));
    bench.call[`gatherFloatOf${width}`](bench.put(Uint16Array.from(list)), 40, rows, target, 0.25);
    const sum = (c: number) => list.reduce((total, row) => total + (weights[row * width + c] ?? 0), 0);
    expect(floats(target, width)).toEqual(Array.from({ length: width }, (_, c) => 0.5 + 0.25 * sum(c)));
  });

  test('adds rows of floats in 64 bits, in the order of the list', () => {
    // 0.1 and its like have no end in binary, so that every order of additions gives a sum of its own.
    const weights = Float32Array.from(wholes(2, ROWS * 16, -500, 500), (weight) => weight / 10);
    const kernel = { kernel: weights, taps: 1, inputs: ROWS, outputs: 16, groups: 1 };
    const rows = bench.put(packedFloats(kernel));
    const list = wholes(9, 40, 0, ROWS - 1);
    const target = bench.put(new Float64Array(16).fill(0.3));
    bench.call.gatherDouble(bench.put(Uint16Array.from(list)), 40, rows, target);
    const sum = (c: number) => list.reduce((total, row) => total + weights[row * 16 + c], 0.3);
    const sums = Array.from(new Float64Array(bench.memory.buffer, target, 16));
    expect(sums).toEqual(Array.from({ length: 16 }, (_, c) => sum(c)));
  });
});
