import type { BatchNorm, MaxPool2d, Node } from '@spikewright/snn-core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { pools } from './arbitraries.js';
import { batch, dyadic, infer, input, network, plain, vector } from './builders.js';
import { naivePool } from './naive.js';

const apply = async (node: Node, values: number[], shape: number[] = [values.length]): Promise<Float32Array> =>
  infer(network(input(...shape), node), batch(values));

test('qcfs gives golden vector A1', async () => {
  // h(z) = 2 clip(floor(2 z + 1/2) / 4, 0, 1); 0.25 lies on an edge and rounds up, 2.6 is clipped
  const z = [-0.3, 0.1, 0.25, 0.9, 1.2, 1.7, 1.75, 2.6];
  const h = [0, 0, 0.5, 1, 1, 1.5, 2, 2];
  expect(await apply({ op: 'qcfs', name: 'h', inputs: ['input'], lambda: 2, levels: 4 }, z)).toBeAllClose(h);
});

test('relu and clip cut off', async () => {
  const z = [-1, -0.5, 0, 0.5, 1, 3];
  expect([...(await apply(plain('relu', 'a', 'input'), z))]).toEqual([0, 0, 0, 0.5, 1, 3]);
  expect([...(await apply({ op: 'clip', name: 'a', inputs: ['input'], lambda: 1 }, z))]).toEqual([0, 0, 0, 0.5, 1, 1]);
});

test('softmax gives shares that add up to 1', async () => {
  // e^0 : e^ln 2 : e^ln 5 = 1 : 2 : 5
  const shares = await apply(plain('softmax', 'p', 'input'), [0, Math.log(2), Math.log(5)]);
  expect(shares).toBeAllClose([1 / 8, 2 / 8, 5 / 8]);
});

test('softmax stays finite for scores of any size', async () => {
  expect(await apply(plain('softmax', 'p', 'input'), [1e30, 0, -1e30])).toBeAllClose([1, 0, 0]);
});

test('batchNorm normalises channel by channel', async () => {
  const node: BatchNorm = {
    op: 'batchNorm',
    name: 'norm',
    inputs: ['input'],
    gamma: vector(2, 1),
    beta: vector(0.5, -1),
    mean: vector(1, 0),
    variance: vector(3, 0.5),
    epsilon: 1,
  };
  // channel 0: 2 (x - 1) / sqrt(3 + 1) + 0.5 = x - 0.5; channel 1: x / sqrt(1.5) - 1
  const expected = [0.5, 3 / Math.sqrt(1.5) - 1, 4.5, -1];
  expect(await apply(node, [1, 3, 5, 0], [1, 2, 2])).toBeAllClose(expected);
});

test('maxPool2d takes the largest value of each window and channel', async () => {
  const node: MaxPool2d = {
    op: 'maxPool2d',
    name: 'pool',
    inputs: ['input'],
    size: [2, 2],
    strides: [1, 2],
    padding: 'valid',
  };
  // Two channels; channel 0 is 1 2 / 3 4 / -5 -6, channel 1 is -1 -2 / -3 -4 / 5 6.
  const image = [1, -1, 2, -2, 3, -3, 4, -4, -5, 5, -6, 6];
  expect([...(await apply(node, image, [3, 2, 2]))]).toEqual([4, -1, 4, 6]);
});

test('maxPool2d agrees with naive loops', async () => {
  await fc.assert(
    fc.asyncProperty(pools, async ({ seed, ...window }) => {
      const values = dyadic(seed, 4)(window.image.reduce((a, b) => a * b));
      const { size, strides, padding } = window;
      const node: MaxPool2d = { op: 'maxPool2d', name: 'pool', inputs: ['input'], size, strides, padding };
      const actual = await infer(network(input(...window.image), node), batch(values));
      expect([...actual]).toEqual(naivePool(window, values).under.map((under) => Math.max(...under)));
    }),
  );
});
