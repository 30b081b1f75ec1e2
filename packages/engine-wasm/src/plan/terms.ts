import type { Compiled, Conv2d, Dense, Node, Tensor } from '@spikewright/snn-core';
import { slidingWindow } from '@spikewright/snn-core';
import { type Feed, type FeedContext, feedOf, isPlain } from './feeds.js';

/** A convolution or matrix product of a feed. */
export interface Gather {
  readonly kind: 'gather';
  readonly feed: Feed;
  /** `[kernel height, kernel width, input channels / groups, output channels]` */
  readonly kernel: Float32Array;
  readonly size: readonly [height: number, width: number];
  readonly strides: readonly [number, number];
  readonly dilation: readonly [number, number];
  readonly top: number;
  readonly left: number;
  readonly groups: number;
}

/** Spikes that each go to their own place only. */
export interface Diagonal {
  readonly kind: 'diagonal';
  readonly feed: Feed;
  /** One factor for all, or one a channel. */
  readonly factor: Float32Array;
}

/** One connection of spikes into a layer. */
export type Term = Gather | Diagonal;

/** All that arrives at a node in a step: `bias + sum of terms`. */
export interface Current {
  readonly terms: readonly Term[];
  readonly biases: readonly Tensor[];
}

/** Writes the output of a node as a sum of connections of spikes; undefined where it is something else. */
export function currentOf(name: string, context: FeedContext): Current | undefined {
  const node = context.compiled.network.nodes.find((candidate) => candidate.name === name)!;
  if (context.binary(name)) return diagonal(name, Float32Array.of(1), undefined, context);
  switch (node.op) {
    case 'add':
      return sum(node, context);
    case 'scale':
      return diagonal(node.inputs[0], node.factor.data, node.bias, context);
    case 'conv2d':
    case 'dense':
      return gather(node, context);
    default:
      return undefined;
  }
}

function sum(node: Node, context: FeedContext): Current | undefined {
  const currents: Current[] = [];
  for (const input of node.inputs) {
    const current = currentOf(input, context);
    if (!current) return undefined;
    currents.push(current);
  }
  return { terms: currents.flatMap(({ terms }) => terms), biases: currents.flatMap(({ biases }) => biases) };
}

function diagonal(
  input: string,
  factor: Float32Array,
  bias: Tensor | undefined,
  context: FeedContext,
): Current | undefined {
  const feed = feedOf(input, context);
  if (!feed || feed.flat || feed.parts.length !== 1 || !feed.parts.every(isPlain)) return undefined;
  return { terms: [{ kind: 'diagonal', feed, factor }], biases: bias ? [bias] : [] };
}

/** Rows of weights are numbered in 16 bits, with one of zeros after them, and so are the entries of an image row. */
const MOST_ROWS = 65_535;

function gather(node: Conv2d | Dense, context: FeedContext): Current | undefined {
  const feed = feedOf(node.inputs[0], context);
  if (!feed) return undefined;
  const term = node.op === 'conv2d' ? convolution(node, feed, context.compiled) : product(node, feed);
  const rows = term.size[0] * term.size[1] * feed.channels;
  if (rows > MOST_ROWS || feed.width * feed.channels > MOST_ROWS) return undefined;
  return { terms: [term], biases: node.bias ? [node.bias] : [] };
}

function convolution(node: Conv2d, feed: Feed, { shapes }: Compiled): Gather {
  const [height, width] = node.kernel.shape;
  const image = shapes.get(node.inputs[0])!;
  const { rows, columns } = slidingWindow(image, [height, width], node.strides, node.padding, node.dilation);
  const { strides, dilation, groups } = node;
  const [top, left] = [rows.before, columns.before];
  return {
    kind: 'gather',
    feed,
    kernel: node.kernel.data,
    size: [height, width],
    strides,
    dilation,
    top,
    left,
    groups,
  };
}

/** A matrix product is a convolution whose kernel covers the image. */
const product = ({ kernel }: Dense, feed: Feed): Gather => ({
  kind: 'gather',
  feed,
  kernel: kernel.data,
  size: [feed.height, feed.width],
  strides: [1, 1],
  dilation: [1, 1],
  top: 0,
  left: 0,
  groups: 1,
});
