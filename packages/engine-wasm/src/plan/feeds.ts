import type { Compiled, Node, Pool2d, Window } from '@spikewright/snn-core';
import { slidingWindow } from '@spikewright/snn-core';

/** The spikes of one node, as a part of a feed. */
export interface Part {
  /** A node whose spikes are 0 or 1. */
  readonly source: string;
  /** Width of the source's image. */
  readonly width: number;
  /** The feed's first channel that it fills. */
  readonly channel: number;
  /** Height and width of the pooling window over the source, and its strides; all 1 without pooling. */
  readonly window: readonly [number, number];
  readonly strides: readonly [number, number];
}

/** Spikes that arrive at a connection through pooling, concat, add and flatten, as one image. */
export interface Feed {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly parts: readonly Part[];
  /** Each spike counts 1 / divisor: what pooling divides by, times the share of spikes that do not get lost. */
  readonly divisor: number;
  /** Whether it is read as a vector, in the order height, width, channel. */
  readonly flat: boolean;
}

/** What feeds are read from. */
export interface FeedContext {
  readonly compiled: Compiled;
  /** Whether a node puts out spikes of 0 or 1 only. */
  readonly binary: (node: string) => boolean;
  /** The share of the neurons' spikes that get lost. */
  readonly dropout: number;
}

/** Follows a node back to the spikes it is made of; undefined where that is no plain listing of spikes. */
export function feedOf(name: string, context: FeedContext): Feed | undefined {
  const node = context.compiled.network.nodes.find((candidate) => candidate.name === name)!;
  if (context.binary(name)) return spikesOf(name, context);
  if (node.op === 'flatten') {
    const feed = feedOf(node.inputs[0], context);
    return feed && { ...feed, flat: feed.height * feed.width > 1 };
  }
  if (node.op === 'avgPool2d' || node.op === 'globalAvgPool') return pooled(node, context);
  if (node.op === 'concat' || node.op === 'add') return joined(node, context);
  return undefined;
}

function spikesOf(source: string, { compiled: { shapes, neurons }, dropout }: FeedContext): Feed {
  const shape = shapes.get(source)!;
  const [height, width, channels] = shape.length === 3 ? shape : [1, 1, shape[0]];
  const part: Part = { source, width, channel: 0, window: [1, 1], strides: [1, 1] };
  return { height, width, channels, parts: [part], divisor: neurons.has(source) ? 1 - dropout : 1, flat: false };
}

function pooled(node: Node, context: FeedContext): Feed | undefined {
  const feed = feedOf(node.inputs[0], context);
  if (!feed || feed.flat || !feed.parts.every(isPlain)) return undefined;
  const { size, strides, padding } =
    node.op === 'avgPool2d'
      ? node
      : ({ size: [feed.height, feed.width], strides: [1, 1], padding: 'valid' } satisfies Partial<Pool2d<string>>);
  const window = slidingWindow([feed.height, feed.width, feed.channels], size, strides, padding);
  if (!insideImage(window)) return undefined;
  return {
    ...feed,
    height: window.rows.output,
    width: window.columns.output,
    parts: feed.parts.map((part) => ({ ...part, window: size, strides })),
    divisor: feed.divisor * size[0] * size[1],
  };
}

/** Whether a part is its source as it is, not pooled. */
export const isPlain = ({ window, strides }: Part): boolean => [...window, ...strides].every((size) => size === 1);

/** How many spikes a part adds up at a place. */
export const windowSize = ({ window: [height, width] }: Part): number => height * width;

/** Whether no window reaches over the image's border, so that all have the same count. */
const insideImage = ({ rows, columns }: Window): boolean =>
  [rows, columns].every(
    ({ before, output, stride, kernel, input }) => before === 0 && (output - 1) * stride + kernel <= input,
  );

function joined(node: Node, context: FeedContext): Feed | undefined {
  const feeds: Feed[] = [];
  for (const input of node.inputs) {
    const feed = feedOf(input, context);
    if (!feed) return undefined;
    feeds.push(feed);
  }
  const [first] = feeds;
  const alike = feeds.every(
    ({ height, width, divisor, flat }) =>
      height === first.height && width === first.width && divisor === first.divisor && flat === first.flat,
  );
  if (!alike) return undefined;
  if (node.op === 'add') {
    if (feeds.some(({ channels }) => channels !== first.channels)) return undefined;
    return { ...first, parts: feeds.flatMap(({ parts }) => parts) };
  }
  // Flattened images of more than one position do not follow one another channel by channel.
  if (first.flat) return undefined;
  let channel = 0;
  const parts = feeds.flatMap((feed) => {
    const from = channel;
    channel += feed.channels;
    return feed.parts.map((part) => ({ ...part, channel: part.channel + from }));
  });
  return { ...first, channels: channel, parts };
}
