import { ecc, unevenness } from '@spikewright/converters-ecc';
import { direct, type Encoder, type Network, regular } from '@spikewright/snn-core';
import { tinyBatch, tinyNetworks } from '@spikewright/testkit';
import { expect, test } from 'vitest';
import { batch, convert, dense, input, network, tensor } from './tiny.js';

const cell = (name: string, from: string) =>
  ({
    op: 'neuron',
    name,
    inputs: [from],
    threshold: tensor([], [1]),
    initial: tensor([], [0.5]),
    reset: 'subtract',
    fires: '>=',
    leak: 1,
    levels: [0, 1],
  }) as const;

/** Puts the same rows in whatever the image is. */
const table = (...rows: number[][]): Encoder => ({
  role: 'encoder',
  spec: 1,
  name: 'table',
  options: {},
  output: 'spikes',
  start: () => (_image, _sample, step, into) => into.set(rows[step - 1]),
});

test('unevenness is the spikes that came too early to be taken back', async () => {
  // θ = 1, v(0) = 1/2, currents 1, 1, -1, -1: spikes 1, 1, 0, 0, though the sum of the current is 0; turned round: none.
  const both = network(
    input(2),
    dense('both', 'input', [[1, 0], [0, 1]]), // biome-ignore format: a table
    cell('a', 'both'),
    dense('out', 'a', [[-1, 0], [0, 1]]), // biome-ignore format: a table
  );
  const encoder = table([1, -1], [1, -1], [-1, 1], [-1, 1]);
  // Step: counts (2, 0), scores (-2, 0). Count: (0, 0), (0, 0). 2 spikes too many in 2 neurons.
  expect(await unevenness(both, batch([0, 0]), { steps: 4, encoder, seed: 0 })).toEqual({
    sameAnswers: 0,
    spikes: { a: 1 },
  });
});

test('unevenness is 0 where the current is constant', async () => {
  const one: Network = network(input(2), cell('a', 'input'));
  const data = batch([0.25, 0.5], [1, 0.125]);
  expect(await unevenness(one, data, { steps: 32, encoder: direct(), seed: 0 })).toEqual({
    sameAnswers: 1,
    spikes: { a: 0 },
  });
});

test('unevenness stays within a few spikes of hundreds for a converted network', async () => {
  const { deep } = tinyNetworks();
  const data = tinyBatch(deep, 4);
  const found = await unevenness(await convert(ecc(), deep, data), data, { steps: 256, encoder: regular(), seed: 0 });
  expect(Object.keys(found.spikes)).toEqual(['relu1', 'relu2', 'relu3']);
  for (const spikes of Object.values(found.spikes)) expect(spikes).toBeLessThan(5);
  expect(found.sameAnswers).toBeGreaterThanOrEqual(0.75);
});
