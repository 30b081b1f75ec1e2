import type { Batch, Network, Node, Work } from '@spikewright/snn-core';

export const tensor = (shape: readonly number[], values: readonly number[]) => ({
  shape,
  data: Float32Array.from(values),
});

export const ones = (...shape: number[]) =>
  tensor(shape, new Array<number>(shape.reduce((product, size) => product * size, 1)).fill(1));

export const network = (...nodes: Node[]): Network => ({ format: 1, nodes, meta: {} });
export const input = (...shape: number[]): Node => ({ op: 'input', name: 'input', inputs: [], shape });
export const relu = (name: string, from: string): Node => ({ op: 'relu', name, inputs: [from] });

/** A dense node of ones, or of the rows given (one an input). */
export const dense = (name: string, from: string, kernel: ReturnType<typeof tensor>, biases = 0): Node => ({
  op: 'dense',
  name,
  inputs: [from],
  kernel,
  ...(biases > 0 && { bias: ones(biases) }),
});

export const conv = (name: string, from: string, kernel: ReturnType<typeof tensor>, biases = 0): Node => ({
  op: 'conv2d',
  name,
  inputs: [from],
  kernel,
  strides: [1, 1],
  padding: 'same',
  dilation: [1, 1],
  groups: 1,
  ...(biases > 0 && { bias: ones(biases) }),
});

export const neuron = (name: string, from: string, leak = 1): Node => ({
  op: 'neuron',
  name,
  inputs: [from],
  threshold: tensor([], [1]),
  initial: tensor([], [0]),
  reset: 'subtract',
  fires: '>=',
  leak,
  levels: [0, 1],
});

export const batch = (...samples: readonly (readonly number[])[]): Batch => ({
  size: samples.length,
  data: Float32Array.from(samples.flat()),
  indices: Uint32Array.from(samples, (_, place) => place),
  labels: new Int32Array(samples.length),
});

/** What one sample did, as `evaluate` says it. */
export const counts = (meanStopStep: number, work: Work) => ({ meanStopStep, work });

/** image [784] -> 128 neurons -> 10 scores, and its ANN. */
export const perceptron = {
  ann: network(
    input(784),
    dense('hidden', 'input', ones(784, 128)),
    relu('relu', 'hidden'),
    dense('scores', 'relu', ones(128, 10)),
  ),
  snn: network(
    input(784),
    dense('hidden', 'input', ones(784, 128)),
    neuron('relu', 'hidden'),
    dense('scores', 'relu', ones(128, 10)),
  ),
  /** 4 steps, 100 image points that are not black, 50 spikes. */
  counts: counts(4, {
    spikes: { relu: 50 },
    accumulates: { hidden: 0, scores: 500 },
    multiplyAccumulates: { hidden: 51_200, scores: 0 },
  }),
};
