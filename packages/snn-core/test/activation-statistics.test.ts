import type { Batch, Network } from '@spikewright/snn-core';
import { type ActivationStatistics, activationStatistics } from '@spikewright/snn-core/convert';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { batch, calibration, caught, input, network, neuron, nothing, plain, scale } from './builders.js';

/** An ANN whose node 'out' shows the input as it is. */
const echo = (...shape: number[]): Network => network(input(...shape), scale('out', 'input', [1]));

/** Measures vectors whose values are each a channel of their own, or one channel together. */
async function histograms(channels: number, ...batches: Batch[]): Promise<ActivationStatistics> {
  const ann = channels === 1 ? echo(batches[0].data.length / batches[0].size, 1, 1) : echo(channels);
  return (await activationStatistics(ann, ['out'], calibration(batches))).get('out')!;
}

/** The smallest value that p percent of the values above 0 do not exceed: numpy's method 'inverted_cdf'. */
function exactPercentile(values: readonly number[], p: number): number {
  const positive = values.filter((value) => value > 0).sort((a, b) => a - b);
  return positive[Math.max(0, Math.ceil((p / 100) * positive.length) - 1)] ?? 0;
}

describe('percentile', () => {
  test('percentile leaves out what is not above 0', async () => {
    // Above 0: 1 to 10, the 5th and 9th of ten.
    const { layer } = await histograms(1, batch([-3, 0, 0, -1, 10, 1, 2, 9, 8, 3, 4, 7, 5, 6]));
    expect([layer.count, layer.max]).toEqual([10, 10]);
    expect([layer.percentile(50), layer.percentile(90), layer.percentile(99)]).toBeAllClose([5, 9, 10], {
      relative: 0.004,
    });
    expect(layer.percentile(100)).toBe(10);
  });

  test('percentile is within 0.4 % of the exact one, at any scale', async () => {
    const value = fc.oneof(
      fc.float({ min: Math.fround(1e-6), max: 1e6, noNaN: true }),
      fc.float({ min: -1, max: 1, noNaN: true }),
      fc.constantFrom(0, 1, 0.5, 255),
    );
    const values = fc.array(value, { minLength: 1, maxLength: 60 });
    const p = fc.oneof(fc.constantFrom(0, 50, 99, 99.9, 100), fc.double({ min: 0, max: 100, noNaN: true }));
    await fc.assert(
      fc.asyncProperty(values, p, async (some, percent) => {
        const { layer } = await histograms(1, batch(some));
        const exact = exactPercentile(some, percent);
        // Below the smallest normal float32 number, bins are wider.
        fc.pre(exact === 0 || exact > 1.2e-38);
        expect([layer.percentile(percent)]).toBeAllClose([exact], { relative: 0.004, absolute: 0 });
        expect(layer.max).toBe(Math.max(0, ...some));
        expect(layer.count).toBe(some.filter((one) => one > 0).length);
      }),
      { numRuns: 300 },
    );
  });

  test('percentile never falls as p grows, and never exceeds the maximum', async () => {
    const { layer } = await histograms(1, batch(Float32Array.from({ length: 500 }, (_, i) => ((i * 7919) % 500) / 13)));
    const found = Array.from({ length: 201 }, (_, i) => layer.percentile(i / 2));
    expect(found).toEqual(found.toSorted((a, b) => a - b));
    expect(found.at(-1)).toBe(layer.max);
  });

  test('percentile of what was never active is 0', async () => {
    const { layer } = await histograms(1, batch([0, -1, -2]));
    expect([layer.max, layer.count, layer.percentile(0), layer.percentile(99.9), layer.percentile(100)]).toEqual([
      0, 0, 0, 0, 0,
    ]);
  });

  test.each([-1, 100.1, Number.NaN])('percentile refuses p = %d', async (p) => {
    const { layer } = await histograms(1, batch([1]));
    expect(() => layer.percentile(p)).toThrow(new RangeError(`Cannot take percentile: it must be from 0 to 100: ${p}`));
  });
});

describe('activationStatistics', () => {
  test('activationStatistics takes the largest value exactly, whole and by channel', async () => {
    const { layer, channels } = await histograms(3, batch([0.1, 2, -1], [0.3, 1, -2]), batch([0.2, 3, 0]));
    expect(layer.max).toBe(3);
    expect(channels.map(({ max }) => max)).toEqual([Math.fround(0.3), 3, 0]);
    expect(channels.map(({ count }) => count)).toEqual([3, 3, 0]);
    expect(layer.count).toBe(6);
  });

  test('activationStatistics joins the channels of an image over all its pixels', async () => {
    const found = await activationStatistics(echo(1, 2, 2), ['out'], calibration([batch([1, 10, 2, 20])]));
    expect(found.get('out')!.channels.map(({ max }) => max)).toEqual([2, 20]);
  });

  test('activationStatistics does not depend on the order of samples or on batches', async () => {
    const samples = fc.array(fc.array(fc.float({ min: 0, max: 9, noNaN: true }), { minLength: 2, maxLength: 2 }), {
      minLength: 1,
      maxLength: 12,
    });
    const shuffled = samples.chain((rows) =>
      fc.record({ rows: fc.constant(rows), other: fc.shuffledSubarray(rows, { minLength: rows.length }) }),
    );
    const show = async (...batches: Batch[]): Promise<number[][]> => {
      const { layer, channels } = await histograms(2, ...batches);
      return [layer, ...channels].map((one) => [one.max, one.count, ...[1, 50, 99, 100].map(one.percentile)]);
    };
    await fc.assert(
      fc.asyncProperty(shuffled, async ({ rows, other }) => {
        expect(await show(...other.map((row) => batch(row)))).toEqual(await show(batch(...rows)));
      }),
      { numRuns: 50 },
    );
  });

  test('activationStatistics measures the named nodes only', async () => {
    const ann = network(input(1), scale('twice', 'input', [2]), plain('relu', 'relu', 'twice'));
    const found = await activationStatistics(ann, ['relu', 'input'], calibration([batch([3], [-3])]));
    expect([...found.keys()]).toEqual(['relu', 'input']);
    expect([found.get('relu')!.layer.max, found.get('input')!.layer.max]).toEqual([6, 3]);
  });

  test('activationStatistics refuses unknown nodes, no samples and spiking networks', async () => {
    expect(await caught(() => activationStatistics(echo(1), ['ghost'], nothing))).toEqual(
      new ReferenceError("Cannot measure activations: the node must exist: 'ghost'"),
    );
    expect(await caught(() => activationStatistics(echo(1), ['out'], nothing))).toEqual(
      new RangeError('Cannot measure activations: the data must hold at least 1 sample: 0 given'),
    );
    const spiking = network(input(1), neuron('cell', 'input'));
    expect(await caught(() => activationStatistics(spiking, ['cell'], calibration([batch([1])])))).toBeInstanceOf(
      TypeError,
    );
  });
});
