import { registerTrainingKernels } from '@spikewright/tfjs-kernels-wasm';
import { type Gate, qcfs, registerNeuronKernels } from '@spikewright/tfjs-kernels-wasm/neurons';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { expectSameOnBothBackends, random } from './two-backends.js';

beforeAll(async () => {
  tf.enableProdMode();
  await tf.setBackend('wasm');
  registerTrainingKernels();
  registerNeuronKernels();
});

test('qcfs and its gradients equal the composition on the cpu back end', async () => {
  const sizes = fc.integer({ min: 1, max: 40 });
  const gates = fc.constantFrom<Gate>('code', 'paper');
  const property = fc.asyncProperty(sizes, fc.integer({ min: 1, max: 16 }), gates, async (size, levels, gate) => {
    await expectSameOnBothBackends(() => {
      const activation = (z: tf.Tensor, lambda: tf.Tensor): tf.Tensor => qcfs(z, lambda as tf.Scalar, levels, gate);
      // One number above λ and one within: neither h nor its gradients are 0 everywhere.
      const z = tf.concat([tf.tensor1d([10, 0.9]), tf.mul(random([size], levels), 3)]);
      const lambda = tf.scalar(1.7);
      return [activation(z, lambda), ...tf.grads(activation)([z, lambda], random([size + 2], 3))];
    });
  });
  await fc.assert(property, { numRuns: 40 });
});

test('qcfs and its gradients by hand, for both gates', async () => {
  await tf.setBackend('wasm');
  // λ = 2, L = 4, levels 1/2 apart. z: below, within the shift below 0, inside, within the shift below λ, above.
  const z = tf.tensor1d([-1, -0.2, 0.6, 1.9, 3]);
  const lambda = tf.scalar(2);
  expect([...qcfs(z, lambda, 4).dataSync()]).toEqual([0, 0, 0.5, 2, 2]);
  const gradients = (gate: Gate): number[][] =>
    tf
      .grads((x: tf.Tensor, bound: tf.Tensor) => qcfs(x, bound as tf.Scalar, 4, gate))([z, lambda])
      .map((gradient) => [...gradient.dataSync()]);
  // code, 0 < z < 2: dλ = (0.5 - 0.6) / 2 + (2 - 1.9) / 2 + 1 = 1
  expect(gradients('code')[0]).toEqual([0, 0, 1, 1, 0]);
  expect(gradients('code')[1][0]).toBeCloseTo(1, 6);
  // paper, -0.25 < z < 1.75: dλ = (0 + 0.2) / 2 + (0.5 - 0.6) / 2 + 1 + 1 = 2.05
  expect(gradients('paper')[0]).toEqual([0, 1, 1, 0, 0]);
  expect(gradients('paper')[1][0]).toBeCloseTo(2.05, 6);
});

test('the straight-through gradients of qcfs are, on average, those of central differences over a level', async () => {
  await tf.setBackend('wasm');
  // A step of one level up and down crosses each rounding once: the slope of the staircase, which is 1 inside.
  const [levels, lambda] = [8, tf.scalar(2)];
  const z = tf.tensor1d([0.4, 0.77, 1.01, 1.3, 1.6]);
  const apart = 2 / levels;
  const slope = tf.div(
    tf.sub(qcfs(tf.add(z, apart), lambda, levels), qcfs(tf.sub(z, apart), lambda, levels)),
    2 * apart,
  );
  const gradient = tf.grad((x: tf.Tensor) => qcfs(x, lambda, levels))(z);
  expect(gradient.dataSync()).toBeAllClose(slope.dataSync() as Float32Array, { relative: 0, absolute: 1e-5 });
});

test('NaN stays NaN', async () => {
  await tf.setBackend('wasm');
  const h = qcfs(tf.tensor1d([Number.NaN, 1, 1, 1, Number.NaN]), tf.scalar(1), 4).dataSync();
  expect([...h]).toEqual([Number.NaN, 1, 1, 1, Number.NaN]);
});

test.each([
  ['levels', () => qcfs(tf.ones([3]), tf.scalar(1), 0), 'levels must be whole and at least 1: 0'],
  ['λ', () => qcfs(tf.ones([3]), tf.ones([2]) as unknown as tf.Scalar, 4), 'lambda must have shape []: [2]'],
  ['z', () => qcfs(tf.ones([3], 'int32'), tf.scalar(1), 4), 'z must be float32: int32'],
] as [string, () => tf.Tensor, string][])('qcfs refuses what would be read wrongly: %s', async (_name, run, rule) => {
  await tf.setBackend('wasm');
  expect(run).toThrow(`Cannot run Qcfs: ${rule}`);
});
