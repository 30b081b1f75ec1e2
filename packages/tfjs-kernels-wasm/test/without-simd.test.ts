import { registerTrainingKernels, whyNoSimdKernels } from '@spikewright/tfjs-kernels-wasm';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { expectNumericalGradient, expectSameOnBothBackends, random } from './two-backends.js';

test('simd: false leaves compositions, of any stride and padding', async () => {
  tf.enableProdMode();
  await tf.setBackend('wasm');
  registerTrainingKernels({ simd: false });
  expect(whyNoSimdKernels()).toBe('they have not been registered');
  for (const [stride, pad] of [
    [1, 'same'],
    [2, 'same'],
    [3, 'valid'],
  ] as const) {
    await expectSameOnBothBackends(() => {
      const network = (x: tf.Tensor, filter: tf.Tensor): tf.Tensor => {
        const y = tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, stride, pad);
        return tf.maxPool(y as tf.Tensor4D, 2, 1, 'valid');
      };
      return tf.grads(network)([random([4, 12, 11, 5], 1), random([3, 3, 5, 4], 2)]);
    });
  }
});

test.each([
  [[2, 7, 6, 4], [3, 3, 4, 1], 1, 'same', 1],
  [[2, 8, 7, 3], [3, 2, 3, 2], 2, 'valid', 1],
  [[1, 5, 6, 4], [3, 3, 4, 1], 1, 1, 1],
] as const)('simd: false leaves depthwise gradients: %j, %j', async (shape, taps, stride, pad, dilation) => {
  await tf.setBackend('wasm');
  registerTrainingKernels({ simd: false });
  await expectSameOnBothBackends(() => {
    const forward = (a: tf.Tensor, b: tf.Tensor): tf.Tensor =>
      tf.depthwiseConv2d(a as tf.Tensor4D, b as tf.Tensor4D, stride, pad, 'NHWC', dilation);
    const [x, filter] = [random([...shape], 1), random([...taps], 2)];
    return tf.grads(forward)([x, filter], random(forward(x, filter).shape, 3));
  });
});

test('simd: false leaves dilated depthwise gradients, which agree with central differences', async () => {
  await tf.setBackend('wasm');
  const [x, filter] = [random([2, 8, 9, 5], 1) as tf.Tensor4D, random([3, 2, 5, 1], 2) as tf.Tensor4D];
  const forward = (a: tf.Tensor, b: tf.Tensor): tf.Tensor =>
    tf.depthwiseConv2d(a as tf.Tensor4D, b as tf.Tensor4D, 1, 'same', 'NHWC', [1, 3]);
  expectNumericalGradient((input) => forward(input, filter), x);
  expectNumericalGradient((input) => forward(x, input), filter);
});

test('simd: false leaves the gradient of gather, and sums of segments: rows of no segment are left out', async () => {
  await expectSameOnBothBackends(() => {
    const picked = (x: tf.Tensor): tf.Tensor => tf.gather(x, tf.tensor1d([4, 0, 4, 2], 'int32'));
    return [tf.grad(picked)(random([5, 3], 1), random([4, 3], 2))];
  });
  await tf.setBackend('wasm');
  // Rows 0 and 2 go to segment 1, row 1 to none.
  const sums = tf.unsortedSegmentSum(tf.tensor2d([1, 2, 3, 4, 5, 6], [3, 2]), tf.tensor1d([1, -1, 1], 'int32'), 2);
  expect([...sums.dataSync()]).toEqual([0, 0, 6, 8]);
});
