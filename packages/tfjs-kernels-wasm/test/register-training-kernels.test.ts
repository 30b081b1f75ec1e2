import { registerTrainingKernels, whyNoSimdKernels } from '@spikewright/tfjs-kernels-wasm';
import { registerNeuronKernels, whyNoNeuronKernels } from '@spikewright/tfjs-kernels-wasm/neurons';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test, vi } from 'vitest';

// The order matters: each test finds the registry as the one before left it.

test('registerTrainingKernels asks for the wasm back end', () => {
  expect(() => registerTrainingKernels()).toThrow(
    "Cannot register training kernels: import '@tensorflow/tfjs-backend-wasm' first: no wasm back end registered",
  );
  expect(tf.getGradient('Conv2D')).toBeUndefined(); // nothing half-made
});

test('registerTrainingKernels refuses another version of tfjs', async () => {
  vi.resetModules();
  vi.doMock('@tensorflow/tfjs-core', async (original) => ({
    ...(await original<typeof tf>()),
    version_core: '4.23.0',
  }));
  const { registerTrainingKernels: register } = await import('@spikewright/tfjs-kernels-wasm');
  expect(() => register()).toThrow('Cannot register training kernels: tfjs-core must be version 4.22.0: 4.23.0');
  vi.doUnmock('@tensorflow/tfjs-core');
});

test('importing the package registers nothing', async () => {
  await import('@tensorflow/tfjs-backend-wasm');
  await import('@spikewright/tfjs-kernels-wasm');
  expect(tf.getKernel('Conv2DBackpropFilter', 'wasm')).toBeUndefined();
  expect(tf.getGradient('Conv2D')).toBeUndefined();
});

test('registerTrainingKernels works before the back end is set, leaves other gradients alone, and does nothing twice', async () => {
  const own: tf.GradConfig = { kernelName: 'Relu', gradFunc: () => ({}) };
  tf.registerGradient(own);
  const warn = vi.spyOn(console, 'warn');
  registerTrainingKernels();
  const kernels = tf.getKernelsForBackend('wasm').map(({ kernelFunc }) => kernelFunc);
  registerTrainingKernels();
  expect(tf.getKernelsForBackend('wasm').map(({ kernelFunc }) => kernelFunc)).toEqual(kernels);
  expect(tf.getGradient('Relu')).toBe(own);
  expect(warn).not.toHaveBeenCalled();
  await tf.setBackend('wasm');
  // Stride 2 goes to the stock kernel, which must have been prepared when the back end started.
  const gradient = tf.grad((x: tf.Tensor) => tf.conv2d(x as tf.Tensor4D, tf.ones([1, 1, 1, 1]), 2, 'valid'));
  expect([...gradient(tf.zeros([1, 3, 3, 1])).dataSync()]).toEqual([1, 0, 1, 0, 0, 0, 1, 0, 1]);
});

test('registered after the start, the kernels are in use', () => {
  expect(whyNoSimdKernels()).toBeUndefined();
  expect(whyNoNeuronKernels()).toBe('they have not been registered');
  registerNeuronKernels();
  registerNeuronKernels();
  expect(whyNoNeuronKernels()).toBeUndefined();
});
