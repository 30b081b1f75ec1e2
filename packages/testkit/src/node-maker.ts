import {
  type AvgPool2d,
  type BatchNorm,
  type Conv2d,
  type Dense,
  elements,
  type Node,
  randomStream,
  type Scale,
  type Shape,
  type Tensor,
} from '@spikewright/snn-core';

/** Makes nodes with random weights; what a layer does not say is stride 1, no padding, one group, and a bias. */
export interface NodeMaker {
  input(shape: Shape): Node;
  conv(name: string, input: string, kernel: Shape, changes?: Partial<Conv2d>): Conv2d;
  dense(name: string, input: string, kernel: Shape): Dense;
  scale(name: string, input: string, channels: number): Scale;
  batchNorm(name: string, input: string, channels: number): BatchNorm;
  avgPool(name: string, input: string, changes?: Partial<AvgPool2d>): AvgPool2d;
  /** A node that has nothing but a name and inputs. */
  plain(
    op: 'relu' | 'flatten' | 'add' | 'concat' | 'globalAvgPool' | 'softmax',
    name: string,
    ...inputs: string[]
  ): Node;
}

/**
 * Makes a maker that draws its weights one after another from a seed.
 *
 * Weights are multiples of 1/16 and everything else is a power of two, so that sums are exact in 32-bit and in 64-bit
 * floats, in any order: engines must agree spike for spike, and potentials of exactly θ do occur.
 */
export function nodeMaker(seed: number, network: number): NodeMaker {
  const { kernelOf, biasOf, oneOf } = drawing(randomStream(seed, network));
  return {
    input: (shape) => ({ op: 'input', name: 'input', inputs: [], shape }),
    conv: (name, input, shape, changes) => {
      const [kernel, bias] = [kernelOf(shape), biasOf(shape)];
      const plain = { strides: [1, 1], padding: 'valid', dilation: [1, 1], groups: 1 } as const;
      return { op: 'conv2d', name, inputs: [input], kernel, bias, ...plain, ...changes };
    },
    dense: (name, input, shape) => ({
      op: 'dense',
      name,
      inputs: [input],
      kernel: kernelOf(shape),
      bias: biasOf(shape),
    }),
    scale: (name, input, channels) => {
      const [factor, bias] = [oneOf(channels, 0.5, 1, 2), biasOf([channels])];
      return { op: 'scale', name, inputs: [input], factor, bias };
    },
    batchNorm: (name, input, channels) => {
      const [gamma, beta, mean] = [oneOf(channels, 0.5, 1), biasOf([channels]), biasOf([channels])];
      // The square root of variance + epsilon is 1/2 or 1.
      const variance = oneOf(channels, 0, 0.75);
      return { op: 'batchNorm', name, inputs: [input], gamma, beta, mean, variance, epsilon: 0.25 };
    },
    avgPool: (name, input, changes) => {
      const plain = { size: [2, 2], strides: [2, 2], padding: 'valid' } as const;
      return { op: 'avgPool2d', name, inputs: [input], ...plain, ...changes };
    },
    plain: (op, name, ...inputs) => ({ op, name, inputs }),
  };
}

interface Drawing {
  /** Gives currents of about one half, whatever the number of inputs. */
  kernelOf(shape: Shape): Tensor;
  biasOf(shape: Shape): Tensor;
  /** Chooses one of the values for each channel. */
  oneOf(channels: number, ...values: readonly number[]): Tensor;
}

function drawing(random: () => number): Drawing {
  const uniform = (reach: number): number => Math.round(16 * reach * (2 * random() - 1)) / 16;
  const tensor = (shape: Shape, draw: () => number): Tensor => ({
    shape,
    data: Float32Array.from({ length: elements(shape) }, draw),
  });
  return {
    kernelOf: (shape) => tensor(shape, () => uniform(2 / Math.sqrt(elements(shape.slice(0, -1))))),
    biasOf: (shape) => tensor(shape.slice(-1), () => uniform(0.25)),
    oneOf: (channels, ...values) => tensor([channels], () => values[Math.floor(random() * values.length)]),
  };
}
