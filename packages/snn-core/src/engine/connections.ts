import { checkNetwork, type Shapes } from '../network/check.js';
import { elements, forEachTap, slidingWindow, type Window } from '../network/geometry.js';
import type { Conv2d, Dense, Network, Node, Scale, Shape } from '../network/network.js';
import { convWindow, tapTable } from './linear.js';

/** A node with synapses. */
export type Weighted = Conv2d | Dense | Scale;

/** Whether a node has synapses. */
export const isWeighted = (node: Node): node is Weighted =>
  node.op === 'conv2d' || node.op === 'dense' || node.op === 'scale';

/** The synapses of a weighted node, seen from where its input comes from. */
export interface Connection {
  readonly node: Weighted;
  /** For each value of the node's input, the synapses it reaches. */
  readonly fanOut: Float64Array;
  /**
   * The neuron, input and weighted nodes whose output arrives through pooling, flatten, add and concat, each with the
   * synapses that each of its values reaches on that way.
   */
  readonly sources: readonly { readonly node: string; readonly fanOut: Float64Array }[];
}

/**
 * Counts the synapses behind every value, exactly at borders, for each weighted node.
 *
 * @param zeros - whether weights of zero count as synapses
 */
export function connections(network: Network, shapes: Shapes, zeros: boolean): Connection[] {
  const byName = new Map(network.nodes.map((node) => [node.name, node]));
  return network.nodes.filter(isWeighted).map((node) => {
    const [input] = node.inputs;
    const fanOut = synapses(node, shapes.get(input)!, zeros);
    const sources = new Map<string, Float64Array>();
    collectSources(byName.get(input)!, fanOut, { byName, shapes, sources });
    return { node, fanOut, sources: [...sources].map(([source, reach]) => ({ node: source, fanOut: reach })) };
  });
}

/**
 * The multiply-additions of one dense pass through each weighted node, padding left out: NeuroBench's 'Dense'.
 *
 * @returns by node name, for one sample
 */
export function denseOperations(network: Network): Record<string, number> {
  const shapes = checkNetwork(network);
  return Object.fromEntries(
    connections(network, shapes, true).map(({ node, fanOut }) => [node.name, fanOut.reduce((sum, n) => sum + n, 0)]),
  );
}

function synapses(node: Weighted, shape: Shape, zeros: boolean): Float64Array {
  const fanOut = new Float64Array(elements(shape));
  const counts = (weight: number): number => (zeros || weight !== 0 ? 1 : 0);
  if (node.op === 'scale') return fanOut.map((_, i) => counts(node.factor.data[i % node.factor.data.length]));
  const outputs = node.kernel.shape.at(-1)!;
  const perRow = new Float64Array(node.kernel.data.length / outputs);
  node.kernel.data.forEach((weight, i) => {
    perRow[Math.floor(i / outputs)] += counts(weight);
  });
  return node.op === 'dense' ? perRow : convSynapses(node, shape, fanOut, zeros);
}

function convSynapses(node: Conv2d, image: Shape, fanOut: Float64Array, zeros: boolean): Float64Array {
  const { start, taps } = tapTable(convWindow(node, image));
  const [, , groupInputs, channels] = node.kernel.shape;
  const groupOutputs = channels / node.groups;
  const inputs = image[2];
  /** The synapses of input channel c at a tap: the weights to the outputs of its own group. */
  const atTap = (tap: number, channel: number): number => {
    const from =
      (tap * groupInputs + (channel % groupInputs)) * channels + Math.floor(channel / groupInputs) * groupOutputs;
    const weights = node.kernel.data.subarray(from, from + groupOutputs);
    return zeros ? groupOutputs : weights.reduce((sum, weight) => sum + (weight !== 0 ? 1 : 0), 0);
  };
  const tapCount = node.kernel.shape[0] * node.kernel.shape[1];
  const table = Float64Array.from({ length: tapCount * inputs }, (_, i) => atTap(Math.floor(i / inputs), i % inputs));
  for (let position = 0; position < image[0] * image[1]; position++) {
    for (let place = start[position]; place < start[position + 1]; place++) {
      for (let channel = 0; channel < inputs; channel++) {
        fanOut[position * inputs + channel] += table[taps[place] * inputs + channel];
      }
    }
  }
  return fanOut;
}

interface Walk {
  readonly byName: ReadonlyMap<string, Node>;
  readonly shapes: Shapes;
  readonly sources: Map<string, Float64Array>;
}

/** Carries a fan-out back through the nodes without synapses, and adds it up where values are made. */
function collectSources(node: Node, fanOut: Float64Array, walk: Walk): void {
  const { byName, shapes, sources } = walk;
  const carried = fanOutOfInputs(node, fanOut, shapes);
  if (carried) {
    for (let i = 0; i < carried.length; i++) collectSources(byName.get(node.inputs[i])!, carried[i], walk);
  } else {
    const before = sources.get(node.name);
    sources.set(node.name, before ? before.map((count, i) => count + fanOut[i]) : fanOut);
  }
}

/** The fan-out of each input of a node without synapses, given that of its output; undefined for other nodes. */
function fanOutOfInputs(node: Node, fanOut: Float64Array, shapes: Shapes): Float64Array[] | undefined {
  const inputs = node.inputs.map((name) => shapes.get(name)!);
  switch (node.op) {
    case 'flatten':
      return [fanOut];
    case 'add':
      return inputs.map(() => fanOut);
    case 'globalAvgPool':
      return [Float64Array.from({ length: elements(inputs[0]) }, (_, i) => fanOut[i % fanOut.length])];
    case 'avgPool2d':
      return [throughWindow(slidingWindow(inputs[0], node.size, node.strides, node.padding), fanOut, inputs[0])];
    case 'concat':
      return splitChannels(fanOut, inputs);
    default:
      return undefined;
  }
}

function throughWindow(window: Window, fanOut: Float64Array, image: Shape): Float64Array {
  const channels = image[2];
  const carried = new Float64Array(elements(image));
  forEachTap(window, (output, input) => {
    for (let c = 0; c < channels; c++) carried[input * channels + c] += fanOut[output * channels + c];
  });
  return carried;
}

function splitChannels(values: Float64Array, shapes: readonly Shape[]): Float64Array[] {
  const widths = shapes.map((shape) => shape.at(-1)!);
  const total = widths.reduce((sum, width) => sum + width, 0);
  return shapes.map((shape, part) => {
    const width = widths[part];
    const from = widths.slice(0, part).reduce((sum, before) => sum + before, 0);
    return Float64Array.from(
      { length: elements(shape) },
      (_, i) => values[Math.floor(i / width) * total + from + (i % width)],
    );
  });
}
