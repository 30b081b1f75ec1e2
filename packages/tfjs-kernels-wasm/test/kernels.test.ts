import { registerTrainingKernels } from '@spikewright/tfjs-kernels-wasm';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { expectSameOnBothBackends, random } from './two-backends.js';

beforeAll(async () => {
  tf.enableProdMode();
  await tf.setBackend('wasm');
  registerTrainingKernels();
});

//   a          b          transposeA, transposeB
const products: [number[], number[], boolean, boolean][] = [
  [[5, 7], [7, 3], false, false],
  [[7, 5], [7, 3], true, false],
  [[5, 7], [3, 7], false, true],
  [[7, 5], [3, 7], true, true],
  [[2, 7, 5], [2, 3, 7], true, true],
  [[4, 1, 7, 5], [1, 3, 7, 2], true, false], // the batches are broadcast
];

test.each(products)(
  'BatchMatMul and its gradients equal the cpu back end: %j, %j, %j, %j',
  async (a, b, left, right) => {
    await expectSameOnBothBackends(() => {
      const product = (x: tf.Tensor, y: tf.Tensor): tf.Tensor => tf.matMul(x, y, left, right);
      const inputs = [random(a, 1), random(b, 2)] as const;
      const value = product(...inputs);
      return [value, ...tf.grads(product)([...inputs], random(value.shape, 3))];
    });
  },
);

//   shape     axes
const sums: [number[], number | number[] | undefined][] = [
  [[40, 5], 0],
  [
    [6, 5, 4],
    [0, 1],
  ],
  [
    [6, 5, 4],
    [1, 0],
  ],
  [
    [6, 5, 4],
    [-3, -2],
  ],
  [
    [6, 5, 4],
    [1, 2],
  ],
  [[6, 5, 4], 1],
  [[6, 5, 4], undefined],
  [[1, 5], 0],
  [[40, 1], 0],
];

test.each(sums)('Sum equals the cpu back end: %j over %j', async (shape, axis) => {
  await expectSameOnBothBackends(() => [false, true].map((keep) => tf.sum(random(shape, 1), axis, keep)));
  const expected = tf.zeros(shape).shape.map((_, i) => i);
  expect(tf.sum(random(shape, 1), axis, true).rank).toBe(expected.length);
});

test('Sum keeps whole numbers whole', async () => {
  await tf.setBackend('wasm');
  const x = tf.tensor2d(
    [
      [1, 2],
      [3, 4],
      [5, 6],
    ],
    [3, 2],
    'int32',
  );
  expect([...tf.sum(x, 0).dataSync()]).toEqual([9, 12]); // 1+3+5, 2+4+6
});

test('Identity shares the data, and either tensor may go first', async () => {
  await tf.setBackend('wasm');
  const before = tf.memory();
  const x = tf.tensor1d([1, 2, 3]);
  const copy = tf.clone(x);
  expect(tf.memory().numDataBuffers).toBe(before.numDataBuffers + 1);
  x.dispose();
  expect([...copy.dataSync()]).toEqual([1, 2, 3]);
  copy.dispose();
  expect(tf.memory()).toMatchObject({ numTensors: before.numTensors, numBytes: before.numBytes });
});
