import type { Network, Node, Tensor } from '@spikewright/snn-core';

/** What NeuroBench counts in a network at rest. */
export interface StaticCounts {
  /** The share of zeros among the weights of conv2d and dense nodes, biases left out; not rounded. */
  readonly connectionSparsity: number;
  /** Weights, biases and trained factors: what PyTorch calls parameters. */
  readonly parameters: number;
  /**
   * Bytes of parameters and buffers: all numbers of the network in 32 bits, thresholds and start potentials of neurons
   * and the statistics of batch normalisation too.
   */
  readonly footprintBytes: number;
}

/** Counts parameters, bytes and zeros of a network. */
export function staticCounts({ nodes }: Network): StaticCounts {
  const weights = nodes.flatMap((node) => (node.op === 'conv2d' || node.op === 'dense' ? [node.kernel.data] : []));
  const zeros = weights.reduce(
    (sum, data) => sum + data.reduce((count, weight) => count + (weight === 0 ? 1 : 0), 0),
    0,
  );
  const all = weights.reduce((sum, { length }) => sum + length, 0);
  const parameters = size(nodes.flatMap(parametersOf));
  return {
    connectionSparsity: all === 0 ? 0 : zeros / all,
    parameters,
    footprintBytes: 4 * (parameters + size(nodes.flatMap(buffersOf))),
  };
}

function parametersOf(node: Node): Tensor[] {
  switch (node.op) {
    case 'conv2d':
    case 'dense':
      return [node.kernel, ...(node.bias ? [node.bias] : [])];
    case 'scale':
      return [node.factor, ...(node.bias ? [node.bias] : [])];
    case 'batchNorm':
      return [node.gamma, node.beta];
    default:
      return [];
  }
}

function buffersOf(node: Node): Tensor[] {
  if (node.op === 'batchNorm') return [node.mean, node.variance];
  return node.op === 'neuron' ? [node.threshold, node.initial] : [];
}

const size = (tensors: readonly Tensor[]): number => tensors.reduce((sum, { data }) => sum + data.length, 0);
