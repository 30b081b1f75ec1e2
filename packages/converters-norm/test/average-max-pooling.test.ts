import { norm } from '@spikewright/converters-norm';
import { chain, type MaxPool2d, type Network } from '@spikewright/snn-core';
import { averageMaxPooling } from '@spikewright/snn-core/convert';
import { expect, test } from 'vitest';
import { batch, convert, find, input, network, rejection, relu } from '../../../test/hand-built.js';

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
    /^Cannot convert node 'pool': max pooling has no exact spiking form: .*averageMaxPooling\(\) first$/,
  );
});

test('norm after averageMaxPooling measures with average pooling, and keeps its note', async () => {
  const converter = chain(averageMaxPooling(), norm({ rule: 'max' }));
  const spiking = await convert(converter, pooled, batch([1, 3], [0, 1]));
  expect(find(spiking, 'pool', 'avgPool2d')).toEqual({ ...pool, op: 'avgPool2d' });
  // The mean of 1 and 3, not their maximum.
  expect(spiking.meta.lambda).toEqual({ a: [3], b: [2] });
  expect(spiking.meta.notes).toEqual(["max pooling 'pool' became average pooling, which the ANN was not trained with"]);
});
