import type { Batch, Calibration, Conv2d, Dense, Network, Neuron, Node, Shape } from '@spikewright/snn-core';
import { referenceEngine } from '@spikewright/snn-core';

const vector = (...values: number[]) => ({ shape: [values.length], data: Float32Array.from(values) });
const scalar = (value: number) => ({ shape: [], data: Float32Array.of(value) });

/** Plain neurons with θ = 1. */
export const neurons = (name: string, input: string, initial = 0): Neuron => ({
  op: 'neuron',
  name,
  inputs: [input],
  threshold: scalar(1),
  initial: scalar(initial),
  reset: 'subtract',
  fires: '>=',
  leak: 1,
  levels: [0, 1],
});

export const dense = (
  name: string,
  input: string,
  [rows, columns]: [number, number],
  weights: number[],
  bias?: number[],
): Dense => ({
  op: 'dense',
  name,
  inputs: [input],
  kernel: { shape: [rows, columns], data: Float32Array.from(weights) },
  ...(bias && { bias: vector(...bias) }),
});

export const conv = (name: string, input: string, shape: Shape, weights: number[]): Conv2d => ({
  op: 'conv2d',
  name,
  inputs: [input],
  kernel: { shape, data: Float32Array.from(weights) },
  strides: [1, 1],
  padding: 'valid',
  dilation: [1, 1],
  groups: 1,
});

/** An input, some nodes, and a read-out of equal weights for two classes, the second a little lighter. */
export function network(shape: Shape, features: number, ...hidden: Node[]): Network {
  const last = hidden[hidden.length - 1].name;
  const weights = Array.from({ length: features * 2 }, (_, i) => (i % 2 === 0 ? 1 : 0.5));
  const nodes: Node[] = [{ op: 'input', name: 'input', inputs: [], shape }, ...hidden];
  if (shape.length > 1) nodes.push({ op: 'flatten', name: 'flatten', inputs: [last] });
  nodes.push(dense('scores', nodes[nodes.length - 1].name, [features, 2], weights));
  return { format: 1, nodes, meta: {} };
}

/** So many copies of one sample: one lesson, and some held out. */
export function copies(image: number[], size = 3): Calibration {
  const batch: Batch = {
    size,
    data: Float32Array.from({ length: size * image.length }, (_, i) => image[i % image.length]),
    indices: Uint32Array.from({ length: size }, (_, i) => i),
  };
  return {
    async *batches() {
      yield batch;
    },
    engine: referenceEngine(),
  };
}

/** The tensor of a node. */
export function tensor(network: Network, name: string, key: 'kernel' | 'bias' | 'initial' | 'threshold'): number[] {
  const node = network.nodes.find((other) => other.name === name) as unknown as Record<string, { data: Float32Array }>;
  return [...node[key].data];
}
