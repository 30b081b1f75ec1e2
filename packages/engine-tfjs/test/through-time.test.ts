import { forward, simulate, valuesOf } from '@spikewright/engine-tfjs';
import type { BatchNorm, Network, Neuron } from '@spikewright/snn-core';
import { registerTrainingKernels } from '@spikewright/tfjs-kernels-wasm';
import { registerNeuronKernels } from '@spikewright/tfjs-kernels-wasm/neurons';
import '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { conv, drawn, filled, input, network, neuron } from './networks.js';

beforeAll(async () => {
  await tf.setBackend('wasm');
  registerTrainingKernels();
});

/** One neuron that reads its input; a `[steps, 1, 1]` tensor is its currents. */
const alone = (changes: Partial<Neuron>): Network =>
  network(input(1), neuron('lif', 'input', { fires: '>', ...changes }), {
    name: 'scores',
    op: 'dense',
    inputs: ['lif'],
    kernel: filled([1, 1], 1),
  });

/** The gradient of `Σ weight · spike` in the currents. */
const gradient = (lif: Network, currents: number[], weights: number[], options: object): number[] =>
  tf.tidy(() => {
    const values = valuesOf(lif);
    const steps = currents.length;
    const loss = (x: tf.Tensor): tf.Scalar =>
      tf.sum(tf.mul(simulate(lif, x, values, { steps, ...options }).scores, tf.tensor(weights, [steps, 1, 1])));
    return [
      ...tf
        .grad(loss as never)(tf.tensor(currents, [steps, 1, 1]))
        .dataSync(),
    ];
  });

describe.each(['composition', 'kernel'])('by the %s', (way) => {
  beforeAll(() => {
    if (way === 'kernel') registerNeuronKernels();
  });

  test('simulate has the gradient of two steps that were worked out by hand', () => {
    const leaky = alone({ leak: 0.5, reset: 'zero' });
    // Currents 1.25 and 0.75: v1 = 1.25, s1 = 1, u1 = 0; v2 = 0.75, s2 = 0; σ' = 1 - 0.25 in both steps. loss = s1 + 2 s2.
    //   dv2 = 2 · 0.75 = 1.5, to u1 goes 0.75; ds1 = 1 - 0.75 v1 = 0.0625; dv1 = 0.0625 · 0.75 + 0.75 (1 - s1) = 0.046875
    expect(gradient(leaky, [1.25, 0.75], [1, 2], {})).toBeAllClose([0.046875, 1.5], { absolute: 1e-6 });
    // With the reset detached ds1 = 1: dv1 = 0.75.
    expect(gradient(leaky, [1.25, 0.75], [1, 2], { detachReset: true })).toBeAllClose([0.75, 1.5], { absolute: 1e-6 });
    // arctan, subtract, no leak: u1 = 0.25, v2 = 1, which does not pass θ; σ'(1.25) = 1 / (1 + (π / 4)²) = 0.618486,
    //   σ'(1) = 1; dv2 = 2; ds1 = 1 - 2; dv1 = -0.618486 + 2
    const found = gradient(alone({}), [1.25, 0.75], [1, 2], { surrogate: 'arctan' });
    expect(found).toBeAllClose([1.381514, 2], { absolute: 1e-5 });
    // With θ = 2 and a delay of one step, s1 counts in step 2 and s2 nowhere: σ'(2.5) = 0.75 / 2, times 2.
    const late = alone({ threshold: filled([], 2), delay: 1 });
    expect(gradient(late, [2.5, 0.5], [1, 2], { detachReset: true })).toBeAllClose([0.75, 0], { absolute: 1e-6 });
  });

  // Potentials are smooth between spikes: with the reset detached their surrogate gradient is their derivative.
  test.each([
    ['subtract', 1],
    ['zero', 1],
    ['zero', 2],
    ['zero', 4],
  ] as const)('simulate has the derivatives of potentials, reset %s, groups %i', (reset, groups) => {
    const steps = 4;
    const snn = network(
      input(4, 4, 4),
      conv(drawn(11, 3, 3, 4 / groups, 4), { groups }),
      neuron('lif', 'conv', { reset, leak: 0.5, threshold: filled([], 0.71) }),
      { name: 'pool', op: 'globalAvgPool', inputs: ['lif'] },
    );
    tf.tidy(() => {
      const x = tf.randomUniform([steps, 2, 4, 4, 4], 0, 1, 'float32', 5);
      const [kernel] = Object.values(valuesOf(snn));
      const weights = tf.randomUniform([steps, 2, 4, 4, 4], -1, 1, 'float32', 6);
      const run = (frames: tf.Tensor, taps: tf.Tensor) =>
        simulate(snn, frames, { 'conv.kernel': taps }, { steps, activity: true, detachReset: true });
      const loss = (frames: tf.Tensor, taps: tf.Tensor): tf.Scalar =>
        tf.sum(tf.mul(weights, run(frames, taps).potentials.lif));
      const spikes = (frames: tf.Tensor, taps: tf.Tensor): string => run(frames, taps).spikes.lif.dataSync().join('');
      const gradients = tf.grads(loss as never)([x, kernel]);
      const h = 2 ** -9;
      let compared = 0;
      [x, kernel].forEach((given, place) => {
        const found = gradients[place].dataSync();
        for (let i = 0; i < given.size; i += 5) {
          const at = (by: number): [tf.Tensor, tf.Tensor] => {
            const moved = tf.reshape(tf.mul(tf.oneHot(tf.scalar(i, 'int32'), given.size), by), given.shape);
            return place === 0 ? [tf.add(x, moved), kernel] : [x, tf.add(kernel, moved)];
          };
          if (spikes(...at(h)) !== spikes(...at(-h))) continue; // a kink lies between
          const [up, down] = [at(h), at(-h)].map((both) => loss(...both).dataSync()[0]);
          expect(Math.abs(found[i] - (up - down) / (2 * h))).toBeLessThan(0.02);
          compared += 1;
        }
      });
      expect(compared).toBeGreaterThan(40);
      expect(spikes(x, kernel)).toMatch(/1.*0.*1/);
    });
  });
});

test('forward and simulate tell the statistics of batches, and normalise by them', () => {
  const before = tf.memory().numTensors;
  const [one, none] = [filled([1], 1), filled([1])];
  const tensors = { gamma: one, beta: none, mean: none, variance: one };
  const norm: BatchNorm = { name: 'norm', op: 'batchNorm', inputs: ['input'], ...tensors, epsilon: 0 };
  const [seen, kept]: [number[], tf.Tensor[]] = [[], []];
  const onStatistics = (_: object, { mean, variance }: { mean: tf.Tensor; variance: tf.Tensor }): void => {
    seen.push(...mean.dataSync(), ...variance.dataSync());
    kept.push(mean, variance);
  };
  tf.tidy(() => {
    const ann = network(input(1), norm);
    // Mean 2, variance 1: -1 and 1. By its running statistics it changes nothing.
    const x = tf.tensor2d([[1], [3]]);
    expect([...forward(ann, x, valuesOf(ann), { onStatistics }).norm.dataSync()]).toEqual([-1, 1]);
    expect([...forward(ann, x, valuesOf(ann)).norm.dataSync()]).toEqual([1, 3]);
    const snn = network(input(1), norm, neuron('lif', 'norm'));
    // Over two steps too: 0, 4 and 2, 2 have mean 2 and variance 2, and become -1.414, 1.414 and 0, 0.
    const frames = tf.tensor3d([
      [[0], [2]],
      [[4], [2]],
    ]);
    expect([...simulate(snn, frames, valuesOf(snn), { steps: 2, onStatistics }).scores.dataSync()]).toEqual([
      0, 0, 0, 0,
    ]);
    expect([...simulate(snn, frames, valuesOf(snn), { steps: 2 }).scores.dataSync()]).toEqual([0, 1, 1, 1]);
  });
  tf.dispose(kept);
  expect(tf.memory().numTensors).toBe(before);
  expect(seen).toEqual([2, 1, 2, 2]);
});
