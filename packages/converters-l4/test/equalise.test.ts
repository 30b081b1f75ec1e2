import { l4 } from '@spikewright/converters-l4';
import type { Conv2d, Network } from '@spikewright/snn-core';
import { tinyNetworks } from '@spikewright/testkit';
import { describe, expect, test } from 'vitest';
import { add, convert, dense, find, folded, input, network, norms, outputs, relu, tensor, weights } from './tiny.js';

const A = l4();

/** Two hidden neurons: the golden columns of A8. */
const golden: Network = network(
  input(4),
  dense('hidden', 'input', [
    [3, 1],
    [4, 1],
    [0, 1],
    [0, 1],
  ], [1, 2]), // biome-ignore format: a table
  relu('relu', 'hidden'),
  dense('scores', 'relu', [
    [1, 2],
    [3, 4],
  ]), // biome-ignore format: a table
);

describe('equalise by hand', () => {
  test('equalise divides columns by their L4 norm, and rows of the reader by the factors', async () => {
    // q = (337^(1/4), 4^(1/4)) = (4.284572, 1.414214), c = sqrt(q1 q2) = 2.461564, s = c / q = (0.574518, 1.740589).
    const adjusted = await convert(A, golden);
    const s = [0.574518, 1.740589];
    const expected = [3 * s[0], s[1], 4 * s[0], s[1], 0, s[1], 0, s[1]];
    expect(weights(adjusted, 'hidden')).toBeAllClose(expected, { relative: 2e-6 });
    expect([...find(adjusted, 'hidden', 'dense').bias!.data]).toBeAllClose([s[0], 2 * s[1]], { relative: 2e-6 });
    expect(weights(adjusted, 'scores')).toBeAllClose([1 / s[0], 2 / s[0], 3 / s[1], 4 / s[1]], { relative: 2e-6 });
    expect(norms(find(adjusted, 'hidden', 'dense'))).toBeAllClose([2.461564, 2.461564], { relative: 1e-6 });
    expect(adjusted.meta).toEqual({});
  });

  test('equalise by the L2 norm', async () => {
    // q = (5, 2), c = sqrt(10), s = (sqrt(10) / 5, sqrt(10) / 2).
    const adjusted = await convert(l4({ norm: 'l2' }), golden);
    const [a, b] = [Math.sqrt(10) / 5, Math.sqrt(10) / 2];
    expect(weights(adjusted, 'hidden')).toBeAllClose([3 * a, b, 4 * a, b, 0, b, 0, b]);
  });

  test('strength is an exponent, and 0 leaves everything', async () => {
    // s = sqrt(0.574518), sqrt(1.740589) = 0.757970, 1.319314
    const half = await convert(l4({ strength: 0.5 }), golden);
    expect(weights(half, 'hidden').slice(0, 2)).toBeAllClose([3 * 0.75797, 1.319314], { relative: 2e-6 });
    expect(await convert(l4({ strength: 0 }), golden)).toEqual(golden);
  });

  test('clamp limits factors on both sides, null does not', async () => {
    const clamped = await convert(l4({ clamp: 1.25 }), golden);
    expect(weights(clamped, 'hidden').slice(0, 2)).toBeAllClose([3 * 0.8, 1.25]);
    expect(await convert(l4({ clamp: 1 }), golden)).toEqual(golden);
    // q = 1 and 10000: c = 100, s = 100 and 0.01.
    const steep = network(input(1), dense('a', 'input', [[1, 10_000]]), relu('r', 'a'), dense('b', 'r', [[1], [1]]));
    expect(weights(await convert(A, steep), 'a')).toBeAllClose([4, 2500]);
    expect(weights(await convert(l4({ clamp: null }), steep), 'a')).toBeAllClose([100, 100]);
  });

  test('a neuron without weights keeps its bias and takes no part in the mean', async () => {
    const dead = network(
      input(1),
      dense('hidden', 'input', [[1, 4, 0, 1e-9]], [0, 0, 5, 5]),
      relu('relu', 'hidden'),
      dense('scores', 'relu', [[1], [1], [1], [1]]),
    );
    // c = sqrt(1 · 4) = 2, s = 2, 1/2, 1, 1
    const adjusted = await convert(A, dead);
    expect(weights(adjusted, 'hidden')).toBeAllClose([2, 2, 0, 1e-9]);
    expect([...find(adjusted, 'hidden', 'dense').bias!.data]).toEqual([0, 0, 5, 5]);
    expect(weights(adjusted, 'scores')).toBeAllClose([0.5, 2, 1, 1]);
  });

  test('a layer without any weight stays as it is', async () => {
    const empty = network(input(1), dense('a', 'input', [[0, 0]]), relu('r', 'a'), dense('b', 'r', [[1], [1]]));
    expect(await convert(A, empty)).toEqual(empty);
  });

  test('a second layer is measured with the weights that the first leaves it', async () => {
    const two = network(
      input(1),
      dense('one', 'input', [[1, 4]]), // c = 2, s = 2, 1/2
      relu('r1', 'one'),
      dense('two', 'r1', [
        [2, 0],
        [0, 2],
      ]), // biome-ignore format: a table
      relu('r2', 'two'),
      dense('scores', 'r2', [[1], [1]]),
    );
    // Compensated: 2 / 2 = 1 and 2 · 2 = 4; c = 2, s = 2, 1/2 again: 2 and 2.
    const adjusted = await convert(A, two);
    expect(weights(adjusted, 'two')).toEqual([2, 0, 0, 2]);
    expect(weights(adjusted, 'scores')).toEqual([0.5, 2]);
  });

  test('branches that meet in an add share their factors', async () => {
    const residual = network(
      input(1),
      dense('one', 'input', [[1, 2]]),
      relu('r1', 'one'),
      dense('two', 'r1', [
        [0, 0],
        [0, 3],
      ]), // biome-ignore format: a table
      add('sum', 'two', 'r1'),
      relu('r2', 'sum'),
      dense('scores', 'r2', [[1], [1]]),
    );
    // One group a channel with the weights of both nodes: q = (1, (2^4 + 3^4)^(1/4)) = (1, 3.138289), c = 1.771522.
    const adjusted = await convert(A, residual);
    const s = [1.771522, 1.771522 / 3.138289];
    expect(weights(adjusted, 'one')).toBeAllClose([s[0], 2 * s[1]], { relative: 2e-6 });
    // Multiplied by what it makes and divided by what it reads, the same.
    expect(weights(adjusted, 'two')).toBeAllClose([0, 0, 0, 3]);
    expect(weights(adjusted, 'scores')).toBeAllClose([1 / s[0], 1 / s[1]], { relative: 2e-6 });
  });

  test('a scale counts as a layer with one weight a neuron', async () => {
    const diagonal = (factor: number[], shape: number[]) =>
      network(
        input(2),
        { op: 'scale', name: 'twice', inputs: ['input'], factor: tensor(shape, factor), bias: tensor([], [1]) },
        relu('r', 'twice'),
        { op: 'scale', name: 'out', inputs: ['r'], factor: tensor([], [3]) },
      );
    // q = 1, 4; c = 2; s = 2, 1/2
    const adjusted = await convert(A, diagonal([1, -4], [2]));
    expect([...find(adjusted, 'twice', 'scale').factor.data]).toEqual([2, -2]);
    expect([...find(adjusted, 'twice', 'scale').bias!.data]).toEqual([2, 0.5]);
    expect([...find(adjusted, 'out', 'scale').factor.data]).toEqual([1.5, 6]);
    const uniform = diagonal([2], []);
    expect(await convert(A, uniform)).toEqual(uniform);
  });
});

describe('equalise on every topology', () => {
  const cases = [1, 2].flatMap((seed) =>
    Object.entries(tinyNetworks(seed)).map(([name, ann]) => ({ name, ann, seed })),
  );
  test.each(cases)('it leaves the outputs of $name (seed $seed) as they are', async ({ ann }) => {
    const { samples } = await folded(ann);
    const before = await outputs(ann, samples);
    const reach = before.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    for (const options of [{}, { norm: 'l2' }, { norm: 'max', clamp: null }, { rule: 'sigma' }] as const) {
      const after = await outputs(await convert(l4(options), ann, samples), samples);
      // 1e-5 of each output; where terms cancel, of the largest one.
      expect(after).toBeAllClose(before, { relative: 1e-5, absolute: 1e-6 * reach });
    }
  });

  const chains = [
    'dense',
    'chain',
    'deep',
    'concat',
    'grouped',
    'depthwise',
    'strided',
    'dilated',
    'globalPool',
    'maxPool',
  ];
  test.each(chains)('it makes the L4 norms of a layer of %s equal', async (name) => {
    const { ann } = await folded(tinyNetworks()[name]);
    const adjusted = await convert(l4({ clamp: null }), ann);
    const hidden = adjusted.nodes.filter(
      (node) => node.op === 'conv2d' || (node.op === 'dense' && node.name !== 'scores'),
    );
    let compared = 0;
    for (const node of hidden) {
      const q = norms(node as Conv2d).filter((value) => value > 0);
      expect(q).toBeAllClose(
        q.map(() => q[0]),
        { relative: 1e-5 },
      );
      compared += q.length - 1;
    }
    expect(compared).toBeGreaterThan(0);
  });

  test.each(chains)('it changes nothing more when it is done again to %s', async (name) => {
    const once = await convert(l4({ clamp: null }), tinyNetworks()[name]);
    const twice = await convert(l4({ clamp: null }), once);
    once.nodes.forEach((node, place) => {
      const other = twice.nodes[place];
      if ('kernel' in node && 'kernel' in other)
        expect(other.kernel.data).toBeAllClose(node.kernel.data, { relative: 1e-5 });
    });
  });
});
