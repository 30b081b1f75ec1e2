import { registerTrainingKernels } from '@spikewright/tfjs-kernels-wasm';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { expectNumericalGradient, expectSameOnBothBackends, random } from './two-backends.js';

beforeAll(async () => {
  tf.enableProdMode();
  await tf.setBackend('wasm');
  registerTrainingKernels();
});

test.each([[[7]], [[7, 5]], [[7, 2, 6]]])('UnsortedSegmentSum equals the cpu back end: rows of %j', async (shape) => {
  await expectSameOnBothBackends(() => {
    const ids = tf.tensor1d([2, 0, 2, 3, 0, 2, 3], 'int32');
    return [tf.unsortedSegmentSum(random(shape, 1), ids, 5)];
  });
});

test('UnsortedSegmentSum leaves out segments that do not exist, adds whole numbers, and has a gradient', async () => {
  await tf.setBackend('wasm');
  const ids = tf.tensor1d([1, -1, 2, 1], 'int32');
  const x = tf.tensor1d([1, 2, 4, 8], 'int32');
  expect([...tf.unsortedSegmentSum(x, ids, 2).dataSync()]).toEqual([0, 9]); // 1 + 8; -1 and 2 are none
  const gradient = tf.grad((rows: tf.Tensor) => tf.unsortedSegmentSum(rows, ids, 2));
  expect([...gradient(tf.ones([4, 2]), tf.tensor2d([1, 2, 3, 4], [2, 2])).dataSync()]).toEqual([
    3, 4, 0, 0, 0, 0, 3, 4,
  ]);
});

test.each([
  [[5, 3], 0, [2]],
  [[5, 3], 0, [4, 0, 4, 4]],
  [[3, 5, 2], 1, [0, 3, 3]],
  [[3, 2, 5], -1, [1, 1]],
] as [number[], number, number[]][])('gather has a gradient: %j along %j, %j', async (shape, axis, picked) => {
  await tf.setBackend('wasm');
  const indices = tf.tensor1d(picked, 'int32');
  expectNumericalGradient((x) => tf.gather(x, indices, axis), random(shape, 1));
});

test('gather with a table of indices has a gradient, with batch dimensions it says that it has none', async () => {
  await tf.setBackend('wasm');
  const table = tf.tensor2d([1, 2, 2, 0], [2, 2], 'int32');
  const gradient = tf.grad((x: tf.Tensor) => tf.gather(x, table))(
    tf.zeros([3, 1]),
    tf.tensor3d([1, 2, 3, 4], [2, 2, 1]),
  );
  expect([...gradient.dataSync()]).toEqual([4, 1, 5]); // row 2 was picked twice: 2 + 3
  const batched = tf.grad((x: tf.Tensor) => tf.gather(x, table, 1, 1));
  expect(() => batched(tf.zeros([2, 3]))).toThrow(
    'Cannot differentiate gather: it has no gradient with batch dimensions: 1',
  );
});
