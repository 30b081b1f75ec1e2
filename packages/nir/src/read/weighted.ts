import { type Conv2d, elements, type Padding, type Shape, slidingWindow } from '@spikewright/snn-core';
import { channelsLast, denseKernel, fromNirOrder, transpose } from '../axes.js';
import { common, type Layer, numbersOf, type Outcome, pairOf } from './layer.js';
import { compact } from './neuron.js';

/** Reads Affine, or Linear, which has no bias. */
export function readDense({ name, node, from, shape, image }: Layer): Outcome {
  const weight = numbersOf(node.fields, 'weight');
  const [out, into] = weight.shape;
  if (shape.length !== 1 || weight.shape.length !== 2 || into !== shape[0]) {
    return `weight must be [out, ${elements(shape)}] and what it reads a vector: [${weight.shape}] and [${shape}]`;
  }
  const bias = numbersOf(node.fields, 'bias');
  if (node.type === 'Affine' && bias.data.length !== out) return `bias must have ${out} values: ${bias.data.length}`;
  const dense = { op: 'dense', name, inputs: [from], kernel: denseKernel(weight, image) } as const;
  const withBias = node.type === 'Affine' ? { ...dense, bias: { shape: [out], data: bias.data } } : dense;
  return { nodes: [withBias], shape: [out], fate: 'kept', why: 'a dense layer' };
}

/** Reads Conv2d. */
export function readConv({ name, node: { fields }, from, shape }: Layer): Outcome {
  const weight = numbersOf(fields, 'weight');
  const bias = numbersOf(fields, 'bias');
  const [strides, dilation] = [pairOf(fields, 'stride', 1), pairOf(fields, 'dilation', 1)];
  const padding = paddingOf(fields.get('padding'), pairOf(fields, 'padding', 0));
  const groups = common(numbersOf(fields, 'groups'));
  if (shape.length !== 3 || weight.shape.length !== 4) return 'it must read an image, with a weight of 4 axes';
  if (!strides || !dilation || !padding || !Number.isInteger(groups)) {
    return 'stride, dilation, padding and groups must be whole numbers';
  }
  if (padding === 'same' && strides.some((stride) => stride > 1)) return "padding 'same' goes with strides of 1 only";
  const [out, , height, width] = weight.shape;
  if (bias.data.length !== out) return `bias must have ${out} values: ${bias.data.length}`;
  const conv: Conv2d = {
    op: 'conv2d',
    name,
    inputs: [from],
    kernel: transpose(weight, [2, 3, 1, 0]),
    bias: { shape: [out], data: bias.data },
    strides,
    padding,
    dilation,
    groups: groups!,
  };
  const window = slidingWindow(shape, [height, width], strides, padding, dilation);
  return { nodes: [conv], shape: [window.rows.output, window.columns.output, out], fate: 'kept', why: 'a convolution' };
}

/** Reads AvgPool2d. */
export function readAvgPool({ name, node: { fields }, from, shape }: Layer): Outcome {
  const [size, strides] = [pairOf(fields, 'kernel_size', 1), pairOf(fields, 'stride', 1)];
  if (shape.length !== 3 || !size || !strides)
    return 'kernel_size and stride must be whole numbers, and what it reads an image';
  if (common(numbersOf(fields, 'padding')) !== 0) return 'NIR does not say how the mean of a window counts padding';
  const { rows, columns } = slidingWindow(shape, size, strides, 'valid');
  const pool = { op: 'avgPool2d', name, inputs: [from], size, strides, padding: 'valid' } as const;
  return { nodes: [pool], shape: [rows.output, columns.output, shape[2]], fate: 'kept', why: 'means of windows' };
}

/** No layer comes near it: windows of 64 × 64 on 1024 channels. */
const MOST_ONES = 2 ** 22;

/** Reads SumPool2d as a convolution of each channel with ones. */
export function readSumPool({ name, node: { fields }, from, shape }: Layer): Outcome {
  const [size, strides] = [pairOf(fields, 'kernel_size', 1), pairOf(fields, 'stride', 1)];
  const padding = paddingOf(undefined, pairOf(fields, 'padding', 0));
  if (shape.length !== 3 || !size || !strides || !padding) {
    return 'kernel_size, stride and padding must be whole numbers, and what it reads an image';
  }
  const channels = shape[2];
  const window = slidingWindow(shape, size, strides, padding);
  if (size[0] * size[1] * channels > MOST_ONES) return `kernel_size must be smaller, for ${channels} channels: ${size}`;
  const ones = new Float32Array(size[0] * size[1] * channels).fill(1);
  const conv: Conv2d = {
    op: 'conv2d',
    name,
    inputs: [from],
    kernel: { shape: [...size, 1, channels], data: ones },
    strides,
    padding,
    dilation: [1, 1],
    groups: channels,
  };
  const output = [window.rows.output, window.columns.output, channels];
  return { nodes: [conv], shape: output, fate: 'replaced', why: 'a convolution of each channel with ones' };
}

/** Reads Scale, of one factor or one a channel. */
export function readScale({ name, node, from, shape, image }: Layer): Outcome {
  const { data } = numbersOf(node.fields, 'scale');
  if (data.length !== elements(shape)) return `scale must have ${elements(shape)} values: ${data.length}`;
  const factor = compact(fromNirOrder(data, image), shape);
  if (factor.shape.length > 1) return 'it must have the same factor in all places of a channel';
  return { nodes: [{ op: 'scale', name, inputs: [from], factor }], shape, image, fate: 'kept', why: 'factors' };
}

/** Reads Flatten; its axes are those of a sample, the batch left out. */
export function readFlatten({ name, node: { fields }, from, shape, image }: Layer): Outcome {
  const axis = (field: string, otherwise: number): number => {
    const value = numbersOf(fields, field).data[0] ?? otherwise;
    return value < 0 ? value + shape.length : value;
  };
  if (shape.length === 1) return { nodes: [], shape, image, fate: 'dropped', why: 'it reads a vector' };
  const [start, end] = [axis('start_dim', 0), axis('end_dim', -1)];
  if (start !== 0 || end !== shape.length - 1)
    return `it must flatten all axes of a sample, from 0 to -1: ${start} to ${end}`;
  const flatten = { op: 'flatten', name, inputs: [from] } as const;
  return { nodes: [flatten], shape: [elements(shape)], image: shape, fate: 'kept', why: 'channels come last here' };
}

/** The shape of an Input, channels last here. */
export function inputShape(layer: Pick<Layer, 'node'>): Shape | undefined {
  const shape = [...numbersOf(layer.node.fields, 'shape').data];
  const isShape =
    (shape.length === 1 || shape.length === 3) && shape.every((size) => Number.isInteger(size) && size > 0);
  return isShape ? channelsLast(shape) : undefined;
}

function paddingOf(word: unknown, pair: readonly [number, number] | undefined): Padding | undefined {
  if (word === 'same' || word === 'valid') return word;
  return pair && [pair[0], pair[0], pair[1], pair[1]];
}
