import { direct, type Encoder, type Network, networkHash, poisson, scoreSource } from '@spikewright/snn-core';
import { expect, test } from 'vitest';
import { dense, input, network, neuron } from './builders.js';

const netOf = (weight: number): Network =>
  network(input(1), dense('in', 'input', [[weight]]), neuron('cell', 'in'), dense('out', 'cell', [[1, 2]]));
const run = { encoder: direct(), steps: 8 };

test('scoreSource says network, encoder and steps', async () => {
  const net = netOf(1);
  expect(await scoreSource(net, run)).toEqual({
    network: await networkHash({ ...net, meta: {} }),
    encoder: '{"name":"direct","options":{}}',
    steps: 8,
  });
});

test('scoreSource does not depend on meta', async () => {
  const net = netOf(1);
  const known = { ...net, meta: { name: 'x', fits: { 'top-k': [1, 2] }, notes: ['a'] } };
  expect(await scoreSource(known, run)).toEqual(await scoreSource(net, run));
});

test('scoreSource differs for other weights, encoders, options of encoders, and steps', async () => {
  const sources = await Promise.all([
    scoreSource(netOf(1), run),
    scoreSource(netOf(2), run),
    scoreSource(netOf(1), { ...run, encoder: poisson() }),
    scoreSource(netOf(1), { ...run, encoder: poisson({ rate: 0.5 }) }),
    scoreSource(netOf(1), { ...run, steps: 9 }),
  ]);
  expect(new Set(sources.map((source) => JSON.stringify(source))).size).toBe(sources.length);
});

test('scoreSource does not depend on the order of options', async () => {
  const encoder = (options: Encoder['options']): Encoder => ({ ...direct(), name: 'mine', options });
  const [one, other] = await Promise.all(
    [encoder({ a: 1, b: 2 }), encoder({ b: 2, a: 1 })].map((given) =>
      scoreSource(netOf(1), { ...run, encoder: given }),
    ),
  );
  expect(one).toEqual(other);
});
