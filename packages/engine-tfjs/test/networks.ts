import type { Conv2d, Network, Neuron, Node, Pool2d, Tensor } from '@spikewright/snn-core';
import { elements, randomStream } from '@spikewright/snn-core';

/** A tensor of one value. */
export const filled = (shape: number[], value = 0): Tensor => ({
  shape,
  data: new Float32Array(elements(shape)).fill(value),
});

/** A tensor of multiples of 1/16 between -1/2 and 1/2, with which sums are exact. */
export function drawn(seed: number, ...shape: number[]): Tensor {
  const random = randomStream(seed);
  return { shape, data: Float32Array.from({ length: elements(shape) }, () => Math.floor(17 * random()) / 16 - 0.5) };
}

export const network = (...nodes: Node[]): Network => ({ format: 1, nodes, meta: { name: 'test' } });

export const input = (...shape: number[]): Node => ({ name: 'input', op: 'input', inputs: [], shape });

export const conv = (kernel: Tensor, changes: Partial<Conv2d> = {}): Conv2d => ({
  name: 'conv',
  op: 'conv2d',
  inputs: ['input'],
  kernel,
  strides: [1, 1],
  padding: 'same',
  dilation: [1, 1],
  groups: 1,
  ...changes,
});

export const pool = <Op extends 'avgPool2d' | 'maxPool2d'>(op: Op, changes: Partial<Pool2d<Op>>): Pool2d<Op> => ({
  name: 'pool',
  op,
  inputs: ['input'],
  size: [2, 2],
  strides: [2, 2],
  padding: 'valid',
  ...changes,
});

export const neuron = (name: string, from: string, changes: Partial<Neuron> = {}): Neuron => ({
  name,
  op: 'neuron',
  inputs: [from],
  threshold: filled([], 1),
  initial: filled([], 0),
  reset: 'subtract',
  fires: '>=',
  leak: 1,
  levels: [0, 1],
  ...changes,
});

/** Layers that TensorFlow.js does not have, or only in part; each reads an image of [7, 6, 4]. */
export const composed: readonly [name: string, node: Node][] = [
  ['strides with dilation', conv(drawn(1, 2, 3, 4, 5), { strides: [2, 1], dilation: [1, 2] })],
  ['both ways', conv(drawn(2, 3, 2, 4, 3), { strides: [2, 3], dilation: [2, 3], padding: [1, 0, 2, 3] })],
  ['strides with dilation, depthwise', conv(drawn(3, 2, 2, 1, 8), { strides: [2, 2], dilation: [2, 3], groups: 4 })],
  ['groups of two', conv(drawn(4, 3, 3, 2, 6), { groups: 2, padding: [0, 2, 1, 0], bias: drawn(9, 6) })],
  ['groups with strides and dilation', conv(drawn(5, 2, 2, 2, 4), { groups: 2, strides: [1, 2], dilation: [2, 2] })],
  ['depthwise, padded', conv(drawn(6, 3, 2, 1, 4), { groups: 4, strides: [2, 1], padding: [2, 0, 0, 1] })],
  ['depthwise, dilated', conv(drawn(7, 3, 2, 1, 12), { groups: 4, dilation: [2, 1] })],
  ['an average at the border', pool('avgPool2d', { size: [3, 3], strides: [1, 2], padding: 'same' })],
  ['an average with padding', pool('avgPool2d', { size: [4, 3], strides: [2, 2], padding: [3, 0, 1, 2] })],
  ['an average of one value', pool('avgPool2d', { size: [1, 1], strides: [2, 3] })],
  ['an average in a row', pool('avgPool2d', { size: [1, 4], strides: [1, 1], padding: [0, 0, 0, 0] })],
  ['a maximum at the border', pool('maxPool2d', { size: [3, 3], strides: [2, 2], padding: 'same' })],
  ['a maximum with padding', pool('maxPool2d', { size: [3, 2], strides: [1, 2], padding: [2, 0, 1, 1] })],
  ['a maximum of one value', pool('maxPool2d', { size: [1, 1], strides: [3, 2] })],
];
