// @ts-check
// CPU time of a training step, with our kernels and with the stock ones (to which only the missing
// Conv2DBackpropFilter and the gradients are added). The network is that of the reference run; the images are noise.
import { randomStream } from '@spikewright/snn-core';
import { registerTrainingKernels } from '@spikewright/tfjs-kernels-wasm';
import '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { initialise, train } from '../dist/index.js';

const REPLACED = ['AvgPoolGrad', 'BatchMatMul', 'Conv2DBackpropInput', 'Identity', 'MaxPoolGrad', 'Sum'];
const COUNT = 640;

/** @param {number[]} shape */
const zeros = (...shape) => ({ shape, data: new Float32Array(shape.reduce((product, size) => product * size, 1)) });

/** @param {number} place @param {string} input @param {number} from @param {number} to @returns {any[]} */
const block = (place, input, from, to) => [
  {
    name: `conv${place}`,
    op: 'conv2d',
    inputs: [input],
    kernel: zeros(3, 3, from, to),
    strides: [1, 1],
    padding: 'same',
    dilation: [1, 1],
    groups: 1,
  },
  {
    name: `bn${place}`,
    op: 'batchNorm',
    inputs: [`conv${place}`],
    ...{ gamma: zeros(to), beta: zeros(to), mean: zeros(to), variance: zeros(to) },
    epsilon: 1e-3,
  },
  { name: `relu${place}`, op: 'relu', inputs: [`bn${place}`] },
];
/** @param {number} place @returns {any} */
const pool = (place) => ({
  name: `pool${place}`,
  op: 'avgPool2d',
  inputs: [`relu${place}`],
  size: [2, 2],
  strides: [2, 2],
  padding: 'valid',
});

/** @type {import('@spikewright/snn-core').Network} */
const network = {
  format: 1,
  nodes: [
    { name: 'input', op: 'input', inputs: [], shape: [28, 28, 1] },
    ...block(1, 'input', 1, 16),
    pool(1),
    ...block(2, 'pool1', 16, 32),
    pool(2),
    ...block(3, 'pool2', 32, 64),
    { name: 'flatten', op: 'flatten', inputs: ['relu3'] },
    { name: 'dense', op: 'dense', inputs: ['flatten'], kernel: zeros(7 * 7 * 64, 10), bias: zeros(10) },
  ],
  meta: {},
};
const data = {
  size: COUNT,
  data: Float32Array.from({ length: COUNT * 784 }, randomStream(1)),
  labels: Int32Array.from({ length: COUNT }, (_, i) => i % 10),
  indices: Uint32Array.from({ length: COUNT }, (_, i) => i),
};

await tf.setBackend('wasm');
const kernels = () => REPLACED.map((name) => tf.getKernel(name, 'wasm'));
const stock = kernels();
registerTrainingKernels();
const variants = { stock, ours: kernels() };
/** @type {Record<string, number[]>} */
const milliseconds = { stock: [], ours: [] };
for (let round = 0; round < 5; round++) {
  for (const [name, set] of Object.entries(variants)) {
    for (const kernel of set) {
      tf.unregisterKernel(kernel.kernelName, 'wasm');
      tf.registerKernel(kernel);
    }
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
