import type { Conv2d, Dense, Network, Node, Tensor } from '@spikewright/snn-core';
import { normalStream, streamFor } from './random.js';

/**
 * Gives a network fresh weights: kernels are normal with variance `2 / inputs of a unit` (He et al. 2015), biases 0,
 * batch normalisations begin as identity with mean 0 and variance 1. Shapes stay; the given network is not changed.
 *
 * @param seed - a whole number from 0 to 2^32 - 1; every node has a stream of its own
 */
export function initialise(network: Network, seed: number): Network {
  return { ...network, nodes: network.nodes.map((node, place) => fresh(node, seed, place)) };
}

function fresh(node: Node, seed: number, place: number): Node {
  switch (node.op) {
    case 'conv2d':
    case 'dense':
      return { ...node, kernel: kernel(node, seed, place), ...(node.bias && { bias: filled(node.bias, 0) }) };
    case 'batchNorm':
      return {
        ...node,
        gamma: filled(node.gamma, 1),
        beta: filled(node.beta, 0),
        mean: filled(node.mean, 0),
        variance: filled(node.variance, 1),
      };
    default:
      return node;
  }
}

function kernel({ kernel: { shape } }: Conv2d | Dense, seed: number, place: number): Tensor {
  const inputs = shape.slice(0, -1).reduce((product, size) => product * size, 1);
  const normal = normalStream(streamFor('weights', seed, place));
  const deviation = Math.sqrt(2 / inputs);
  const data = Float32Array.from({ length: inputs * shape[shape.length - 1] }, () => deviation * normal());
  return { shape, data };
}

const filled = ({ shape, data }: Tensor, value: number): Tensor => ({ shape, data: data.map(() => value) });
