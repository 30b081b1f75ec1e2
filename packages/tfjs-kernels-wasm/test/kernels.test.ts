import { registerTrainingKernels } from '@spikewright/tfjs-kernels-wasm';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { expectSameOnBothBackends, random } from './two-backends.js';

type Four = [number, number, number, number];

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

//   x [n, h, w, c]  window  strides  padding
const pools: [Four, [number, number], [number, number], 'valid' | 'same'][] = [
  [[2, 8, 6, 3], [2, 2], [2, 2], 'valid'], // tiles
  [[2, 6, 6, 4], [3, 2], [3, 2], 'valid'], // tiles, not square
  [[2, 8, 6, 4], [2, 2], [2, 2], 'same'],
  [[2, 7, 7, 3], [2, 2], [2, 2], 'valid'], // a remainder
  [[2, 7, 7, 3], [3, 3], [2, 2], 'valid'], // windows overlap
  [[1, 5, 5, 2], [3, 3], [1, 1], 'same'],
];

test.each(pools)('AvgPoolGrad equals the cpu back end: %j, %j, %j, %s', async (shape, size, strides, pad) => {
  await expectSameOnBothBackends(() => {
    const pool = (x: tf.Tensor): tf.Tensor => tf.avgPool(x as tf.Tensor4D, size, strides, pad);
    return [tf.grad(pool)(random(shape, 1), random(pool(random(shape, 1)).shape, 2))];
  });
});

test.each(pools)('MaxPool gradients equal the cpu back end: %j, %j, %j, %s', async (shape, size, strides, pad) => {
  await expectSameOnBothBackends(() => {
    const pool = (x: tf.Tensor): tf.Tensor => tf.maxPool(x as tf.Tensor4D, size, strides, pad);
    return [tf.grad(pool)(random(shape, 1), random(pool(random(shape, 1)).shape, 2))];
  });
});

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

test('the kernels leave no tensor and no memory behind', async () => {
  await tf.setBackend('wasm');
  const step = (): void =>
    tf.tidy(() => {
      for (const stride of [1, 2]) {
        const conv = (x: tf.Tensor, k: tf.Tensor): tf.Tensor =>
          tf.conv2d(x as tf.Tensor4D, k as tf.Tensor4D, stride, 'same');
        tf.grads(conv)([random([2, 8, 7, 3], 1), random([3, 3, 3, 4], 2)]);
      }
      const pool = (x: tf.Tensor): tf.Tensor => tf.avgPool(x as tf.Tensor4D, 2, 2, 'valid');
      tf.grad(pool)(random([1, 4, 4, 2], 1));
      tf.sum(tf.matMul(random([7, 5], 1), random([3, 7], 2), true, true), 0);
    });
  const kept = (): number =>
    (tf.backend() as unknown as { dataIdMap: { data: unknown; numDataIds(): number } }).dataIdMap.numDataIds();
  step();
  const [{ numTensors, numDataBuffers, numBytes }, buffers] = [tf.memory(), kept()];
  for (let i = 0; i < 5; i++) step();
  expect(tf.memory()).toMatchObject({ numTensors, numDataBuffers, numBytes });
  expect(kept()).toBe(buffers); // intermediates live only in the back end: tf.memory() does not see them
});
