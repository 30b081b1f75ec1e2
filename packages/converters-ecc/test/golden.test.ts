import { type EccOptions, ecc } from '@spikewright/converters-ecc';
import { type Network, type Node, regular } from '@spikewright/snn-core';
import { foldBatchNorm } from '@spikewright/snn-core/convert';
import { tinyBatch, tinyNetworks } from '@spikewright/testkit';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { batch, bias, convert, dense, input, kernel, network, plain, run, tensor, threshold } from './tiny.js';

describe('a network of two layers, worked out with the formulas of the authors’ tool', () => {
  const ann = network(
    input(2),
    dense('one', 'input', [[0.5, -0.2], [0.3, 0.8]], [0.1, -0.05]), // biome-ignore format: a table
    plain('relu', 'a', 'one'),
    dense('two', 'a', [[1, -0.5], [0.4, 0.6]], [0, 0.2]), // biome-ignore format: a table
    plain('softmax', 'softmax', 'two'),
  );
  const images = batch([0.2, 0.9], [1, 0.4], [0.6, 0]);
  const counted = (options: EccOptions = {}) =>
    convert(ecc({ amplification: 100, readout: 'count', ...options }), ann, images);

  test('ecc takes the maxima as λ, and multiplies weights, biases and θ by κ', async () => {
    const spiking = await counted();
    // a: 0.5 · 1 + 0.3 · 0.4 + 0.1 = 0.72; read-out: 1 · 0.72 + 0.4 · 0.07 = 0.748.
    expect(spiking.meta.lambda!.a).toBeAllClose([0.72]);
    expect(spiking.meta.lambda!['two/count']).toBeAllClose([0.748]);
    // 100 · 0.5 · 1 / 0.72, ...; 100 · 0.1 / 0.72, ...; 100 · 1 · 0.72 / 0.748, ...; 100 · 0.2 / 0.748.
    expect(kernel(spiking, 'one')).toBeAllClose([69.444444, -27.777778, 41.666667, 111.111111]);
    expect(bias(spiking, 'one')).toBeAllClose([13.888889, -6.944444]);
    expect(kernel(spiking, 'two')).toBeAllClose([96.256684, -48.128342, 38.502674, 57.754011]);
    expect(bias(spiking, 'two')).toBeAllClose([0, 26.737968]);
    expect([threshold(spiking, 'a'), threshold(spiking, 'two/count')]).toEqual([[100], [100]]);
  });

  // N0 = floor(16 x) = (3, 14), (16, 6), (9, 0).
  test.each<[initial: number, hidden: number[][], readout: number[][]]>([
    [
      0.5,
      [
        [10, 14],
        [16, 1],
        [8, 0],
      ],
      [
        [15, 8],
        [16, 0],
        [8, 0],
      ],
    ],
    [
      0,
      [
        [10, 13],
        [15, 1],
        [8, 0],
      ],
      [
        [14, 6],
        [14, 0],
        [7, 0],
      ],
    ],
  ])('ecc with τ = %d gives the counts of the tool', async (initial, hidden, readout) => {
    const running = { steps: 16, encoder: regular(), executor: 'count' } as const;
    const { spikes, scores } = await run(await counted({ initial }), images, running);
    expect(spikes('a')).toEqual(hidden);
    expect(spikes('two/count')).toEqual(readout);
    // Scores are counts in the ANN's unit: N λ.
    expect(scores.flat()).toBeAllClose(readout.flat().map((count) => count * 0.748));
  });

  test('ecc decodes to the ReLU of the ANN, up to a count', async () => {
    const { scores } = await run(await counted(), images, { steps: 16, encoder: regular(), executor: 'count' });
    expect(scores.flat().map((score) => score / 16)).toBeAllClose([0.70125, 0.374, 0.748, 0, 0.374, 0]);
    // The ANN itself: (0.722, 0.343), (0.748, 0), (0.4, 0); one count is 0.04675.
    expect(scores.flat().map((score) => score / 16)).toBeAllClose([0.722, 0.343, 0.748, 0, 0.4, 0], {
      absolute: 0.047,
    });
  });
});

test('ecc folds batch normalisation with its own epsilon', async () => {
  const batchNorm: Node = {
    op: 'batchNorm',
    name: 'norm',
    inputs: ['one'],
    gamma: tensor([1], [1.5]),
    beta: tensor([1], [0.2]),
    mean: tensor([1], [0.4]),
    variance: tensor([1], [0.09]),
    epsilon: 1e-3,
  };
  const ann = network(input(1), dense('one', 'input', [[1]], [0.1]), batchNorm, plain('relu', 'a', 'norm'));
  const folded = await convert(foldBatchNorm(), ann);
  // 1.5 / sqrt(0.091); 4.972452 (0.1 - 0.4) + 0.2. Without epsilon 5 and -1.3.
  expect([...kernel(folded, 'one'), ...bias(folded, 'one')]).toBeAllClose([4.972452, -1.291735]);
  const spiking = await convert(ecc(), ann, batch([1], [0.5]));
  const lambda = 4.972452 - 1.291735;
  expect(spiking.meta.lambda!.a).toBeAllClose([lambda]);
  expect([...kernel(spiking, 'one'), ...bias(spiking, 'one')]).toBeAllClose([4.972452 / lambda, -1.291735 / lambda]);
});

describe('κ cancels', () => {
  const networks = Object.entries(tinyNetworks(7)).filter(([name]) => name !== 'maxPool');
  /** The spikes and scores of a whole run, all of them. */
  async function everything(ann: Network, amplification: number, executor: 'step' | 'count'): Promise<unknown> {
    const data = tinyBatch(ann, 3);
    const spiking = await convert(ecc({ amplification }), ann, data);
    const { spikes, scores } = await run(spiking, data, { steps: 12, encoder: regular(), executor });
    return [Object.keys(spiking.meta.lambda!).map(spikes), scores];
  }

  test.each(networks)('ecc gives %s the same counts whatever κ', async (_, ann) => {
    for (const executor of ['step', 'count'] as const) {
      const plainly = await everything(ann, 1, executor);
      // Powers of two are exact in float32, so that not even the last bit of a weight changes.
      await fc.assert(
        fc.asyncProperty(fc.constantFrom(2 ** -10, 0.5, 64, 2 ** 20), async (kappa) => {
          expect(await everything(ann, kappa, executor)).toEqual(plainly);
        }),
        { numRuns: 2 },
      );
    }
  });
});
