import { saveNetwork } from '@spikewright/snn-core';
import { initialise } from '@spikewright/training';
import { expect, test } from 'vitest';
import { convolutional, filled, network, values } from './tiny.js';

test('initialise draws kernels with variance 2 / inputs and sets the rest', () => {
  const start = initialise(convolutional(28, 64, 10), 1);
  const variance = (name: string): number => {
    const kernel = values(start, name, 'kernel');
    const mean = kernel.reduce((sum, value) => sum + value, 0) / kernel.length;
    expect(Math.abs(mean)).toBeLessThan(0.05);
    return kernel.reduce((sum, value) => sum + (value - mean) ** 2, 0) / kernel.length;
  };
  expect(variance('conv') / (2 / 9)).toBeCloseTo(1, 0.7); // 576 values: within 10 %
  expect(variance('scores') / (2 / 12544)).toBeCloseTo(1, 1.5);
  expect(new Set(values(start, 'scores', 'bias'))).toEqual(new Set([0]));
  for (const [field, value] of Object.entries({ gamma: 1, beta: 0, mean: 0, variance: 1 })) {
    expect(new Set(values(start, 'norm', field))).toEqual(new Set([value]));
  }
});

test('initialise gives equal weights for equal seeds, and its own to each node', () => {
  const dense = (name: string, from: string) =>
    ({ name, op: 'dense', inputs: [from], kernel: filled([4, 4]) }) as const;
  const twins = network({ name: 'input', op: 'input', inputs: [], shape: [4] }, dense('a', 'input'), dense('b', 'a'));
  const [one, again, other] = [initialise(twins, 1), initialise(twins, 1), initialise(twins, 2)];
  expect(saveNetwork(one)).toEqual(saveNetwork(again));
  expect(saveNetwork(one)).not.toEqual(saveNetwork(other));
  expect(values(one, 'a', 'kernel')).not.toEqual(values(one, 'b', 'kernel'));
  expect(values(twins, 'a', 'kernel')).toEqual(new Array(16).fill(0)); // the given network stays
});
