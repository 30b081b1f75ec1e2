import { registerTrainingKernels, whyNoSimdKernels } from '@spikewright/tfjs-kernels-wasm';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { expectSameOnBothBackends, random } from './two-backends.js';

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
