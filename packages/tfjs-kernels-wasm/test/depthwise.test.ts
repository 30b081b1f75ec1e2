import { registerTrainingKernels } from '@spikewright/tfjs-kernels-wasm';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { expectNumericalGradient, expectSameOnBothBackends, random } from './two-backends.js';

type Four = [number, number, number, number];
type Two = [number, number];

beforeAll(async () => {
  tf.enableProdMode();
  await tf.setBackend('wasm');
  registerTrainingKernels();
});

//   input [n, h, w, c], filter [h, w, c, multiplier], strides, padding
const convolutions: [Four, Four, Two, 'same' | 'valid' | number][] = [
  [[2, 7, 6, 4], [3, 3, 4, 1], [1, 1], 'same'],
  [[2, 7, 6, 5], [3, 2, 5, 1], [1, 1], 'valid'],
  [[1, 8, 9, 9], [2, 3, 9, 1], [2, 2], 'same'],
  [[2, 8, 7, 3], [3, 3, 3, 2], [2, 2], 'valid'],
  [[2, 6, 6, 1], [3, 3, 1, 5], [1, 1], 'same'],
  [[1, 6, 6, 6], [1, 1, 6, 1], [3, 3], 'valid'],
  [[1, 5, 6, 4], [3, 3, 4, 1], [1, 1], 1],
];

test.each(convolutions)(
  'depthwise gradients equal the cpu back end: %j, %j, %j, %j',
  async (shape, taps, strides, pad) => {
    await expectSameOnBothBackends(() => {
      const forward = (a: tf.Tensor, b: tf.Tensor): tf.Tensor =>
        tf.depthwiseConv2d(a as tf.Tensor4D, b as tf.Tensor4D, strides, pad);
      const [x, filter] = [random(shape, 1), random(taps, 2)];
      return tf.grads(forward)([x, filter], random(forward(x, filter).shape, 3));
    });
  },
);

test.each([
  [2, 2],
  [1, 3],
] as Two[])('dilated depthwise gradients agree with central differences: %j', async (...dilation) => {
  await tf.setBackend('wasm');
  const [x, filter] = [random([2, 8, 9, 5], 1) as tf.Tensor4D, random([3, 2, 5, 1], 2) as tf.Tensor4D];
  const forward = (a: tf.Tensor, b: tf.Tensor): tf.Tensor =>
    tf.depthwiseConv2d(a as tf.Tensor4D, b as tf.Tensor4D, 1, 'same', 'NHWC', dilation as unknown as Two);
  expectNumericalGradient((input) => forward(input, filter), x);
  expectNumericalGradient((input) => forward(x, input), filter);
});

test('a dilated depthwise convolution has no gradient on other back ends, which would ignore the dilation', async () => {
  await tf.setBackend('cpu');
  const gradient = tf.grad((x: tf.Tensor) =>
    tf.depthwiseConv2d(x as tf.Tensor4D, tf.ones([2, 2, 1, 1]) as tf.Tensor4D, 1, 'valid', 'NHWC', 2),
  );
  expect(() => gradient(tf.ones([1, 5, 5, 1]))).toThrow(
    'a dilation above 1 needs the wasm back end: dilations 2 on cpu',
  );
});
