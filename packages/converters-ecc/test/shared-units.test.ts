import { ecc } from '@spikewright/converters-ecc';
import { direct, type Network } from '@spikewright/snn-core';
import { expect, test } from 'vitest';
import { batch, convert, dense, find, input, kernel, network, pairs, plain, run, tensor, threshold } from './tiny.js';

const samples = batch([1], [0.5]);
const names = ({ nodes }: Network): string[] => nodes.map(({ name }) => name);

test('ecc gives a branch and the activation after the addition the largest sum as λ, and needs no scale', async () => {
  const residual = network(
    input(1),
    dense('one', 'input', [[2]]),
    plain('relu', 'a', 'one'),
    dense('two', 'a', [[0.5]], [1]),
    plain('add', 'sum', 'two', 'a'),
    plain('relu', 'b', 'sum'),
    dense('out', 'b', [[1]]),
  );
  const spiking = await convert(ecc(), residual, samples);
  // x = 1: a = 2, sum = 0.5 · 2 + 1 + 2 = 4; λ is that of the sum for both.
  expect(spiking.meta.lambda).toEqual({ a: [4], b: [4] });
  expect(names(spiking)).toEqual(['input', 'one', 'a', 'two', 'sum', 'b', 'out']);
  expect(find(spiking, 'sum', 'add').inputs).toEqual(['two', 'a']);
  // 2 / 4; 0.5 · 4 / 4 and 1 / 4; the shortcut's spikes count as they are.
  expect([...kernel(spiking, 'one'), ...kernel(spiking, 'two')]).toEqual([0.5, 0.5]);
  expect([threshold(spiking, 'a'), threshold(spiking, 'b')]).toEqual([[1], [1]]);
  // T = 8: 4 spikes of 8 at x = 1; 0.5 · 4 + 0.25 · 8 + 4 = 8.
  const { spikes } = await run(spiking, samples, { steps: 8, encoder: direct(), executor: 'count' });
  expect([spikes('a')[0], spikes('b')[0]]).toEqual([[4], [8]]);
});

test('ecc joins the units of neighbouring additions', async () => {
  const stage = network(
    input(1),
    plain('relu', 'a', 'input'),
    dense('one', 'a', [[0.5]]),
    plain('add', 'sum1', 'one', 'a'),
    plain('relu', 'b', 'sum1'),
    dense('two', 'b', [[3]]),
    plain('add', 'sum2', 'b', 'two'),
    plain('relu', 'c', 'sum2'),
    dense('three', 'c', [[1]]),
    plain('relu', 'd', 'three'),
    dense('out', 'd', [[1]]),
  );
  const spiking = await convert(ecc(), stage, samples);
  // sum1 = 1.5, sum2 = 1.5 + 4.5 = 6; 'd' meets no addition, and reaches 6 of its own.
  expect(spiking.meta.lambda).toEqual({ a: [6], b: [6], c: [6], d: [6] });
  expect(names(spiking).some((name) => name.includes('/'))).toBe(false);
});

test('ecc shares a unit through pooling, whose neurons take part, and through joined channels', async () => {
  const image = network(
    input(2, 1, 1),
    plain('relu', 'a', 'input'),
    pairs('pool', 'a'),
    { op: 'scale', name: 'twice', inputs: ['pool'], factor: tensor([], [2]) },
    plain('add', 'sum', 'pool', 'twice'),
    plain('relu', 'b', 'sum'),
    plain('flatten', 'flat', 'b'),
    dense('out', 'flat', [[1]]),
  );
  const spiking = await convert(ecc(), image, batch([1, 1], [0, 1]));
  expect(spiking.meta.lambda).toEqual({ a: [1], pool: [3], b: [3] });
  expect(names(spiking).some((name) => name.includes('/sum'))).toBe(false);
});

test('ecc does not clip what linear pooling takes the mean of to the largest sum of means', async () => {
  const image = network(
    input(2, 1, 1),
    plain('relu', 'a', 'input'),
    pairs('pool', 'a'),
    { op: 'scale', name: 'less', inputs: ['pool'], factor: tensor([], [-0.5]) },
    plain('add', 'sum', 'pool', 'less'),
    plain('relu', 'b', 'sum'),
    plain('flatten', 'flat', 'b'),
    dense('out', 'flat', [[1]]),
  );
  const peak = batch([4, 0], [0, 0.5]);
  // (4, 0) has the mean 2, and 2 - 1 is the largest sum.
  const linear = await convert(ecc({ pooling: 'linear' }), image, peak);
  expect(linear.meta.lambda).toEqual({ a: [4], b: [1] });
  expect([...find(linear, 'pool/sum', 'scale').factor.data]).toEqual([4]);
  // Neurons of the pooling are clipped to the sum instead, as in the tool.
  expect((await convert(ecc(), image, peak)).meta.lambda).toEqual({ a: [4], pool: [1], b: [1] });
});

test('ecc keeps the unit of joined channels that meet no addition to each of them', async () => {
  const joined = network(
    input(1),
    plain('relu', 'a', 'input'),
    dense('one', 'input', [[4]]),
    plain('relu', 'b', 'one'),
    plain('concat', 'both', 'a', 'b'),
    dense('out', 'both', [[1], [1]]),
  );
  expect((await convert(ecc(), joined, samples)).meta.lambda).toEqual({ a: [1], b: [4] });
  const added = network(
    ...joined.nodes.slice(0, 5),
    dense('two', 'both', [[1, 0], [0, 1]]), // biome-ignore format: a table
    plain('add', 'sum', 'both', 'two'),
    plain('relu', 'c', 'sum'),
  );
  expect((await convert(ecc(), added, samples)).meta.lambda).toEqual({ a: [8], b: [8], c: [8] });
});

test('ecc lets a bounded branch keep its bound, with a scale on the shortcut', async () => {
  const bounded = network(
    input(1),
    { op: 'clip', name: 'a', inputs: ['input'], lambda: 0.5 },
    dense('one', 'a', [[3]]),
    plain('add', 'sum', 'one', 'a'),
    plain('relu', 'b', 'sum'),
    dense('out', 'b', [[1]]),
  );
  const spiking = await convert(ecc(), bounded, samples);
  // a = 1/2, sum = 3/2 + 1/2 = 2.
  expect(spiking.meta.lambda).toEqual({ a: [0.5], b: [2] });
  expect([...find(spiking, 'a/sum', 'scale').factor.data]).toEqual([0.25]);
});

test('ecc takes the branches where no sum was above 0, and keeps a last scale of 1', async () => {
  const negative = network(
    input(1),
    plain('relu', 'a', 'input'),
    dense('one', 'a', [[-2]]),
    plain('add', 'sum', 'one', 'a'),
    plain('relu', 'b', 'sum'),
    { op: 'scale', name: 'out', inputs: ['b'], factor: tensor([], [1]) },
  );
  const spiking = await convert(ecc(), negative, samples);
  expect(spiking.meta.lambda).toEqual({ a: [1], b: [1] });
  expect(spiking.meta.notes).toEqual([
    "ecc: 'b' was never active on the calibration data; its λ is 1: give more samples",
  ]);
  expect(names(spiking).at(-1)).toBe('out');
});
