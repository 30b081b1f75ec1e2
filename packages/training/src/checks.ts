import { type Batch, checkNetwork, type Network, type Node, type Op, type Shape } from '@spikewright/snn-core';
import * as tf from '@tensorflow/tfjs-core';
import type { LabelledBatch } from './batches.js';

/** Sizes of what goes into a network and what comes out. */
export interface Sizes {
  /** Shape of one sample. */
  readonly input: Shape;
  readonly classes: number;
}

/** What both kinds of network may have. */
const LINEAR: readonly Op[] = [
  'input',
  'conv2d',
  'dense',
  'batchNorm',
  'avgPool2d',
  'globalAvgPool',
  'flatten',
  'add',
  'concat',
];
const ANN: readonly Op[] = [...LINEAR, 'relu', 'clip', 'qcfs', 'maxPool2d'];
const SPIKING: readonly Op[] = [...LINEAR, 'neuron'];

/**
 * Checks that a network is an ANN that training can compute and differentiate.
 *
 * @throws TypeError or RangeError naming the node
 */
export const checkTrainable = (network: Network): Sizes => checkOps(network, ANN);

/**
 * Checks that a network is a spiking one that training can compute and differentiate.
 *
 * @throws TypeError or RangeError naming the node
 */
export function checkSpikingTrainable(network: Network): Sizes {
  const sizes = checkOps(network, SPIKING);
  const neurons = network.nodes.filter((node) => node.op === 'neuron');
  if (neurons.length === 0) throw new TypeError('Cannot train network over time: it must have neurons: none found');
  for (const node of neurons) {
    if (String(node.levels) !== '0,1') throw fault(node, 'its levels must be [0, 1]', `[${node.levels}]`);
    if (node.delay === 1) throw fault(node, 'its spikes must arrive without delay', node.delay);
  }
  return sizes;
}

function checkOps(network: Network, known: readonly Op[]): Sizes {
  const shapes = checkNetwork(network);
  const last = network.nodes[network.nodes.length - 1];
  for (const node of network.nodes) checkOp(node, known);
  const [classes, ...rest] = shapes.get(last.name) as Shape;
  if (rest.length > 0 || classes < 2) {
    throw fault(last, 'the last node must give at least 2 scores', `[${shapes.get(last.name)}]`);
  }
  const { classNames } = network.meta;
  if (classNames && classNames.length !== classes) {
    throw fault(last, `it must give a score to each of the ${classNames.length} classes of its meta`, classes);
  }
  const input = network.nodes.find(({ op }) => op === 'input') as Node;
  return { input: shapes.get(input.name) as Shape, classes };
}

function checkOp(node: Node, known: readonly Op[]): void {
  if (known.includes(node.op)) return;
  const rule =
    node.op === 'softmax'
      ? 'the network must end in scores, without softmax'
      : `its op must be one of ${known.join(', ')}`;
  throw fault(node, rule, node.op);
}

/**
 * Checks that data fit a network.
 *
 * @throws TypeError for a wrong shape or missing labels, RangeError for a label or a number out of range
 */
export function checkData(data: Batch, { input, classes }: Sizes): asserts data is LabelledBatch {
  const length = input.reduce((product, size) => product * size, 1);
  if (data.size < 1) throw new RangeError(`Cannot use data: there must be at least 1 sample: ${data.size}`);
  if (data.data.length !== data.size * length) {
    throw new TypeError(
      `Cannot use data: ${data.size} samples of [${input}] must have ${data.size * length} values: ${data.data.length}`,
    );
  }
  if (data.labels?.length !== data.size || data.indices.length !== data.size) {
    throw new TypeError(
      `Cannot use data: each of ${data.size} samples must have a label and an index: ${data.labels?.length ?? 0} labels`,
    );
  }
  const place = data.data.findIndex((value) => !Number.isFinite(value));
  if (place >= 0) {
    const found = `${data.data[place]} in sample ${Math.floor(place / length)}`;
    throw new RangeError(`Cannot use data: values must be finite: ${found}`);
  }
  const sample = data.labels.findIndex((label) => label < 0 || label >= classes);
  if (sample >= 0) {
    const found = `${data.labels[sample]} of sample ${sample}`;
    throw new RangeError(`Cannot use data: labels must be from 0 to ${classes - 1}: ${found}`);
  }
}

/** @throws ReferenceError if TensorFlow.js has no back end, or no gradients */
export function checkBackend(): void {
  if (!tf.engine().backendName) {
    throw new ReferenceError("Cannot train: await setBackend('wasm') of tfjs first: no back end is set");
  }
  if (!tf.getGradient('Conv2D')) {
    const rule = 'call registerTrainingKernels() of @spikewright/tfjs-kernels-wasm first';
    throw new ReferenceError(`Cannot train: ${rule}: no gradients are registered`);
  }
}

const fault = (node: Node, rule: string, value: unknown): TypeError =>
  new TypeError(`Cannot train node '${node.name}': ${rule}: ${value}`);
