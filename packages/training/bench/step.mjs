// @ts-check
// CPU time of a training step of the reference run's network on noise, with our kernels and with the stock ones (to which
// only the missing Conv2DBackpropFilter and the gradients are added). `pnpm bench training` compares with PyTorch.
import { readFileSync } from 'node:fs';
import { loadNetwork, randomStream } from '@spikewright/snn-core';
import { registerTrainingKernels } from '@spikewright/tfjs-kernels-wasm';
import '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { initialise, train } from '../dist/index.js';

const COUNT = 640;

const file = new URL('../../../apps/reference/networks/mnist.safetensors', import.meta.url);
const network = loadNetwork(readFileSync(file));
const data = {
  size: COUNT,
  data: Float32Array.from({ length: COUNT * 784 }, randomStream(1)),
  labels: Int32Array.from({ length: COUNT }, (_, i) => i % 10),
  indices: Uint32Array.from({ length: COUNT }, (_, i) => i),
};

await tf.setBackend('wasm');
const stock = tf.getKernelsForBackend('wasm');
registerTrainingKernels();
const ours = tf.getKernelsForBackend('wasm');
const missing = ours.filter(({ kernelName }) => kernelName === 'Conv2DBackpropFilter');
const variants = { stock: [...stock, ...missing], ours };
/** @type {Record<string, number[]>} */
const milliseconds = { stock: [], ours: [] };
for (let round = 0; round < 5; round++) {
  for (const [name, set] of Object.entries(variants)) {
    for (const { kernelName } of tf.getKernelsForBackend('wasm')) tf.unregisterKernel(kernelName, 'wasm');
    for (const kernel of set) tf.registerKernel(kernel);
    const start = process.cpuUsage();
    await train(initialise(network, 1), data, { epochs: 2 });
    const { user, system } = process.cpuUsage(start);
    milliseconds[name].push((user + system) / 1000 / 20);
  }
}
for (const [name, times] of Object.entries(milliseconds)) {
  const sorted = times.sort((a, b) => a - b).map((time) => time.toFixed(1));
  process.stdout.write(
    `${name.padEnd(6)} ${sorted[2]} ms of CPU time a step of 64 images (${sorted[0]} to ${sorted[4]})\n`,
  );
}
