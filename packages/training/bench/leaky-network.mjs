// @ts-check
import { readFileSync } from 'node:fs';
import { loadNetwork } from '@spikewright/snn-core';

/** The network of the reference run. */
export const ann = loadNetwork(
  readFileSync(new URL('../../../apps/reference/networks/mnist.safetensors', import.meta.url)),
);

const scalar = (/** @type {number} */ value) => ({ shape: [], data: Float32Array.of(value) });
const neuron = /** @type {const} */ ({
  op: 'neuron',
  threshold: scalar(1),
  initial: scalar(0),
  reset: 'zero',
  fires: '>',
  leak: 0.5,
  levels: [0, 1],
});

/** The same with the neurons of TET for ReLU. */
export const network = {
  ...ann,
  nodes: ann.nodes.map((node) => (node.op === 'relu' ? { ...neuron, name: node.name, inputs: node.inputs } : node)),
};
