import {
  type Conv2d,
  type Dense,
  elements,
  type Network,
  type Neuron,
  type Node,
  type Shape,
} from '@spikewright/snn-core';
import { randomTensor } from './random-tensor.js';

/** A network of the VGG kind: blocks of convolutions, each closed by a pool, then dense layers. */
export interface Architecture {
  readonly input: Shape;
  /** Channels of every convolution, block by block. */
  readonly blocks: readonly (readonly number[])[];
  /** Neurons of the dense layers before the read-out. */
  readonly hidden: readonly number[];
  readonly classes: number;
}

/** Biases are small beside the weights' currents, as in trained networks. */
const BIAS = 0.1;

/**
 * Makes a spiking network with random weights: integrate-and-fire neurons with θ = 1, v(0) = θ/2 and reset by
 * subtraction; average pools stand after the spikes.
 */
export function spikingNetwork(name: string, architecture: Architecture, seed: number): Network {
  const { input, blocks, hidden, classes } = architecture;
  const nodes: Node[] = [{ op: 'input', name: 'input', inputs: [], shape: input }];
  const add = (node: Node): void => void nodes.push(node);
  const last = (): string => nodes.at(-1)!.name;
  let layer = 0;
  let [height, width, channels] = input;
  for (const block of blocks) {
    for (const outputs of block) {
      layer += 1;
      add(conv(`conv${layer}`, last(), [3, 3, channels, outputs], [seed, layer]));
      add(neuron(`spikes${layer}`, last()));
      channels = outputs;
    }
    add({ op: 'avgPool2d', name: `pool${layer}`, inputs: [last()], size: [2, 2], strides: [2, 2], padding: 'valid' });
    [height, width] = [Math.floor(height / 2), Math.floor(width / 2)];
  }
  add({ op: 'flatten', name: 'flatten', inputs: [last()] });
  let features = elements([height, width, channels]);
  for (const outputs of hidden) {
    layer += 1;
    add(dense(`dense${layer}`, last(), [features, outputs], [seed, layer]));
    add(neuron(`spikes${layer}`, last()));
    features = outputs;
  }
  add(dense('scores', last(), [features, classes], [seed, layer + 1]));
  return { format: 1, nodes, meta: { name } };
}

type Seed = readonly [seed: number, layer: number];

const conv = (name: string, input: string, shape: Shape, seed: Seed): Conv2d => ({
  op: 'conv2d',
  name,
  inputs: [input],
  ...weights(shape, seed),
  strides: [1, 1],
  padding: 'same',
  dilation: [1, 1],
  groups: 1,
});

const dense = (name: string, input: string, shape: Shape, seed: Seed): Dense => ({
  op: 'dense',
  name,
  inputs: [input],
  ...weights(shape, seed),
});

/** He's initialisation: weights of variance 2 / fan-in. */
const weights = (shape: Shape, [seed, layer]: Seed) => ({
  kernel: randomTensor(shape, Math.sqrt(2 / elements(shape.slice(0, -1))), seed, 2 * layer),
  bias: randomTensor(shape.slice(-1), BIAS, seed, 2 * layer + 1),
});

const neuron = (name: string, input: string): Neuron => ({
  op: 'neuron',
  name,
  inputs: [input],
  threshold: { shape: [], data: Float32Array.of(1) },
  initial: { shape: [], data: Float32Array.of(0.5) },
  reset: 'subtract',
  fires: '>=',
  leak: 1,
  levels: [0, 1],
});
