import { train } from '@spikewright/training';
import '@tensorflow/tfjs-backend-wasm';
import { setBackend } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { batch, linear } from './tiny.js';

const two = batch(
  [
    [0, 0],
    [1, 1],
  ],
  [0, 1],
);

test('train asks for a back end and for gradients', async () => {
  await expect(train(linear, two, { batchSize: 2 })).rejects.toThrow(
    "Cannot train: await setBackend('wasm') of tfjs first: no back end is set",
  );
  await setBackend('wasm');
  await expect(train(linear, two, { batchSize: 2 })).rejects.toThrow(
    'Cannot train: call registerTrainingKernels() of @spikewright/tfjs-kernels-wasm first: no gradients are registered',
  );
});
