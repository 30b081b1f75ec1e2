import { batchNormTraining, registerTrainingKernels } from '@spikewright/tfjs-kernels-wasm';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { expectNumericalGradient, expectSameOnBothBackends, random } from './two-backends.js';

beforeAll(async () => {
  tf.enableProdMode();
  await tf.setBackend('wasm');
  registerTrainingKernels();
});

test('batchNormTraining equals the composition on the cpu back end, whatever the shape', async () => {
  const shapes = fc.tuple(
    fc.array(fc.integer({ min: 2, max: 9 }), { minLength: 1, maxLength: 3 }),
    fc.integer({ min: 1, max: 21 }),
  );
  const property = fc.asyncProperty(shapes, fc.integer({ min: 1, max: 1000 }), async ([rows, channels], seed) => {
    await expectSameOnBothBackends(() => {
      const [gamma, beta] = [random([channels], seed + 1), random([channels], seed + 2)];
      const { y, mean, variance } = batchNormTraining(random([...rows, channels], seed), gamma, beta, 0.1);
      const normalise = (...inputs: tf.Tensor[]): tf.Tensor =>
        batchNormTraining(inputs[0], inputs[1], inputs[2], 0.1).y;
      const dy = random([...rows, channels], seed + 3);
      return [y, mean, variance, ...tf.grads(normalise)([random([...rows, channels], seed), gamma, beta], dy)];
    });
  });
  await fc.assert(property, { numRuns: 30 });
});

test('batchNormTraining by hand', async () => {
  await tf.setBackend('wasm');
  const x = tf.tensor2d([[1], [3]]);
  const { y, mean, variance } = batchNormTraining(x, tf.tensor1d([2]), tf.tensor1d([5]), 0);
  // mean 2, variance ((1-2)² + (3-2)²) / 2 = 1, y = 2 (x - 2) / 1 + 5
  expect([mean, variance, y].map((tensor) => [...tensor.dataSync()])).toEqual([[2], [1], [3, 7]]);
});

test('the gradients of batchNormTraining agree with central differences', async () => {
  await tf.setBackend('wasm');
  const [x, gamma, beta] = [random([6, 5, 7], 1), random([7], 2), random([7], 3)];
  expectNumericalGradient((input) => batchNormTraining(input, gamma, beta, 0.1).y, x);
  expectNumericalGradient((input) => batchNormTraining(x, input, beta, 0.1).y, gamma);
  expectNumericalGradient((input) => batchNormTraining(x, gamma, input, 0.1).y, beta);
});

test('batchNormTraining keeps its digits over many rows far from 0', async () => {
  await tf.setBackend('wasm');
  const rows = 100_000;
  // 100 and 101 in turn: mean 100.5, variance 1/4; a single sum of floats would lose it.
  const x = tf.tensor2d(
    Float32Array.from({ length: rows }, (_, row) => 100 + (row % 2)),
    [rows, 1],
  );
  const { mean, variance } = batchNormTraining(x, tf.ones([1]), tf.zeros([1]), 0);
  expect([mean.dataSync()[0], variance.dataSync()[0]]).toEqual([100.5, 0.25]);
});

const misfits: [string, () => tf.Tensor[], string][] = [
  ['gamma', () => [tf.ones([4, 3]), tf.ones([2]), tf.zeros([3])], 'gamma must have shape [3]: [2]'],
  ['beta', () => [tf.ones([4, 3]), tf.ones([3]), tf.zeros([3, 1])], 'beta must have shape [3]: [3,1]'],
  ['x', () => [tf.ones([4, 3], 'int32'), tf.ones([3]), tf.zeros([3])], 'x must be float32: int32'],
];

test.each(misfits)('batchNormTraining refuses what would be read beyond its end: %s', async (_name, make, rule) => {
  await tf.setBackend('wasm');
  const [x, gamma, beta] = make();
  expect(() => batchNormTraining(x, gamma, beta)).toThrow(`Cannot run BatchNormTraining: ${rule}`);
});
