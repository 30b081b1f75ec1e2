import { direct, type Network } from '@spikewright/snn-core';
import { neuronKinds, tinyBatch, withNeurons } from '@spikewright/testkit';
import { registerNeuronKernels } from '@spikewright/tfjs-kernels-wasm/neurons';
import { initialise, type SpikingTrainOptions, train, trainSpiking } from '@spikewright/training';
import { add, getKernel, mul, type Scalar, square, sum, unregisterKernel } from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { chosen, spikesInTraining, spikesOfEngine, spikingConvolution } from './spiking.js';
import { convolutional, startBackend, trainable, values } from './tiny.js';

/** What takes the place of our compositions where it is registered. */
const FUSED = ['BatchNormTraining', 'Qcfs', 'SpikingNeurons'];

beforeAll(async () => {
  await startBackend();
  registerNeuronKernels();
});

const spiking = initialise(spikingConvolution(6, 3, 3), 7);
const images = tinyBatch(spiking, 24);
const once = { epochs: 1, batchSize: 24, optimizer: 'sgd', learningRate: 0.5 } as const;

/** Weights after one step, of a QCFS network and of spiking ones, with regularizers that see spikes and potentials. */
async function weights(): Promise<number[][]> {
  const ann = convolutional(6, 3, 3);
  const nodes = ann.nodes.map((node) =>
    node.op === 'relu' ? ({ ...node, op: 'qcfs', lambda: 0.8, levels: 4 } as const) : node,
  );
  const { network: bounded } = await train(initialise({ ...ann, nodes }, 2), images, once);
  const found = [
    values(bounded, 'conv', 'kernel'),
    values(bounded, 'norm', 'gamma'),
    values(bounded, 'relu', 'lambda'),
  ];
  const look = chosen(
    ({ spikes, potentials }) => mul(0.01, add(sum(square(spikes.lif)), sum(square(potentials.lif)))) as Scalar,
  );
  const kinds: SpikingTrainOptions[] = [{ tebn: true }, { surrogate: 'arctan', detachReset: true }];
  for (const options of kinds) {
    for (const regularizers of [[], [look]]) {
      const { unfolded } = await trainSpiking(spiking, images, { ...once, ...options }, { regularizers });
      found.push(
        values(unfolded, 'conv', 'kernel'),
        values(unfolded, 'norm', 'gamma'),
        values(unfolded, 'norm', 'mean'),
      );
    }
  }
  return found;
}

test('fused kernels are in use, and give the spikes of the reference engine', async () => {
  expect(FUSED.map((name) => getKernel(name, 'wasm') !== undefined)).toEqual([true, true, true]);
  const [deep] = trainable.filter(([name]) => name === 'deep').map(([, ann]): Network => ann);
  for (const name of ['reset to zero', 'fires above threshold only', 'threshold per neuron', 'gain per step']) {
    const kind = neuronKinds[name];
    const steps = kind.gains?.data.length ?? 5;
    const network = withNeurons(deep, kind);
    const data = tinyBatch(network, 6);
    const found = await spikesInTraining(network, data, { optimizer: 'sgd', learningRate: 1e-30, steps });
    expect(found).toEqual(await spikesOfEngine(network, data, steps, direct()));
  }
});

test('fused kernels and compositions give the same weights', async () => {
  const fused = await weights();
  for (const name of FUSED) unregisterKernel(name, 'wasm');
  const composed = await weights();
  composed.forEach((expected, place) => {
    expect(fused[place]).toBeAllClose(expected, { relative: 1e-3, absolute: 1e-4 });
  });
});
