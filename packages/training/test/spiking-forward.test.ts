import { direct, evaluate, type Network, type Node, poisson, referenceEngine } from '@spikewright/snn-core';
import { neuronKinds, tinyBatch, withNeurons } from '@spikewright/testkit';
import { evaluateSpiking, initialise, trainSpiking } from '@spikewright/training';
import { memory } from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { lif, spikesInTraining, spikesOfEngine, spikingConvolution } from './spiking.js';
import { filled, network, startBackend, trainable } from './tiny.js';

beforeAll(startBackend);

// So small a step that float32 weights do not move: the trained network is the given one.
const STILL = { optimizer: 'sgd', learningRate: 1e-30, steps: 5 } as const;
const suitable = ({ nodes }: Network): boolean =>
  nodes.every(({ op }) => op !== 'batchNorm' && op !== 'maxPool2d' && op !== 'softmax');
const topologies = trainable.filter(([, ann]) => suitable(ann));
const kinds = Object.entries(neuronKinds).filter(
  ([, { levels = [0, 1], delay }]) => String(levels) === '0,1' && delay === undefined,
);

test('there are topologies and kinds of neurons to compare', () => {
  expect(topologies.length).toBeGreaterThanOrEqual(8);
  expect(kinds.map(([name]) => name)).toContain('leak');
});

test.each(topologies)('trainSpiking sees the spikes of the reference engine in the topology %s', async (_, ann) => {
  const spiking = withNeurons(ann, { threshold: 0.5 });
  const data = tinyBatch(spiking, 6);
  const found = await spikesInTraining(spiking, data, STILL);
  expect(found).toEqual(await spikesOfEngine(spiking, data, 5, direct()));
  expect(found.join()).toMatch(/1/);
});

test.each(kinds)(
  'trainSpiking sees the spikes of the reference engine with neurons of the kind %s',
  async (_, kind) => {
    const [[, ann]] = topologies.filter(([name]) => name === 'deep');
    const steps = kind.gains?.data.length ?? 5;
    const spiking = withNeurons(ann, kind);
    const data = tinyBatch(spiking, 6);
    const found = await spikesInTraining(spiking, data, { ...STILL, steps });
    expect(found).toEqual(await spikesOfEngine(spiking, data, steps, direct()));
  },
);

test('trainSpiking gives samples to the encoder, and adds what is constant to what is not', async () => {
  const dense = (name: string, input: string): Node => ({ name, op: 'dense', inputs: [input], kernel: filled([4, 4]) });
  // Input without neurons and input that passed neurons meet in an addition.
  const spiking = initialise(
    network(
      { name: 'input', op: 'input', inputs: [], shape: [4] },
      dense('before', 'input'),
      lif('first', 'before'),
      { name: 'sum', op: 'add', inputs: ['input', 'first'] },
      dense('after', 'sum'),
      lif('second', 'after'),
      { ...dense('scores', 'second'), kernel: filled([4, 3]) } as Node,
    ),
    1,
  );
  const data = tinyBatch(spiking, 8);
  for (const encoder of [direct(), poisson()]) {
    const found = await spikesInTraining(spiking, data, { ...STILL, seed: 7 }, encoder);
    expect(found).toEqual(await spikesOfEngine(spiking, data, 5, encoder, 7));
  }
});

test.each([false, true])(
  'a trained network with tebn %s runs on an engine with the same spikes and scores',
  async (tebn) => {
    const start = initialise(spikingConvolution(6, 3, 3), 7);
    const data = tinyBatch(start, 40);
    const options = { epochs: 4, batchSize: 20, learningRate: 0.05, steps: 4, tebn };
    const { network: trained, unfolded } = await trainSpiking(start, data, options);
    expect(trained.nodes.map(({ op }) => op)).toEqual(['input', 'conv2d', 'neuron', 'avgPool2d', 'flatten', 'dense']);
    expect(unfolded.nodes.map(({ name }) => name)).toEqual(start.nodes.map(({ name }) => name));
    const found = await spikesInTraining(trained, data, { ...STILL, steps: 4 });
    expect(found).toEqual(await spikesOfEngine(trained, data, 4, direct()));
    const gains = trained.nodes.flatMap((node) => (node.op === 'neuron' ? (node.gains ?? []) : []));
    expect(gains.map(({ data: values }) => values.length)).toEqual(tebn ? [4] : []);
    // Folded and not, by training's forward pass and by the engine: the same answers.
    const before = memory().numTensors;
    const [a, b] = [evaluateSpiking(trained, data), evaluateSpiking(unfolded, data, { batchSize: 7 })];
    const c = await evaluate(await referenceEngine().compile(trained), [data], { steps: 4, encoder: direct() });
    expect([b.accuracy, c.accuracy[3]]).toEqual([a.accuracy, a.accuracy]);
    expect(b.loss).toBeCloseTo(a.loss, 4);
    expect(memory().numTensors).toBe(before);
  },
);
