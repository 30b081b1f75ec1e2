// @ts-check
// CPU time of a step of direct training over 4 time steps, with the composition of neurons and with their kernel. The
// network is that of the reference run with leaky neurons for ReLU; the images are noise.
import { randomStream } from '@spikewright/snn-core';
import { registerTrainingKernels } from '@spikewright/tfjs-kernels-wasm';
import { registerNeuronKernels } from '@spikewright/tfjs-kernels-wasm/neurons';
import '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { initialise, train, trainSpiking } from '../dist/index.js';
import { ann, network } from './leaky-network.mjs';

const COUNT = 640;

const data = {
  size: COUNT,
  data: Float32Array.from({ length: COUNT * 784 }, randomStream(1)),
  labels: Int32Array.from({ length: COUNT }, (_, i) => i % 10),
  indices: Uint32Array.from({ length: COUNT }, (_, i) => i),
};

tf.enableProdMode();
await tf.setBackend('wasm');
registerTrainingKernels();

/** @type {Record<string, () => Promise<unknown>>} */
const variants = {
  'ANN, ReLU': () => train(initialise(ann, 1), data, { epochs: 1 }),
  'TET, T = 4': () => trainSpiking(initialise(network, 1), data, { epochs: 1 }),
  'TEBN, T = 4': () => trainSpiking(initialise(network, 1), data, { epochs: 1, tebn: true }),
};

/** @param {string} title */
async function measure(title) {
  for (const [name, run] of Object.entries(variants)) {
    const times = [];
    for (let round = 0; round < 4; round++) {
      const start = process.cpuUsage();
      await run();
      const { user, system } = process.cpuUsage(start);
      times.push((user + system) / 1000 / 10);
    }
    // The first round warms up.
    const [low, middle, high] = times.slice(1).sort((a, b) => a - b);
    const figures = [middle, low, high].map((time) => time.toFixed(0));
    process.stdout.write(
      `${title}: ${name.padEnd(12)} ${figures[0]} ms of CPU time a step of 64 images (${figures[1]} to ${figures[2]})\n`,
    );
  }
}

await measure('composed');
registerNeuronKernels();
await measure('kernel  ');
