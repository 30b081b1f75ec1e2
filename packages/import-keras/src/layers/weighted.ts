import {
  type Conv2d,
  type Dense,
  type Node,
  type Padding,
  type Shape,
  slidingWindow,
  type Tensor,
} from '@spikewright/snn-core';
import { faulty } from '../errors.js';
import type { Layer } from '../graph.js';
import { count, pair, text } from '../json.js';
import { withActivation } from './activation.js';
import { lastChannels, type Made, type Maker, only, refuse, reshaped, type Value, weight } from './maker.js';

/** Whether a layer works on `[length, channels]`. */
const isSequence = ({ kind }: Layer): boolean => kind.endsWith('1D');

/** What a weighted layer's bias adds to its node; nothing where it has none. */
function biasOf(layer: Layer, position: number, channels: number): { bias?: Tensor } {
  return layer.config.use_bias === false ? {} : { bias: weight(layer, 'bias', position, [channels]) };
}

/** Conv2D, and Conv1D as a convolution of images of height 1. */
export const convolution: Maker = (layer, inputs, setting) => {
  const value = image(layer, inputs);
  const [height, width] = pair(layer.config, 'kernel_size', layer.name, isSequence(layer));
  const filters = count(layer.config, 'filters', layer.name);
  const groups = count(layer.config, 'groups', layer.name, 1);
  const [length, channels] = [[height, width], value.shape.at(-1)! / groups];
  const stored = [...(isSequence(layer) ? [width] : length), channels, filters];
  const kernel = reshaped(weight(layer, 'kernel', 0, stored), height, width, channels, filters);
  const node = convNode(layer, value, { name: layer.name, kernel, groups, ...biasOf(layer, 1, filters) });
  return withActivation(weighted(layer, value, node), layer, setting);
};

/** DepthwiseConv2D: its kernel `[height, width, channels, multiplier]` has the order of a kernel with as many groups as channels. */
export const depthwise: Maker = (layer, inputs, setting) => {
  const value = image(layer, inputs);
  const kernel = depthwiseKernel(layer, value);
  const channels = kernel.shape[3];
  const node = convNode(layer, value, {
    name: layer.name,
    kernel,
    groups: value.shape.at(-1)!,
    ...biasOf(layer, 1, channels),
  });
  return withActivation(weighted(layer, value, node), layer, setting);
};

/** SeparableConv2D: a depthwise convolution, then one of 1 x 1. */
export const separable: Maker = (layer, inputs, setting) => {
  const value = image(layer, inputs);
  const kernel = depthwiseKernel(layer, value);
  const [filters, channels] = [count(layer.config, 'filters', layer.name), kernel.shape[3]];
  const name = `${layer.name}/depthwise`;
  const first = weighted(layer, value, convNode(layer, value, { name, kernel, groups: value.shape.at(-1)! }));
  const stored = [...(isSequence(layer) ? [1] : [1, 1]), channels, filters];
  const node: Conv2d = {
    ...POINTWISE,
    name: layer.name,
    inputs: [name],
    kernel: reshaped(weight(layer, 'pointwise_kernel', 1, stored), 1, 1, channels, filters),
    ...biasOf(layer, 2, filters),
  };
  const shape = [...first.value.shape.slice(0, -1), filters];
  const why = 'It is a depthwise conv2d, then one of 1 x 1.';
  const nodes = [...first.nodes, node];
  return withActivation(
    { nodes, value: { ...first.value, node: node.name, shape }, fate: 'replaced', why },
    layer,
    setting,
  );
};

const POINTWISE = { op: 'conv2d', strides: [1, 1], padding: 'valid', dilation: [1, 1], groups: 1 } as const;

/** Dense; on images, which it multiplies pixel by pixel, a convolution of 1 x 1. */
export const dense: Maker = (layer, inputs, setting) => {
  const value = only(layer, inputs);
  const [features, units] = [value.shape.at(-1)!, count(layer.config, 'units', layer.name)];
  if (value.rank > 1 && setting.channelsFirst) return refuse('it multiplies the last axis, where the channels are not');
  const kernel = lastChannels(weight(layer, 'kernel', 0, [features, units]), value.channelsFirstOf);
  const common = { name: layer.name, inputs: [value.node], ...biasOf(layer, 1, units) };
  const isVector = value.shape.length === 1;
  const node: Node = isVector
    ? { op: 'dense', ...common, kernel }
    : { ...POINTWISE, ...common, kernel: reshaped(kernel, 1, 1, features, units) };
  const made: Made = {
    nodes: [node],
    value: { node: node.name, shape: [...value.shape.slice(0, -1), units], rank: value.rank },
    fate: isVector ? 'kept' : 'replaced',
    why: isVector ? 'It is the node dense.' : 'On an image it is a conv2d of 1 x 1.',
  };
  return withActivation(made, layer, setting);
};

function image(layer: Layer, inputs: readonly Value[]): Value {
  const value = only(layer, inputs);
  const rank = isSequence(layer) ? 2 : 3;
  if (value.rank !== rank) throw faulty(layer.name, `its input must have ${rank} axes beside the batch`, value.rank);
  return value;
}

function depthwiseKernel(layer: Layer, value: Value): Tensor {
  const [height, width] = pair(layer.config, 'kernel_size', layer.name, isSequence(layer));
  // Keras 3 calls the kernel of a depthwise layer just `kernel`, and TensorFlow.js forgets to write depth_multiplier.
  const name = layer.weight('depthwise_kernel', 0) ? 'depthwise_kernel' : 'kernel';
  const multiplier = count(layer.config, 'depth_multiplier', layer.name, layer.weight(name, 0)?.shape.at(-1));
  const channels = value.shape.at(-1)!;
  const stored = [...(isSequence(layer) ? [width] : [height, width]), channels, multiplier];
  return reshaped(weight(layer, name, 0, stored), height, width, 1, channels * multiplier);
}

type Kernel = Pick<Conv2d, 'name' | 'kernel' | 'groups' | 'bias'>;

/** A convolution node; on a vector, which stands for an image of one pixel, a product with a kernel of 1 x 1. */
function convNode(layer: Layer, value: Value, kernel: Kernel): Conv2d | Dense {
  const inputs = [value.node];
  if (value.shape.length === 1) {
    const [height, width, features, units] = kernel.kernel.shape;
    if (height * width * kernel.groups !== 1 || value.zeros)
      return refuse('on an image of one pixel its kernel must be 1 x 1');
    const { groups: _, ...rest } = kernel;
    return { op: 'dense', inputs, ...rest, kernel: reshaped(kernel.kernel, features, units) };
  }
  const strides = pair(layer.config, 'strides', layer.name, isSequence(layer), [1, 1]);
  const dilation = pair(layer.config, 'dilation_rate', layer.name, isSequence(layer), [1, 1]);
  return {
    op: 'conv2d',
    inputs,
    strides,
    dilation,
    padding: paddingOf(layer, value, kernel.kernel.shape, strides, dilation),
    ...kernel,
  };
}

type Pair = readonly [number, number];

/** The padding of a layer, with the zeros of a ZeroPadding before it. */
function paddingOf(layer: Layer, { shape, zeros }: Value, kernel: Shape, strides: Pair, dilation: Pair): Padding {
  const padding = text(layer.config, 'padding', layer.name, 'valid');
  if (padding === 'causal' && isSequence(layer)) {
    const [, , left, right] = zeros ?? [0, 0, 0, 0];
    return [0, 0, left + (kernel[1] - 1) * dilation[1], right];
  }
  if (padding !== 'valid' && padding !== 'same') throw faulty(layer.name, "padding must be 'valid' or 'same'", padding);
  if (!zeros || padding === 'valid') return zeros ?? padding;
  // 'same' counts from the size that the zeros have made.
  const [top, bottom, left, right] = zeros;
  const padded = [shape[0] + top + bottom, shape[1] + left + right, 1];
  const { rows, columns } = slidingWindow(padded, [kernel[0], kernel[1]], strides, 'same', dilation);
  const after = ({ input, output, kernel: taps, stride, dilation: apart, before }: typeof rows): number =>
    Math.max(0, (output - 1) * stride + (taps - 1) * apart + 1 - input - before);
  return [top + rows.before, bottom + after(rows), left + columns.before, right + after(columns)];
}

/** A layer that is one weighted node. */
function weighted(layer: Layer, value: Value, node: Conv2d | Dense): Made {
  const common = { nodes: [node], fate: 'kept', why: `It is the node ${node.op}.` } as const;
  if (node.op === 'dense')
    return { ...common, value: { node: node.name, shape: [node.kernel.shape[1]], rank: value.rank } };
  const { kernel, strides, padding, dilation } = node;
  const [height, width, , channels] = kernel.shape;
  const { rows, columns } = slidingWindow(value.shape, [height, width], strides, padding, dilation);
  if (rows.output < 1 || columns.output < 1)
    throw faulty(layer.name, 'its window must fit the image', `[${value.shape}]`);
  return { ...common, value: { node: node.name, shape: [rows.output, columns.output, channels], rank: value.rank } };
}

/** The convolutions: they can take in the zeros of a ZeroPadding before them. */
export const CONVOLUTIONS: Readonly<Record<string, Maker>> = {
  Conv2D: convolution,
  Convolution2D: convolution,
  Conv1D: convolution,
  Convolution1D: convolution,
  DepthwiseConv2D: depthwise,
  DepthwiseConv1D: depthwise,
  SeparableConv2D: separable,
  SeparableConv1D: separable,
};
