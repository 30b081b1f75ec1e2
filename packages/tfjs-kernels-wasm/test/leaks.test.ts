import { batchNormTraining, registerTrainingKernels } from '@spikewright/tfjs-kernels-wasm';
import { qcfs, registerNeuronKernels, spikingNeurons } from '@spikewright/tfjs-kernels-wasm/neurons';
import '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { random } from './two-backends.js';

type Four = tf.Tensor4D;

/** A step that runs every kernel there is, forwards and backwards. */
function step(): void {
  tf.tidy(() => {
    const lambda = tf.scalar(2);
    const objective = (x: tf.Tensor, k: tf.Tensor, taps: tf.Tensor, gamma: tf.Tensor): tf.Tensor => {
      const wide = tf.conv2d(x as Four, k as Four, 1, 'same');
      const { y } = batchNormTraining(wide, gamma, tf.zeros([5]), 0.1);
      const deep = tf.depthwiseConv2d(qcfs(y, lambda, 4) as Four, taps as Four, 1, 'same');
      const strided = tf.conv2d(
        tf.avgPool(tf.maxPool(deep as Four, 2, 1, 'same'), 2, 2, 'valid'),
        k as Four,
        2,
        'same',
      );
      const rows = tf.reshape(strided, [-1, 5]);
      const settings = { steps: 2, threshold: tf.scalar(1), initial: tf.scalar(0) };
      const spikes = spikingNeurons(tf.slice(rows, 0, 8), settings).spikes;
      const picked = tf.gather(spikes, tf.tensor1d([0, 3, 3], 'int32'));
      return tf.sum(tf.matMul(picked, random([7, 5], 1), false, true));
    };
    tf.grads(objective)([random([4, 8, 8, 5], 1), random([3, 3, 5, 5], 2), random([3, 3, 5, 1], 3), tf.ones([5])]);
  });
}

test('a thousand steps leave no tensor and no memory behind', async () => {
  tf.enableProdMode();
  await tf.setBackend('wasm');
  registerTrainingKernels();
  registerNeuronKernels();
  const backend = tf.backend() as unknown as { numDataIds(): number; wasm: { HEAPU8: Uint8Array } };
  for (let i = 0; i < 10; i++) step();
  const [{ numTensors, numDataBuffers, numBytes }, kept] = [tf.memory(), backend.numDataIds()];
  const heap = backend.wasm.HEAPU8.length;
  for (let i = 0; i < 1000; i++) step();
  expect(tf.memory()).toMatchObject({ numTensors, numDataBuffers, numBytes });
  expect(backend.numDataIds()).toBe(kept); // intermediates live only in the back end: tf.memory() does not see them
  expect(backend.wasm.HEAPU8.length).toBe(heap);
});
