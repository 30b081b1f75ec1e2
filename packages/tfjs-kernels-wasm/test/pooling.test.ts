import { registerTrainingKernels } from '@spikewright/tfjs-kernels-wasm';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { expectNumericalGradient, expectSameOnBothBackends, random } from './two-backends.js';

type Two = [number, number];

beforeAll(async () => {
  tf.enableProdMode();
  await tf.setBackend('wasm');
  registerTrainingKernels();
});

/** Any pooling of a small image with any number of channels, windows that overlap, leave gaps or tile. */
const poolings = fc.record({
  shape: fc.tuple(
    fc.integer({ min: 1, max: 3 }),
    fc.integer({ min: 4, max: 9 }),
    fc.integer({ min: 4, max: 9 }),
    fc.integer({ min: 1, max: 9 }),
  ),
  size: fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 })),
  strides: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
  seed: fc.integer({ min: 1, max: 1000 }),
});

test('MaxPool gradients equal the cpu back end, whatever the window, stride, padding and channels', async () => {
  const property = fc.asyncProperty(poolings, fc.constantFrom('same', 'valid'), async (pooling, pad) => {
    const { shape, size, strides, seed } = pooling;
    await expectSameOnBothBackends(() => {
      const pool = (x: tf.Tensor): tf.Tensor => tf.maxPool(x as tf.Tensor4D, size, strides, pad as 'same');
      return [tf.grad(pool)(random(shape, seed), random(pool(random(shape, seed)).shape, seed + 1))];
    });
  });
  await fc.assert(property, { numRuns: 40 });
});

test('AvgPool gradients equal the cpu back end, whatever the window, stride and channels', async () => {
  const property = fc.asyncProperty(poolings, async ({ shape, size, strides, seed }) => {
    await expectSameOnBothBackends(() => {
      const pool = (x: tf.Tensor): tf.Tensor => tf.avgPool(x as tf.Tensor4D, size, strides, 'valid');
      return [tf.grad(pool)(random(shape, seed), random(pool(random(shape, seed)).shape, seed + 1))];
    });
  });
  await fc.assert(property, { numRuns: 40 });
});

const padded: [Two, Two][] = [
  [
    [3, 3],
    [1, 1],
  ],
  [
    [2, 3],
    [2, 2],
  ],
  [
    [3, 2],
    [2, 1],
  ],
];

test.each(padded)(
  'AvgPool gradients with padding are those of what it computes, window %j, strides %j',
  async (size, strides) => {
    // The cpu back end divides by the whole window here, as if its zeros counted, and so contradicts its own pooling.
    await tf.setBackend('wasm');
    expectNumericalGradient((x) => tf.avgPool(x as tf.Tensor4D, size, strides, 'same'), random([1, 5, 5, 3], 1));
  },
);

test('AvgPool of ones is 1 with padding, and gives back the whole gradient', async () => {
  await tf.setBackend('wasm');
  const x = tf.ones([1, 3, 3, 1]) as tf.Tensor4D;
  const pool = (image: tf.Tensor): tf.Tensor => tf.avgPool(image as tf.Tensor4D, 3, 1, 'same');
  expect([...pool(x).dataSync()]).toBeAllClose(new Float32Array(9).fill(1), { relative: 0, absolute: 1e-6 });
  // A corner lies under windows of 4, 6, 6 and 9 inputs: 1/4 + 1/6 + 1/6 + 1/9 = 25/36.
  expect(tf.grad(pool)(x).dataSync()[0]).toBeCloseTo(25 / 36, 6);
});

test('MaxPool gives the gradient of a tie to the first of the largest, below 0 too', async () => {
  await tf.setBackend('wasm');
  for (const channels of [1, 4, 5]) {
    const image = tf.tile(tf.tensor4d([-2, -1, -1, -3], [1, 2, 2, 1]), [1, 1, 1, channels]) as tf.Tensor4D;
    const gradient = tf.grad((x: tf.Tensor) => tf.maxPool(x as tf.Tensor4D, 2, 2, 'valid'))(image);
    expect([...tf.sum(gradient, 3).dataSync()]).toEqual([0, channels, 0, 0]);
  }
});
