import { checkNetwork, type Dense, type Network, type Node, type Shape } from '@spikewright/snn-core';
import { type Cause, cause } from '../causes.js';
import { mapSamples, reverseChannels, type Samples } from '../values.js';
import { type Arrival, deviation, EXPLAINED, explains } from './deviation.js';

/** What arrives at the layer when the analog spiking network, or its samples, are changed. */
export type Try = (change: {
  network?: (network: Network) => Network;
  samples?: (samples: Samples) => Samples;
}) => Promise<Pick<Arrival, 'expected' | 'found'>>;

/** Names an order of channels or features that differs from the ANN's; undefined where undoing none helps. */
export async function orderCause(arrival: Arrival, network: Network, attempt: Try): Promise<Cause | undefined> {
  const { node } = arrival;
  const order = channelOrder(arrival);
  if (order) return cause('channel order', `its channels are those of the ANN in the order ${order.join(', ')}`, node);
  const image = network.nodes.find(({ op }) => op === 'input') as Extract<Node, { op: 'input' }>;
  if (image.shape.length === 3 && image.shape[2] > 1) {
    const reversed = await attempt({
      samples: (samples) => mapSamples(samples, (data) => reverseChannels(data, image.shape[2])),
    });
    if (explains(arrival, reversed))
      return cause('input channel order', 'with the channels of the image reversed, it has what it should have', node);
  }
  for (const from of ['channel, height, width', 'height, width, channel'] as const) {
    const permuted = await attempt({ network: (given) => permuteFlattened(given, from.startsWith('channel')) });
    if (explains(arrival, permuted))
      return cause('flatten order', `its kernel reads the image in the order ${from}`, node);
  }
  return undefined;
}

/** Which of the ANN's channels each channel is, if they are the same in another order. */
function channelOrder({ expected, found, channels }: Arrival): number[] | undefined {
  const least = EXPLAINED * deviation({ expected, found });
  const column = (values: Float32Array, channel: number): Float32Array =>
    values.filter((_, place) => place % channels === channel).slice(0, 4096);
  const wanted = Array.from({ length: channels }, (_, channel) => column(expected, channel));
  const order = Array.from({ length: channels }, (_, channel) => {
    const seen = column(found, channel);
    return wanted.findIndex((values) => deviation({ expected: values, found: seen }) < least);
  });
  const known = new Set(order);
  return known.size === channels && !known.has(-1) && order.some((channel, place) => channel !== place)
    ? order
    : undefined;
}

/** The network with the rows of each dense kernel that reads a flattened image put into another order. */
function permuteFlattened(network: Network, fromChannelsFirst: boolean): Network {
  const shapes = checkNetwork(network);
  const byName = new Map(network.nodes.map((node) => [node.name, node]));
  const nodes = network.nodes.map((node) => {
    if (node.op !== 'dense') return node;
    const before = byName.get(node.inputs[0])!;
    const shape = before.op === 'flatten' ? shapes.get(before.inputs[0])! : [];
    return shape.length === 3 ? permuteRows(node, shape, fromChannelsFirst) : node;
  });
  return { ...network, nodes };
}

function permuteRows(node: Dense, [height, width, channels]: Shape, fromChannelsFirst: boolean): Dense {
  const outputs = node.kernel.shape[1];
  const data = new Float32Array(node.kernel.data.length);
  for (let position = 0; position < height * width; position++) {
    for (let channel = 0; channel < channels; channel++) {
      const last = position * channels + channel;
      const first = channel * height * width + position;
      const [from, to] = fromChannelsFirst ? [first, last] : [last, first];
      data.set(node.kernel.data.subarray(from * outputs, (from + 1) * outputs), to * outputs);
    }
  }
  return { ...node, kernel: { ...node.kernel, data } };
}
