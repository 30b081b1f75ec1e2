// @ts-check
// Trains the network of the reference run, with leaky neurons for ReLU, directly by TET over 4 time steps on the 60,000
// training images of MNIST, from fresh weights, and tells its accuracy on the 10,000 test images.
import { parseArgs } from 'node:util';
import { batches, mnist } from '@spikewright/datasets';
import { registerTrainingKernels } from '@spikewright/tfjs-kernels-wasm';
import { registerNeuronKernels } from '@spikewright/tfjs-kernels-wasm/neurons';
import '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { evaluateSpiking, initialise, trainSpiking } from '../dist/index.js';
import { network } from './leaky-network.mjs';

const { values } = parseArgs({
  options: { epochs: { type: 'string', default: '2' }, seed: { type: 'string', default: '1' } },
});
const [epochs, seed] = [Number(values.epochs), Number(values.seed)];

tf.enableProdMode();
await tf.setBackend('wasm');
registerTrainingKernels();
registerNeuronKernels();

/** @param {'train' | 'test'} part */
async function images(part) {
  const set = await mnist(part);
  for await (const batch of batches(set, { size: set.indices.length })) return batch;
  throw new RangeError(`Cannot train: there must be images: none in ${set.name}`);
}

const percent = (/** @type {number} */ share) => `${(100 * share).toFixed(2)} %`;

const options = { epochs, seed, steps: 4, batchSize: 64, learningRate: 0.003, weightDecay: 0.05, shift: 1 };
let start = process.cpuUsage();
const trained = await trainSpiking(initialise(network, seed), await images('train'), options, {
  onEpoch: ({ epoch, loss, accuracy }) => {
    const { user, system } = process.cpuUsage(start);
    const seconds = ((user + system) / 1e6).toFixed(0);
    process.stdout.write(`epoch ${epoch}: loss ${loss.toFixed(4)}, ${percent(accuracy)}, ${seconds} s of CPU time\n`);
    start = process.cpuUsage();
  },
});
const test = await images('test');
for (const steps of [1, 2, 3, 4]) {
  const { accuracy } = evaluateSpiking(trained.network, test, { steps });
  process.stdout.write(`${test.size} test images, T = ${steps}: ${percent(accuracy)}\n`);
}
