import type { BatchNorm, Network, Node } from '@spikewright/snn-core';
import { foldBatchNorm } from '@spikewright/snn-core/convert';
import { tinyBatch, tinyNetworks } from '@spikewright/testkit';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { seeds } from './arbitraries.js';
import {
  conv,
  dense,
  dyadic,
  images,
  infer,
  input,
  network,
  nothing,
  plain,
  scale,
  tensor,
  vector,
} from './builders.js';

const fold = (ann: Network): Promise<Network> => foldBatchNorm().convert(ann, nothing);
const ops = ({ nodes }: Network): string[] => nodes.map(({ op, name }) => `${op} ${name}`);

/** A batch norm with random values. */
function norm(name: string, from: string, channels: number, seed: number): BatchNorm {
  const draw = dyadic(seed);
  const values = (offset = 0): BatchNorm['gamma'] =>
    tensor(
      [channels],
      draw(channels).map((value) => value + offset),
    );
  const [gamma, beta, mean, variance] = [values(), values(), values(), values(1.1)];
  return { op: 'batchNorm', name, inputs: [from], gamma, beta, mean, variance, epsilon: 1e-3 };
}

describe('golden vector A5', () => {
  const whole = (epsilon: number): Network => {
    const [gamma, beta, mean, variance] = [vector(1.5), vector(0.2), vector(0.4), vector(0.09)];
    const node: BatchNorm = { op: 'batchNorm', name: 'norm', inputs: ['layer'], gamma, beta, mean, variance, epsilon };
    return network(input(1), dense('layer', 'input', [[1]], [0.1]), node);
  };
  // a = 1.5 / sqrt(.09 + eps), b = a (.1 - .4) + .2
  test.each([
    [1e-3, 4.972452, -1.291735],
    [0, 5.0, -1.3],
  ])('foldBatchNorm with epsilon %d', async (epsilon, factor, shift) => {
    const { nodes } = await fold(whole(epsilon));
    const [, layer] = nodes;
    if (layer.op !== 'dense') throw new Error('it must stay a dense node');
    expect(nodes).toHaveLength(2);
    expect(layer.kernel.data).toBeAllClose([factor], { relative: 2e-7 });
    expect(layer.bias!.data).toBeAllClose([shift], { relative: 4e-7 });
  });
});

describe('places', () => {
  const image = input(4, 4, 2);
  const layer = (name: string, from: string, seed: number, changes = {}): Node =>
    conv(name, from, [3, 3, 2, 2], dyadic(seed)(36), { padding: 'same', ...changes });
  const pool: Node = {
    op: 'avgPool2d',
    name: 'pool',
    inputs: ['conv'],
    size: [2, 2],
    strides: [2, 2],
    padding: 'valid',
  };

  const table: [what: string, nodes: (seed: number) => Node[], after: string[]][] = [
    ['a convolution', (s) => [layer('conv', 'input', s), norm('norm', 'conv', 2, s), plain('relu', 'out', 'norm')], ['conv2d conv', 'relu out']],
    ['a convolution with bias', (s) => [layer('conv', 'input', s, { bias: vector(0.5, -1) }), norm('norm', 'conv', 2, s)], ['conv2d conv']],
    ['a grouped convolution', (s) => [conv('conv', 'input', [3, 3, 1, 4], dyadic(s)(36), { groups: 2 }), norm('norm', 'conv', 4, s)], ['conv2d conv']],
    ['a dense node', (s) => [plain('globalAvgPool', 'mean', 'input'), { op: 'dense', name: 'dense', inputs: ['mean'], kernel: tensor([2, 5], dyadic(s)(10)) }, norm('norm', 'dense', 5, s)], ['globalAvgPool mean', 'dense dense']],
    ['pooling', (s) => [layer('conv', 'input', s), pool, norm('norm', 'pool', 2, s)], ['conv2d conv', 'avgPool2d pool', 'scale norm']],
    ['add', (s) => [layer('conv', 'input', s), plain('add', 'sum', 'conv', 'input'), norm('norm', 'sum', 2, s), plain('relu', 'out', 'norm')], ['conv2d conv', 'add sum', 'scale norm', 'relu out']],
    ['the input', (s) => [norm('norm', 'input', 2, s), layer('conv', 'norm', s)], ['scale norm', 'conv2d conv']],
    ['an activation', (s) => [layer('conv', 'input', s), plain('relu', 'relu', 'conv'), norm('norm', 'relu', 2, s)], ['conv2d conv', 'relu relu', 'scale norm']],
    ['another batch norm', (s) => [layer('conv', 'input', s), norm('norm', 'conv', 2, s), norm('again', 'norm', 2, s + 1), plain('relu', 'out', 'again')], ['conv2d conv', 'scale again', 'relu out']],
    ['a scale', (s) => [scale('scale', 'input', [2, 3]), norm('norm', 'scale', 2, s)], ['scale scale', 'scale norm']],
    ['a convolution that two batch norms read', (s) => [layer('conv', 'input', s), norm('one', 'conv', 2, s), norm('two', 'conv', 2, s + 1), plain('add', 'sum', 'one', 'two')], ['conv2d conv', 'scale one', 'scale two', 'add sum']],
    ['a convolution that others read too', (s) => [layer('conv', 'input', s), norm('norm', 'conv', 2, s), plain('concat', 'both', 'norm', 'conv')], ['conv2d conv', 'scale norm', 'concat both']],
    ['a convolution, read by two', (s) => [layer('conv', 'input', s), norm('norm', 'conv', 2, s), plain('relu', 'relu', 'norm'), plain('concat', 'both', 'norm', 'relu')], ['conv2d conv', 'relu relu', 'concat both']],
  ]; // biome-ignore format: a table

  test.each(table)('foldBatchNorm after %s leaves outputs as they are', async (_, nodes, after) => {
    await fc.assert(
      fc.asyncProperty(seeds, async (seed) => {
        const ann = network(image, ...nodes(seed));
        const folded = await fold(ann);
        expect(ops(folded)).toEqual(['input input', ...after]);
        const samples = images([4, 4, 2], 2, seed);
        expect(await infer(folded, samples)).toBeAllClose(await infer(ann, samples), {
          relative: 1e-5,
          absolute: 1e-5,
        });
      }),
      { numRuns: 10 },
    );
  });

  test('foldBatchNorm leaves a network without batch norms as it is, and changes none', async () => {
    for (const ann of Object.values(tinyNetworks())) {
      const copy = structuredClone(ann);
      const folded = await fold(ann);
      expect(ann).toEqual(copy);
      if (!ann.nodes.some(({ op }) => op === 'batchNorm')) expect(folded).toEqual(ann);
      expect(folded.nodes.some(({ op }) => op === 'batchNorm')).toBe(false);
      const samples = tinyBatch(ann, 3);
      expect(await infer(folded, samples)).toBeAllClose(await infer(ann, samples), { relative: 1e-5, absolute: 1e-6 });
    }
  });
});
