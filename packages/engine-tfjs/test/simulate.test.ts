import { type SimulateOptions, simulate, tfjsEngine, valuesOf } from '@spikewright/engine-tfjs';
import { direct, type Network, OptionsError, poisson, type RunOptions } from '@spikewright/snn-core';
import { neuronKinds, tinyBatch, tinyNetworks, withNeurons } from '@spikewright/testkit';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { filled, input, network, neuron } from './networks.js';

tf.enableProdMode();
beforeAll(async () => void (await tf.setBackend('cpu')));

const STEPS = 5;

/** Spikes of a layer by `step sample`, as the engine shows them, and its scores of each step. */
async function engineRun(spiking: Network, layer: string, options: RunOptions) {
  const program = await tfjsEngine().compile(spiking);
  const [spikes, scores]: [number[], number[]] = [[], []];
  for await (const frame of program.run(tinyBatch(spiking, 3), options)) {
    for (let row = 0; row < frame.rows; row++) {
      spikes.push(...frame.spikes(layer, row));
      scores.push(...frame.scores(row));
    }
  }
  program.dispose();
  return { spikes, scores };
}

/** Sums over steps, as the engine gives them. */
const summedUp = (scores: tf.Tensor): number[] => [...tf.cumsum(scores, 0).dataSync()];

const kinds = Object.entries(neuronKinds).filter(([, { levels = [0, 1] }]) => String(levels) === '0,1');

test.each(kinds)('simulate gives the spikes and scores of tfjsEngine: %s', async (_, kind) => {
  const spiking = withNeurons(tinyNetworks().residualIdentity, kind);
  const { data } = tinyBatch(spiking, 3);
  const before = tf.memory().numTensors;
  const options = { steps: STEPS, activity: true };
  const found = tf.tidy(() => {
    const run = simulate(spiking, tf.tensor(data, [3, 4, 4, 2]), valuesOf(spiking), options);
    return { spikes: [...run.spikes.relu2.dataSync()], scores: summedUp(run.scores), shape: run.scores.shape };
  });
  expect(tf.memory().numTensors).toBe(before);
  expect(found.shape).toEqual([STEPS, 3, 3]);
  const expected = await engineRun(spiking, 'relu2', { steps: STEPS, encoder: direct(), seed: 0 });
  expect(found.spikes).toEqual(expected.spikes);
  expect(found.scores).toBeAllClose(expected.scores, { absolute: 1e-5 });
});

test('simulate takes what differs from step to step', async () => {
  const spiking = withNeurons(tinyNetworks().dense, { threshold: 0.5 });
  const { data } = tinyBatch(spiking, 3);
  const encode = poisson().start(4);
  const frames = new Float64Array(STEPS * data.length);
  for (let row = 0; row < 3; row++) {
    for (let step = 1; step <= STEPS; step++) {
      const at = ((step - 1) * 3 + row) * 6;
      encode(data.subarray(row * 6, (row + 1) * 6), row, step, frames.subarray(at, at + 6));
    }
  }
  const found = tf.tidy(() => {
    const run = simulate(spiking, tf.tensor(Float32Array.from(frames), [STEPS, 3, 6]), valuesOf(spiking), {
      steps: STEPS,
    });
    expect([run.spikes, run.potentials]).toEqual([{}, {}]);
    return summedUp(run.scores);
  });
  const expected = await engineRun(spiking, 'relu1', { steps: STEPS, encoder: poisson(), seed: 4 });
  expect(found).toBeAllClose(expected.scores, { absolute: 1e-6 });
});

const spiking = network(input(2), neuron('lif', 'input'), {
  name: 'scores',
  op: 'dense',
  inputs: ['lif'],
  kernel: filled([2, 2]),
});

//  what is wrong, network, input, options, error
test.each<[string, Network, number[], object, Error]>([
  [
    'too few axes',
    spiking,
    [2],
    {},
    new TypeError('Cannot simulate network: input must be [batch, 2] or [4 steps, batch, 2]: [2]'),
  ],
  [
    'other samples',
    spiking,
    [5, 3],
    {},
    new TypeError('Cannot simulate network: input must be [batch, 2] or [4 steps, batch, 2]: [5,3]'),
  ],
  [
    'other steps',
    spiking,
    [3, 5, 2],
    {},
    new TypeError('Cannot simulate network: input must be [batch, 2] or [4 steps, batch, 2]: [3,5,2]'),
  ],
  ['no steps', spiking, [1, 2], { steps: 0 }, new RangeError('Cannot simulate network: steps must be at least 1: 0')],
  [
    'a misspelt option',
    spiking,
    [1, 2],
    { detachreset: true },
    new OptionsError(
      "Cannot simulate network: the option must be one of steps, surrogate, detachReset, activity, onStatistics: 'detachreset'",
    ),
  ],
  [
    'an unknown surrogate',
    spiking,
    [1, 2],
    { surrogate: 'sigmoid' },
    new OptionsError("Cannot simulate network: surrogate must be triangular or arctan: 'sigmoid'"),
  ],
  [
    'bursts',
    network(...spiking.nodes.map((node) => (node.op === 'neuron' ? { ...node, levels: [0, 2] as const } : node))),
    [1, 2],
    {},
    new TypeError("Cannot simulate node 'lif': its levels must be [0, 1]: [0,2]"),
  ],
  [
    'too few gains',
    network(...spiking.nodes.map((node) => (node.op === 'neuron' ? { ...node, gains: filled([3], 1) } : node))),
    [1, 2],
    {},
    new RangeError("Cannot simulate node 'lif': it has gains for 3 steps, and so takes no more: 4"),
  ],
])('simulate refuses %s', (_, given, shape, options, error) => {
  const before = tf.memory().numTensors;
  const run = (): void => {
    tf.tidy(() => {
      const all = { steps: 4, ...options } as SimulateOptions;
      simulate(given, tf.zeros(shape), valuesOf(given), all);
    });
  };
  expect(run).toThrow(error);
  expect(tf.memory().numTensors).toBe(before);
});

test('simulate says which tensor is missing', () => {
  tf.tidy(() => {
    expect(() => simulate(spiking, tf.zeros([1, 2]), {}, { steps: 2 })).toThrow(
      new ReferenceError("Cannot compute node 'scores': its tensor must be among the values: 'kernel'"),
    );
  });
});
