// @ts-check
// CPU time of runs over real digits, 8 steps, 64 samples side by side, direct coding: this engine on tfjs's wasm back end, as
// it is and with the kernels of tfjs-kernels-wasm, beside engine-wasm with the same float32 weights. One thread each.
import { readFileSync } from 'node:fs';
import { norm } from '@spikewright/converters-norm';
import { batches, mnist, take } from '@spikewright/datasets';
import { wasmEngine } from '@spikewright/engine-wasm';
import { direct, loadNetwork } from '@spikewright/snn-core';
import { registerTrainingKernels } from '@spikewright/tfjs-kernels-wasm';
import { registerNeuronKernels } from '@spikewright/tfjs-kernels-wasm/neurons';
import '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { tfjsEngine } from '../dist/index.js';

const [STEPS, SAMPLES, ROUNDS] = [8, 64, 9];

tf.enableProdMode();
await tf.setBackend('wasm');
const stock = tf.getKernelsForBackend('wasm');
registerTrainingKernels();
registerNeuronKernels();
const fused = tf.getKernelsForBackend('wasm');

const file = new URL('../../../apps/reference/networks/mnist.safetensors', import.meta.url);
const images = take(await mnist('train'), 200);
const calibration = { batches: () => batches(images), engine: tfjsEngine() };
const network = await norm().convert(loadNetwork(readFileSync(file)), calibration);
const { value: digits } = await batches(take(await mnist('test'), SAMPLES), { size: SAMPLES })
  [Symbol.asyncIterator]()
  .next();

/** @param {import('@spikewright/snn-core').Engine} engine @param {typeof stock} kernels */
async function variant(engine, kernels) {
  const program = await engine.compile(network);
  return async () => {
    for (const { kernelName } of tf.getKernelsForBackend('wasm')) tf.unregisterKernel(kernelName, 'wasm');
    for (const kernel of kernels) tf.registerKernel(kernel);
    const start = process.cpuUsage();
    for await (const frame of program.run(digits, { steps: STEPS, encoder: direct(), seed: 0 })) frame.scores(0);
    const { user, system } = process.cpuUsage(start);
    return (user + system) / 1000 / SAMPLES / STEPS;
  };
}

const variants = {
  'engine-wasm, float32': await variant(wasmEngine(), stock),
  'engine-tfjs, wasm': await variant(tfjsEngine(), stock),
  'engine-tfjs, wasm with tfjs-kernels-wasm': await variant(tfjsEngine(), fused),
};
/** @type {Record<string, number[]>} */
const times = Object.fromEntries(Object.keys(variants).map((name) => [name, []]));
for (let round = 0; round < ROUNDS; round++) {
  for (const [name, run] of Object.entries(variants)) times[name].push(await run());
}
let base = 0;
for (const [name, all] of Object.entries(times)) {
  // The first two rounds warm up.
  const sorted = all.slice(2).sort((a, b) => a - b);
  const middle = sorted[sorted.length >> 1];
  base ||= middle;
  const range = [middle, sorted[0], sorted[sorted.length - 1]].map((time) => time.toFixed(3));
  process.stdout.write(
    `${name.padEnd(41)} ${range[0]} ms a sample and step (${range[1]} to ${range[2]}), ${(middle / base).toFixed(1)} times engine-wasm\n`,
  );
}
