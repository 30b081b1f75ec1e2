import { type BatchStatistics, forward, simulate, valuesOf } from '@spikewright/engine-tfjs';
import type { BatchNorm, Network, Node } from '@spikewright/snn-core';
import { registerTrainingKernels } from '@spikewright/tfjs-kernels-wasm';
import { registerNeuronKernels } from '@spikewright/tfjs-kernels-wasm/neurons';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { drawn, filled, input, network, neuron } from './networks.js';

tf.enableProdMode();

const activation = (node: Partial<Node>): Network =>
  network(input(5), { name: 'activation', inputs: ['input'], ...node } as Node);

// λ = 2, L = 4: levels 1/2 apart, h = 0, 0, 1/2, 1, 2.
const Z = [-0.1, 0.1, 0.6, 1.1, 2.2];
const qcfs = { op: 'qcfs', lambda: 2, levels: 4 } as const;

// On cpu compositions are at work, on wasm the fused kernels.
describe.each(['cpu', 'wasm'])('on %s', (backend) => {
  beforeAll(async () => {
    await tf.setBackend('wasm');
    registerTrainingKernels();
    registerNeuronKernels();
    await tf.setBackend(backend);
  });

  //  activation, gate, h, dh/dz, sum of dh/dλ
  test.each([
    // Within (0, 2) dh/dλ = (h - z) / λ: (-0.1 - 0.1 - 0.1) / 2; above it 1.
    [qcfs, 'code', [0, 0, 0.5, 1, 2], [0, 1, 1, 1, 0], 0.85],
    // Within (-1/4, 7/4) is -0.1 too: 0.1 / 2 more.
    [qcfs, 'paper', [0, 0, 0.5, 1, 2], [1, 1, 1, 1, 0], 0.9],
    [{ op: 'clip', lambda: 2 }, 'code', [0, 0.1, 0.6, 1.1, 2], [0, 1, 1, 1, 0], 1],
  ] as const)('forward gives %o with the gate %s, and its gradients', (node, gate, h, toZ, toLambda) => {
    const ann = activation(node);
    tf.tidy(() => {
      const x = tf.tensor2d([Z]);
      const run = (z: tf.Tensor, lambda: tf.Tensor): tf.Tensor =>
        forward(ann, z, { 'activation.lambda': lambda }, { gate }).activation;
      expect(run(x, tf.scalar(2)).dataSync()).toBeAllClose(h, { absolute: 1e-6 });
      // λ is taken from the node where it is not among the values.
      expect(forward(ann, x, {}).activation.dataSync()).toBeAllClose(h, { absolute: 1e-6 });
      const [dz, dLambda] = tf.grads(run as never)([x, tf.scalar(2)]);
      expect([...dz.dataSync()]).toEqual(toZ);
      expect(dLambda.dataSync()[0]).toBeCloseTo(toLambda, 5);
    });
  });

  test('forward has the derivatives of batch normalisation by the batch', () => {
    const tensors = { gamma: drawn(1, 2), beta: drawn(2, 2), mean: filled([2]), variance: filled([2], 1) };
    const norm: BatchNorm = { name: 'norm', op: 'batchNorm', inputs: ['input'], ...tensors, epsilon: 0.01 };
    const ann = network(input(2), norm);
    tf.tidy(() => {
      const { 'norm.gamma': gamma, 'norm.beta': beta } = valuesOf(ann);
      const given = [tf.randomUniform([6, 2], -1, 1, 'float32', 1), gamma, beta];
      const seen: BatchStatistics[] = [];
      const weights = tf.randomUniform([6, 2], -1, 1, 'float32', 2);
      const loss = (x: tf.Tensor, scale: tf.Tensor, shift: tf.Tensor): tf.Scalar => {
        const onStatistics = (_: unknown, statistics: BatchStatistics): void => void seen.push(statistics);
        const values = { 'norm.gamma': scale, 'norm.beta': shift };
        return tf.sum(tf.mul(weights, forward(ann, x, values, { onStatistics }).norm));
      };
      const gradients = tf.grads(loss as never)(given);
      const h = 2 ** -6;
      given.forEach((tensor, place) => {
        const found = gradients[place].dataSync();
        for (let i = 0; i < tensor.size; i++) {
          const step = tf.reshape(tf.oneHot(tf.scalar(i, 'int32'), tensor.size), tensor.shape);
          const at = (by: number): number => {
            const all = given.map((other, j) => (j === place ? tf.add(other, tf.mul(step, by)) : other));
            return (loss as (...all: tf.Tensor[]) => tf.Scalar)(...all).dataSync()[0];
          };
          expect(found[i]).toBeCloseTo((at(h) - at(-h)) / (2 * h), 2);
        }
      });
      tf.dispose(seen.flatMap(({ mean, variance }) => [mean, variance]));
    });
  });

  test('simulate adds the gradients of all steps where each has the same input', () => {
    const lif = network(input(3), neuron('lif', 'input', { leak: 0.5, fires: '>' }));
    tf.tidy(() => {
      const x = tf.tensor2d([[0.25, 0.75, 1.25]]);
      const loss = (given: tf.Tensor): tf.Tensor => simulate(lif, given, {}, { steps: 3 }).scores;
      const once = tf.grad(loss)(x);
      const frames = tf.tile(tf.reshape(x, [1, 1, 3]), [3, 1, 1]);
      const each = tf.grad(loss)(frames);
      expect(once.dataSync()).toBeAllClose(tf.sum(each, 0).dataSync(), { absolute: 1e-6 });
      expect(once.dataSync()[1]).toBeGreaterThan(0.5);
    });
  });
});

test('forward refuses nodes with a memory', () => {
  expect(() => forward(network(input(1), neuron('lif', 'input')), tf.zeros([1, 1]), {})).toThrow(
    new TypeError("Cannot compute node 'lif': it must have no memory (run it over time): neuron"),
  );
});
