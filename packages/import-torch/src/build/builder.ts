import type { Tensor } from '@spikewright/snn-core';
import { type AvgPoolOptions, avgPool, maxPool, type PoolOptions, shortcutA } from './pools.js';
import type { Draft, Known, Signal, Step } from './steps.js';
import {
  type BatchNormOptions,
  batchNorm,
  type ConvOptions,
  conv,
  inOrder,
  linear,
  type Pair,
  type Recipe,
} from './weighted.js';

/**
 * The layers of PyTorch that a graph is written with. Those with tensors find them by the name of their module, as
 * `conv('layer1.0.conv1', x)` finds `layer1.0.conv1.weight` and, if there is one, `.bias`.
 */
export interface Layers {
  /** Where images `[channels, height, width]` or vectors `[features]` enter, in PyTorch's order; call it once, first. */
  readonly input: (shape: readonly number[]) => Signal;
  /** `(x - mean) / std`, one number, or one a channel (of a vector, one a feature). */
  readonly normalise: (x: Signal, mean: readonly number[], std: readonly number[]) => Signal;
  /** `nn.Conv2d`; its groups follow from the weights. */
  readonly conv: (name: string, x: Signal, options?: ConvOptions) => Signal;
  /** `nn.BatchNorm2d` or `nn.BatchNorm1d`. */
  readonly batchNorm: (name: string, x: Signal, options?: BatchNormOptions) => Signal;
  /** `nn.Linear`. */
  readonly linear: (name: string, x: Signal) => Signal;
  /** `max(0, x)`. */
  readonly relu: (x: Signal) => Signal;
  /** `min(max(0, x), most)`; 6 for `nn.ReLU6`. */
  readonly clip: (x: Signal, most: number) => Signal;
  /** `nn.MaxPool2d`. */
  readonly maxPool: (x: Signal, size: Pair, options?: PoolOptions) => Signal;
  /** `nn.AvgPool2d`. */
  readonly avgPool: (x: Signal, size: Pair, options?: AvgPoolOptions) => Signal;
  /** `nn.AdaptiveAvgPool2d(1)` and `flatten`: an image to a vector. */
  readonly globalAvgPool: (x: Signal) => Signal;
  /** `torch.flatten(x, 1)`; the weights that read it are turned round to fit. */
  readonly flatten: (x: Signal) => Signal;
  /** The sum of signals of one shape. */
  readonly add: (...inputs: Signal[]) => Signal;
  /** `torch.cat(inputs, 1)`. */
  readonly concat: (...inputs: Signal[]) => Signal;
  /** The shortcut of CIFAR ResNets without weights: every second position, zeros for new channels on both sides. */
  readonly shortcutA: (x: Signal, channels: number) => Signal;
  /** `nn.Softmax` over classes or channels. */
  readonly softmax: (x: Signal) => Signal;
}

/** Makes the layers, which write down what they are given as steps. */
export function layersInto(steps: Step[]): Layers {
  const names = new Set<string>();
  const record = (wish: string, inputs: readonly Signal[], recipe: Recipe): Signal => {
    for (const input of inputs) {
      if (!names.has(input?.node)) {
        throw new TypeError(`Cannot build network: '${wish}' must read signals of layers before it: ${String(input)}`);
      }
    }
    let name = wish;
    for (let count = 2; names.has(name); count++) name = `${wish}#${count}`;
    names.add(name);
    steps.push({ name, inputs: inputs.map(({ node }) => node), ...recipe });
    return { node: name };
  };
  /** A layer without tensors is named after what it reads. */
  const after = (word: string, inputs: readonly Signal[], recipe: Recipe): Signal =>
    record(`${inputs[0]?.node}.${word}`, inputs, recipe);
  return {
    input: (shape) => record('input', [], plain({ op: 'input', shape: channelsLast(shape) })),
    normalise: (x, mean, std) => after('normalised', [x], normalisation(mean, std)),
    conv: (name, x, options = {}) => record(name, [x], conv(name, options)),
    batchNorm: (name, x, options = {}) => record(name, [x], batchNorm(name, options)),
    linear: (name, x) => record(name, [x], linear(name)),
    relu: (x) => after('relu', [x], plain({ op: 'relu' })),
    clip: (x, most) => after('clip', [x], plain({ op: 'clip', lambda: most })),
    maxPool: (x, size, options = {}) => after('maxPool', [x], maxPool(size, options)),
    avgPool: (x, size, options = {}) => after('avgPool', [x], avgPool(size, options)),
    globalAvgPool: (x) => after('globalAvgPool', [x], plain({ op: 'globalAvgPool' })),
    flatten: (x) => after('flatten', [x], flattening),
    add: (...inputs) => after('add', inputs, plain({ op: 'add' })),
    concat: (...inputs) => after('concat', inputs, plain({ op: 'concat' })),
    shortcutA: (x, channels) => after('shortcut', [x], shortcutA(channels)),
    softmax: (x) => after('softmax', [x], plain({ op: 'softmax' })),
  };
}

const plain = (draft: Draft): Recipe => ({ needs: [], takes: [], make: () => draft });

const flattening: Recipe = {
  needs: [],
  takes: [],
  make: ([{ shape }]) => (shape.length === 1 ? undefined : { op: 'flatten' }),
};

const channelsLast = (shape: readonly number[]): readonly number[] =>
  shape.length === 3 ? [shape[1], shape[2], shape[0]] : shape;

function normalisation(mean: readonly number[], std: readonly number[]): Recipe {
  const vector = (values: readonly number[], input: Known): Tensor => {
    const tensor = { shape: [values.length], data: Float32Array.from(values) };
    return values.length > 1 ? inOrder(tensor, input) : tensor;
  };
  const factor = std.map((deviation) => 1 / deviation);
  const bias = mean.map((value, channel) => -value / std[channel % std.length]);
  return {
    needs: [],
    takes: [],
    make: ([input]) => ({ op: 'scale', factor: vector(factor, input), bias: vector(bias, input) }),
  };
}
