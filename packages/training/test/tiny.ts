import type { Batch, Network, Node, Tensor } from '@spikewright/snn-core';
import { tinyNetworks } from '@spikewright/testkit';
import { registerTrainingKernels } from '@spikewright/tfjs-kernels-wasm';
import '@tensorflow/tfjs-backend-wasm';
import { setBackend } from '@tensorflow/tfjs-core';

/** Makes TensorFlow.js ready to train. */
export async function startBackend(): Promise<void> {
  await setBackend('wasm');
  registerTrainingKernels();
}

/** A tensor of one value. */
export function filled(shape: number[], value = 0): Tensor {
  return { shape, data: new Float32Array(shape.reduce((product, size) => product * size, 1)).fill(value) };
}

/** A network of the given nodes. */
export const network = (...nodes: Node[]): Network => ({ format: 1, nodes, meta: { name: 'tiny' } });

/** Two inputs to two scores, all weights 0. */
export const linear: Network = network(
  { name: 'input', op: 'input', inputs: [], shape: [2] },
  { name: 'scores', op: 'dense', inputs: ['input'], kernel: filled([2, 2]), bias: filled([2]) },
);

/** A convolution with batch normalisation on images of [side, side, 1], to some classes. */
export const convolutional = (side: number, channels: number, classes: number): Network =>
  network(
    { name: 'input', op: 'input', inputs: [], shape: [side, side, 1] },
    {
      name: 'conv',
      op: 'conv2d',
      inputs: ['input'],
      kernel: filled([3, 3, 1, channels]),
      strides: [1, 1],
      padding: 'same',
      dilation: [1, 1],
      groups: 1,
    },
    {
      name: 'norm',
      op: 'batchNorm',
      inputs: ['conv'],
      gamma: filled([channels], 1),
      beta: filled([channels]),
      mean: filled([channels]),
      variance: filled([channels], 1),
      epsilon: 1e-3,
    },
    { name: 'relu', op: 'relu', inputs: ['norm'] },
    { name: 'pool', op: 'avgPool2d', inputs: ['relu'], size: [2, 2], strides: [2, 2], padding: 'valid' },
    { name: 'flatten', op: 'flatten', inputs: ['pool'] },
    {
      name: 'scores',
      op: 'dense',
      inputs: ['flatten'],
      kernel: filled([(side / 2) ** 2 * channels, classes]),
      bias: filled([classes]),
    },
  );

/** Samples given row by row. */
export const batch = (samples: number[][], labels: number[]): Batch => ({
  size: samples.length,
  data: Float32Array.from(samples.flat()),
  labels: Int32Array.from(labels),
  indices: Uint32Array.from(labels, (_, index) => index),
});

/** The values of a node's tensor, or its number. */
export function values(trained: Network, node: string, field: string): number[] {
  const found = trained.nodes.find(({ name }) => name === node) as unknown as Record<string, Tensor | number>;
  const value = found[field];
  return typeof value === 'number' ? [value] : [...value.data];
}

/** The tiny networks of the testkit that training knows: chains, branches, groups, strides, dilation, padding and pooling. */
export const trainable: [string, Network][] = Object.entries(tinyNetworks())
  .filter(([name]) => name !== 'scale')
  .map(([name, ann]) => [name, { ...ann, nodes: ann.nodes.filter(({ op }) => op !== 'softmax') }]);
