import { registerTrainingKernels } from '@spikewright/tfjs-kernels-wasm';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { expectNumericalGradient, expectSameOnBothBackends, random } from './two-backends.js';

type Four = [number, number, number, number];
type Pad = 'same' | 'valid' | [[number, number], [number, number], [number, number], [number, number]];

beforeAll(async () => {
  tf.enableProdMode();
  await tf.setBackend('wasm');
  registerTrainingKernels();
});

const explicit = (top: number, bottom: number, left: number, right: number): Pad => [
  [0, 0],
  [top, bottom],
  [left, right],
  [0, 0],
];

//   input [n, h, w, c], output channels, padding: all have 64 tiles of 2x2 outputs or more
const convolutions: [Four, number, Pad][] = [
  [[4, 8, 8, 8], 8, 'same'],
  [[4, 8, 8, 4], 16, 'valid'], // too few tiles at 6x6: the stock kernel
  [[6, 9, 7, 4], 8, 'same'], // odd sides: tiles hang over the edge
  [[6, 9, 11, 5], 7, 'same'], // channels that fill no vector
  [[8, 9, 10, 6], 9, 'valid'],
  [[7, 7, 8, 13], 4, explicit(1, 2, 0, 1)],
  [[7, 8, 7, 4], 5, explicit(2, 2, 2, 2)],
  [[3, 13, 9, 4], 33, explicit(0, 1, 2, 0)],
];

test.each(convolutions)(
  'Conv2D with 3x3 taps and its gradients equal the cpu back end: %j to %j, %j',
  async (shape, to, pad) => {
    await expectSameOnBothBackends(() => {
      const forward = (a: tf.Tensor, b: tf.Tensor): tf.Tensor => tf.conv2d(a as tf.Tensor4D, b as tf.Tensor4D, 1, pad);
      const [x, filter] = [random(shape, 1), random([3, 3, shape[3], to], 2)];
      const y = forward(x, filter);
      return [y, ...tf.grads(forward)([x, filter], random(y.shape, 3))];
    });
  },
);

test('the gradients of a convolution with 3x3 taps agree with central differences', async () => {
  await tf.setBackend('wasm');
  const [x, filter] = [random([4, 8, 8, 5], 1) as tf.Tensor4D, random([3, 3, 5, 6], 2) as tf.Tensor4D];
  expectNumericalGradient((image) => tf.conv2d(image as tf.Tensor4D, filter, 1, 'same'), x);
  expectNumericalGradient((taps) => tf.conv2d(x, taps as tf.Tensor4D, 1, 'same'), filter);
});

test('Conv2D gives whole numbers exactly: products of small ones need no rounding', async () => {
  await tf.setBackend('wasm');
  const x = tf.ones([4, 8, 8, 8]) as tf.Tensor4D;
  const inner = tf.slice(tf.conv2d(x, tf.ones([3, 3, 8, 8]) as tf.Tensor4D, 1, 'same'), [0, 1, 1, 0], [4, 6, 6, 8]);
  expect([...new Set(inner.dataSync())]).toEqual([72]); // 3 · 3 · 8 ones
});

test('NaN and infinity stay within reach of their taps', async () => {
  await tf.setBackend('wasm');
  const data = new Float32Array(4 * 8 * 8 * 8);
  data[0] = Number.NaN;
  const x = tf.tensor4d(data, [4, 8, 8, 8]);
  const y = tf.conv2d(x, tf.ones([3, 3, 8, 8]) as tf.Tensor4D, 1, 'same').dataSync();
  expect(y[0]).toBeNaN();
  // A tile of 4x4 inputs is mixed as a whole: its four outputs may be NaN, the next image is not.
  expect(y.subarray(8 * 8 * 8).some(Number.isNaN)).toBe(false);
});

test('channels first is left to the stock kernel, which refuses it', async () => {
  await tf.setBackend('wasm');
  const x = tf.ones([4, 8, 8, 8]) as tf.Tensor4D;
  expect(() => tf.conv2d(x, tf.ones([3, 3, 8, 8]) as tf.Tensor4D, 1, 'same', 'NCHW')).toThrow(
    'wasm backend Conv2D does not support dataFormat',
  );
});
