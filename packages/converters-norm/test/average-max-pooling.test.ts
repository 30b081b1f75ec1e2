import { norm } from '@spikewright/converters-norm';
import type { MaxPool2d, Network } from '@spikewright/snn-core';
import { expect, test } from 'vitest';
import { batch, convert, find, input, network, rejection, relu } from './tiny.js';

const pool: MaxPool2d = {
  op: 'maxPool2d',
  name: 'pool',
  inputs: ['a'],
  size: [1, 2],
  strides: [1, 2],
  padding: 'valid',
};
const pooled: Network = network(input(1, 2, 1), relu('a', 'input'), pool, relu('b', 'pool'));

test('norm refuses max pooling, and says what to do', async () => {
  const error = await rejection(() => convert(norm(), pooled, batch([1, 3])));
  expect(error).toBeInstanceOf(TypeError);
  expect(error.message).toMatch(
    /^Cannot convert node 'pool': max pooling has no exact spiking form: .*average pooling/,
  );
});

test('norm with maxPool average puts average pooling in its place, measures with it and notes it', async () => {
  const spiking = await convert(norm({ maxPool: 'average', rule: 'max' }), pooled, batch([1, 3]));
  expect(find(spiking, 'pool', 'avgPool2d')).toEqual({ ...pool, op: 'avgPool2d' });
  // The mean of 1 and 3, not their maximum.
  expect(spiking.meta.lambda).toEqual({ a: [3], b: [2] });
  expect(spiking.meta.notes).toEqual([
    "norm: max pooling 'pool' was replaced by average pooling, which the ANN was not trained with",
  ]);
});

test('norm with maxPool average changes and notes nothing where there is no max pooling', async () => {
  const ann = network(input(1), relu('a', 'input'));
  expect(await convert(norm({ maxPool: 'average' }), ann, batch([1]))).toEqual(await convert(norm(), ann, batch([1])));
});
