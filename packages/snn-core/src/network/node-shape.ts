import { elements, slidingWindow } from './geometry.js';
import type { BatchNorm, Conv2d, Dense, Neuron, Node, Padding, Pool2d, Scale, Shape, Tensor } from './network.js';
import {
  checkTensor,
  checkValues,
  refuse,
  refuseValue,
  requireCount,
  requireOneOf,
  requirePair,
  requirePositive,
} from './requirements.js';

/** Checks a node against the shapes of its inputs and works out the shape of its output. */
export function nodeShape(node: Node, inputs: Shape[]): Shape {
  const [shape] = inputs;
  switch (node.op) {
    case 'input':
      return inputShape(node);
    case 'conv2d':
      return convShape(node, image(node, shape));
    case 'dense':
      return denseShape(node, shape);
    case 'scale':
      return scaleShape(node, shape);
    case 'avgPool2d':
    case 'maxPool2d':
      return poolShape(node, image(node, shape));
    case 'globalAvgPool':
      return [image(node, shape)[2]];
    case 'flatten':
      return [elements(shape)];
    case 'add':
      return addShape(node, inputs);
    case 'concat':
      return concatShape(node, inputs);
    case 'batchNorm':
      return batchNormShape(node, shape);
    case 'clip':
    case 'qcfs':
      requirePositive(node, 'lambda', node.lambda);
      if (node.op === 'qcfs') requireCount(node, 'levels', node.levels);
      return shape;
    case 'neuron':
      return neuronShape(node, shape);
    case 'relu':
    case 'softmax':
      return shape;
    default:
      refuse(node, 'op must be known', (node as Node).op);
  }
}

function inputShape(node: Node & { op: 'input' }): Shape {
  if (!Array.isArray(node.shape) || (node.shape.length !== 1 && node.shape.length !== 3)) {
    refuse(node, 'shape must be [features] or [height, width, channels]', node.shape);
  }
  for (const size of node.shape) requireCount(node, 'shape', size);
  return node.shape;
}

function convShape(node: Conv2d, [height, width, channels]: Shape): Shape {
  requireCount(node, 'groups', node.groups);
  checkTensor(node, 'kernel', node.kernel);
  const { shape: kernel } = node.kernel;
  if (kernel.length !== 4 || kernel[2] * node.groups !== channels || kernel[3] % node.groups !== 0) {
    const rule = `kernel must be [height, width, ${channels} input channels / ${node.groups} groups, output channels]`;
    refuse(node, rule, `[${kernel}]`);
  }
  checkBias(node, node.bias, [kernel[3]]);
  return windowShape(node, [height, width, channels], [kernel[0], kernel[1]], kernel[3]);
}

function denseShape(node: Dense, shape: Shape): Shape {
  checkTensor(node, 'kernel', node.kernel);
  const { shape: kernel } = node.kernel;
  if (shape.length !== 1) refuse(node, 'its input must be a vector (flatten it first)', `[${shape}]`);
  if (kernel.length !== 2 || kernel[0] !== shape[0]) {
    refuse(node, `kernel must be [${shape[0]} input features, output features]`, `[${kernel}]`);
  }
  checkBias(node, node.bias, [kernel[1]]);
  return [kernel[1]];
}

function scaleShape(node: Scale, shape: Shape): Shape {
  const allowed = [1, shape.at(-1)!];
  checkValues(node, 'factor', node.factor, allowed);
  if (node.bias) checkValues(node, 'bias', node.bias, allowed);
  return shape;
}

function poolShape(node: Pool2d<string>, shape: Shape): Shape {
  requirePair(node, 'size', node.size);
  const pooled = windowShape({ ...node, dilation: [1, 1] }, shape, node.size, shape[2]);
  // A window that lies on padding alone has neither a mean nor a maximum.
  if (typeof node.padding !== 'string' && node.padding.some((zeros, side) => zeros >= node.size[side >> 1])) {
    refuseValue(node, `padding must be less than its window [${node.size}]`, node.padding);
  }
  return pooled;
}

/** What convolution and pooling share. */
interface Windowed {
  readonly name: string;
  readonly strides: readonly [number, number];
  readonly padding: Padding;
  readonly dilation: readonly [number, number];
}

function windowShape(node: Windowed, shape: Shape, size: readonly [number, number], channels: number): Shape {
  requirePair(node, 'strides', node.strides);
  requirePair(node, 'dilation', node.dilation);
  const { padding } = node;
  const explicit =
    Array.isArray(padding) && padding.length === 4 && padding.every((n) => Number.isInteger(n) && n >= 0);
  if (padding !== 'valid' && padding !== 'same' && !explicit) {
    refuse(node, "padding must be 'valid', 'same' or [top, bottom, left, right]", padding);
  }
  const { rows, columns } = slidingWindow(shape, size, node.strides, padding, node.dilation);
  if (rows.output < 1 || columns.output < 1) {
    refuse(node, `its window [${size}] must fit the image`, `[${shape}]`);
  }
  return [rows.output, columns.output, channels];
}

function addShape(node: Node, inputs: Shape[]): Shape {
  const odd = inputs.find((shape) => String(shape) !== String(inputs[0]));
  if (odd) refuse(node, `inputs must share the shape [${inputs[0]}]`, `[${odd}]`);
  return inputs[0];
}

function concatShape(node: Node, inputs: Shape[]): Shape {
  const front = inputs[0].slice(0, -1);
  const odd = inputs.find((shape) => shape.length !== inputs[0].length || String(shape.slice(0, -1)) !== String(front));
  if (odd) refuse(node, `inputs must agree with [${inputs[0]}] but in the last size`, `[${odd}]`);
  return [...front, inputs.reduce((sum, shape) => sum + shape.at(-1)!, 0)];
}

function batchNormShape(node: BatchNorm, shape: Shape): Shape {
  const channels = shape.at(-1)!;
  for (const field of ['gamma', 'beta', 'mean', 'variance'] as const) checkValues(node, field, node[field], [channels]);
  if (!(Number.isFinite(node.epsilon) && node.epsilon >= 0))
    refuseValue(node, 'epsilon must be finite and at least 0', node.epsilon);
  if (node.variance.data.some((value) => value + node.epsilon <= 0)) {
    refuseValue(node, 'variance + epsilon must be above 0', Math.min(...node.variance.data));
  }
  return shape;
}

function neuronShape(node: Neuron, shape: Shape): Shape {
  const allowed = [1, shape.at(-1)!, elements(shape)];
  checkValues(node, 'threshold', node.threshold, allowed);
  checkValues(node, 'initial', node.initial, allowed);
  for (const threshold of node.threshold.data) requirePositive(node, 'threshold', threshold);
  requirePositive(node, 'leak', node.leak);
  if (node.leak > 1) refuseValue(node, 'leak must be at most 1', node.leak);
  requireOneOf(node, 'reset', node.reset, ['subtract', 'zero']);
  requireOneOf(node, 'fires', node.fires, ['>=', '>']);
  const [min, max] = Array.isArray(node.levels) && node.levels.length === 2 ? node.levels : [Number.NaN, Number.NaN];
  if (!Number.isInteger(min) || !Number.isInteger(max) || min > 0 || max < 1) {
    refuseValue(node, 'levels must be whole numbers [min <= 0, max >= 1]', node.levels);
  }
  if (node.gains !== undefined) {
    checkTensor(node, 'gains', node.gains);
    if (node.gains.shape.length !== 1) refuse(node, 'gains must be of shape [T]', `[${node.gains.shape}]`);
  }
  if (node.delay !== undefined) requireOneOf(node, 'delay', node.delay, [0, 1]);
  return shape;
}

function image(node: Node, shape: Shape): Shape {
  if (shape.length !== 3) refuse(node, 'its input must be [height, width, channels]', `[${shape}]`);
  return shape;
}

function checkBias(node: Node, bias: Tensor | undefined, [channels]: Shape): void {
  if (bias) checkValues(node, 'bias', bias, [channels]);
}
