import { type HebbianOptions, hebbian } from '@spikewright/hebbian-tuner';
import type { Network } from '@spikewright/snn-core';
import { describe, expect, test } from 'vitest';
import { conv, copies, dense, network, neurons, tensor } from './networks.js';

/** Tunes on equal samples without a gate: one lesson, whose means are those of one sample. */
const tuned = (given: Network, image: number[], options: HebbianOptions): Promise<Network> =>
  hebbian({ gate: 'off', steps: 2, ...options }).tune(given, copies(image));

/**
 * Two inputs of 1 and two neurons from v(0) = 0. Currents: 0.5 - 0.125 = 0.375 and 0.5 + 0.25 = 0.75. In two steps the first
 * has v = 0.375, 0.75: silent. The second has 0.75, 1.5: silent, fires.
 */
const vectors = network(
  [2],
  2,
  dense('hidden', 'input', [2, 2], [0.5, 0.5, -0.125, 0.25]),
  neurons('spikes', 'hidden'),
);

/**
 * Three pixels 1, 0, 1 and a kernel [0.5, 0.25] of one channel: currents 0.5 at the first place, 0.25 at the second. From
 * v(0) = 0 the first fires in step 2, the second in neither of two steps.
 */
const images = network([1, 3, 1], 2, conv('hidden', 'input', [1, 2, 1, 1], [0.5, 0.25]), neurons('spikes', 'hidden'));

describe('H1 timing', () => {
  const options = { rule: 'timing', eta: 0.1, etaMinus: 0.02, decay: 0.5 } as const;

  test('dense: by traces of what arrived, before firing and silent neurons', async () => {
    // Traces of both inputs: 1, then 0.5 · 1 + 1 = 1.5. First neuron: -0.02 (1 + 1.5) = -0.05 of |w0|.
    // Second: -0.02 · 1 + 0.1 · 1.5 = 0.13 of |w0|.
    const kernel = tensor(await tuned(vectors, [1, 1], options), 'hidden', 'kernel');
    expect(kernel).toBeAllClose([0.5 * 0.95, 0.5 * 1.13, -0.125 - 0.05 * 0.125, 0.25 * 1.13]);
  });

  test('convolution: the mean over places', async () => {
    // First place: behind it -0.02, then 0.1. Second: -0.02 twice. Traces of pixels 1 and 3: 1, 1.5; of pixel 2: 0.
    // First tap sees pixel 1 at the first place: -0.02 + 0.15 = 0.13; pixel 2 at the second: 0. Mean 0.065.
    // Second tap sees pixel 2 at the first place: 0; pixel 3 at the second: -0.02 - 0.03 = -0.05. Mean -0.025.
    const kernel = tensor(await tuned(images, [1, 0, 1], options), 'hidden', 'kernel');
    expect(kernel).toBeAllClose([0.5 * 1.065, 0.25 * 0.975]);
  });

  test('stays within ρ', async () => {
    const kernel = tensor(await tuned(vectors, [1, 1], { ...options, eta: 10, etaMinus: 10 }), 'hidden', 'kernel');
    expect(kernel).toBeAllClose([0.35, 0.65, -0.125 * 1.3, 0.325]);
  });
});

describe('H2 gain', () => {
  test('dense: a gain for each neuron', async () => {
    // Rates 0 and 1/2, mean 1/4: g = 1 - 0.4 / 4 = 0.9 and 1 + 0.4 / 4 = 1.1.
    const kernel = tensor(await tuned(vectors, [1, 1], { rule: 'gain', eta: 0.4 }), 'hidden', 'kernel');
    expect(kernel).toBeAllClose([0.45, 0.55, -0.1125, 0.275]);
  });

  test('convolution: a gain for each channel, the bias with it, within ρ', async () => {
    // Pixels 1, 1 and a kernel of one tap for two channels, weights 0.5 and 0.25, biases 0.5 and 0. The first channel fires in both
    // steps at both places: rate 1. The second never: 0. Mean 1/2: g = 1 ± 0.2, and 1 ± 0.3 at most.
    const hidden = {
      ...conv('hidden', 'input', [1, 1, 1, 2], [0.5, 0.25]),
      bias: { shape: [2], data: Float32Array.of(0.5, 0) },
    };
    const two = network([1, 2, 1], 4, hidden, neurons('spikes', 'hidden'));
    const result = await tuned(two, [1, 1], { rule: 'gain', eta: 0.4 });
    expect(tensor(result, 'hidden', 'kernel')).toBeAllClose([0.6, 0.2]);
    expect(tensor(result, 'hidden', 'bias')).toBeAllClose([0.6, 0]);
    const far = await tuned(two, [1, 1], { rule: 'gain', eta: 4 });
    expect(tensor(far, 'hidden', 'kernel')).toBeAllClose([0.65, 0.175]);
  });
});

describe('H3 rate', () => {
  // Long run of 64 steps from 1/2. vectors: 0.375 · 64 = 24 and 0.75 · 64 = 48 spikes, a = 0.375 and 0.75.
  test('dense: by what rates lack, over |x|²', async () => {
    // r = 0 and 1/2: lacks 0.375 and 0.25. x = (1, 1), |x|² = 2: Δw = 0.1 · 0.375 / 2 = 0.01875 and 0.0125.
    // -0.125 + 0.01875 = -0.10625 is within 0.3 · 0.125 = 0.0375 of it. Biases: 0.2 · 0.375 and 0.2 · 0.25.
    const result = await tuned(vectors, [1, 1], { rule: 'rate', eta: 0.1, etaBias: 0.2 });
    expect(tensor(result, 'hidden', 'kernel')).toBeAllClose([0.51875, 0.5125, -0.10625, 0.2625]);
    expect(tensor(result, 'hidden', 'bias')).toBeAllClose([0.075, 0.05]);
  });

  test('convolution: patch by patch', async () => {
    // a = 0.5 and 0.25, r = 1/2 and 0: lacks 0 and 0.25. The second patch is (0, 1), |x|² = 1. Only the second tap moves: by
    // 0.2 · 0.25 / 2 places = 0.025. Bias: 0.2 · mean(0, 0.25) = 0.025.
    const result = await tuned(images, [1, 0, 1], { rule: 'rate', eta: 0.2, etaBias: 0.2 });
    expect(tensor(result, 'hidden', 'kernel')).toBeAllClose([0.5, 0.275]);
    expect(tensor(result, 'hidden', 'bias')).toBeAllClose([0.025]);
  });

  test('silent patches teach weights nothing, and with η = 0 only biases move', async () => {
    const silent = await tuned(images, [0, 0, 0], { rule: 'rate' });
    expect(tensor(silent, 'hidden', 'kernel')).toEqual([0.5, 0.25]);
    const result = await tuned(images, [1, 0, 1], { rule: 'rate', eta: 0, etaBias: 10 });
    expect(tensor(result, 'hidden', 'kernel')).toEqual([0.5, 0.25]);
    // 10 · 0.125 is cut at ρ θ.
    expect(tensor(result, 'hidden', 'bias')).toBeAllClose([0.3]);
    const none = await tuned(images, [1, 0, 1], { rule: 'rate', etaBias: 0 });
    expect(none.nodes.find(({ name }) => name === 'hidden')).not.toHaveProperty('bias');
  });
});

describe('onset', () => {
  test('dense: by how late the first spike comes', async () => {
    // Due: ceil(1 / 0.75) = 2 and ceil(1 / 1.5) = 1. First spikes: none, so 3, and 2. Late by a (t - t*): 0.375 and 0.75.
    const neuron = await tuned(vectors, [1, 1], { rule: 'onset', eta: 0.5 });
    expect(tensor(neuron, 'spikes', 'initial')).toBeAllClose([0.1875, 0.375]);
    const layer = await tuned(vectors, [1, 1], { rule: 'onset', eta: 0.5, scope: 'layer' });
    expect(tensor(layer, 'spikes', 'initial')).toBeAllClose([0.28125]);
  });

  test('convolution: by channel, or by neuron', async () => {
    // a = 0.5: due in step 1, comes in 2: late by 0.5. a = 0.25: due in step 2, not by then: 0.25 (3 - 2).
    const channel = await tuned(images, [1, 0, 1], { rule: 'onset', eta: 0.4 });
    expect(tensor(channel, 'spikes', 'initial')).toBeAllClose([0.15]);
    const neuron = await tuned(images, [1, 0, 1], { rule: 'onset', eta: 0.4, scope: 'neuron' });
    expect(tensor(neuron, 'spikes', 'initial')).toBeAllClose([0.2, 0.1]);
  });

  test('what is not due by T says nothing, and a spike that should never come counts -1/2', async () => {
    // a = 1/8: due in step 4. From 0 no spike comes in 2 steps.
    const slow = network([1], 1, dense('hidden', 'input', [1, 1], [0.125]), neurons('spikes', 'hidden'));
    expect(tensor(await tuned(slow, [1], { rule: 'onset' }), 'spikes', 'initial')).toEqual([0]);
    // No current, but v(0) = 1: it fires in step 1, and never from 1/2.
    const early = network([1], 1, dense('hidden', 'input', [1, 1], [0]), neurons('spikes', 'hidden', 1));
    expect(tensor(await tuned(early, [1], { rule: 'onset', eta: 0.4 }), 'spikes', 'initial')).toBeAllClose([0.8]);
  });

  test('moves v(0) by θ at most', async () => {
    const far = await tuned(vectors, [1, 1], { rule: 'onset', eta: 10 });
    expect(tensor(far, 'spikes', 'initial')).toEqual([1, 1]);
  });
});

test('potential: v(0) by T times what rates lack', async () => {
  // Lacks 0.375 and 0.25 in T = 2 steps: 0.4 · 0.75 = 0.3 and 0.4 · 0.5 = 0.2; the mean of the layer 0.25.
  const neuron = await tuned(vectors, [1, 1], { rule: 'potential', eta: 0.4, scope: 'neuron' });
  expect(tensor(neuron, 'spikes', 'initial')).toBeAllClose([0.3, 0.2]);
  const layer = await tuned(vectors, [1, 1], { rule: 'potential', eta: 0.4, scope: 'layer' });
  expect(tensor(layer, 'spikes', 'initial')).toBeAllClose([0.25]);
});

test('threshold: θ by what rates lack of their target, within ρ', async () => {
  // Lacks over targets: 1 and 1/3. θ = 1 - 0.15 = 0.85 and 1 - 0.05 = 0.95.
  const some = await tuned(vectors, [1, 1], { rule: 'threshold', eta: 0.15 });
  expect(tensor(some, 'spikes', 'threshold')).toBeAllClose([0.85, 0.95]);
  const far = await tuned(vectors, [1, 1], { rule: 'threshold', eta: 5 });
  expect(tensor(far, 'spikes', 'threshold')).toBeAllClose([0.7, 0.7]);
  // A channel that is silent in the long run keeps its θ.
  expect(tensor(await tuned(vectors, [0, 0], { rule: 'threshold' }), 'spikes', 'threshold')).toEqual([1, 1]);
});

test('a second epoch goes on from the first', async () => {
  // After one epoch (see above) v(0) = 0.1875 and 0.375. Then v = 0.5625, 0.9375: silent again, 0.375 late; and 1.125: in time.
  const result = await tuned(vectors, [1, 1], { rule: 'onset', eta: 0.5, epochs: 2 });
  expect(tensor(result, 'spikes', 'initial')).toBeAllClose([0.375, 0.375]);
});
