import { elements, type ImportedLayer, type Node, type Shape, type Tensor } from '@spikewright/snn-core';
import { faulty, show } from '../errors.js';
import type { Layer } from '../graph.js';

/** What a layer gives to those that read it. */
export interface Value {
  /** The node that computes it. */
  readonly node: string;
  /** Its shape in the network: `[features]`, `[1, length, channels]` or `[height, width, channels]`. */
  readonly shape: Shape;
  /** Axes in Keras, without the batch: 1, 2 or 3. A vector may stand for an image of one pixel. */
  readonly rank: number;
  /** Zeros around the image that the next convolution adds. */
  readonly zeros?: Zeros;
  /** The image of which this is the flat form, in Keras in the order channel, height, width. */
  readonly channelsFirstOf?: Shape;
}

/** Zeros around an image: top, bottom, left, right. */
export type Zeros = readonly [number, number, number, number];

/** What a maker knows beside its layer. */
export interface Setting {
  /** Whether images have the axes channel, height, width in Keras. */
  readonly channelsFirst: boolean;
  /** The kinds of the layers that read a layer. */
  readonly readers: (name: string) => readonly string[];
}

/** The nodes that stand for a layer. */
export interface Made {
  readonly nodes: readonly Node[];
  readonly value: Value;
  readonly fate: Exclude<ImportedLayer['fate'], 'unsupported'>;
  readonly why: string;
}

/** Turns a layer into nodes. */
export type Maker = (layer: Layer, inputs: readonly Value[], setting: Setting) => Made;

/** Thrown by makers where no node can stand for a layer; the message says why and the way out. */
export class Unsupported extends Error {}

/** Refuses a layer that no node can stand for. */
export function refuse(why: string): never {
  throw new Unsupported(why);
}

/** The only input of a layer. */
export function only(layer: Layer, inputs: readonly Value[]): Value {
  if (inputs.length !== 1) throw faulty(layer.name, 'it must read one layer', inputs.length);
  return inputs[0];
}

/** A layer that does the same as one node. */
export function kept(node: Node, value: Value): Made {
  return { nodes: [node], value: { ...value, node: node.name }, fate: 'kept', why: `It is the node ${node.op}.` };
}

/** A layer that does nothing when the network is used. */
export function dropped(value: Value, why: string): Made {
  return { nodes: [], value, fate: 'dropped', why };
}

/**
 * A weight that must be in the file.
 *
 * @param shape - the only shape that is right
 */
export function weight(layer: Layer, variable: string, position: number, shape: Shape): Tensor {
  const found = layer.weight(variable, position);
  if (!found)
    throw new ReferenceError(`Cannot import layer '${show(layer.name)}': its ${variable} must be in the file: none`);
  if (String(found.shape) !== String(shape))
    throw faulty(layer.name, `${variable} must be [${shape}]`, `[${found.shape}]`);
  return found;
}

/** A tensor of the same numbers in another shape. */
export const reshaped = ({ data }: Tensor, ...shape: number[]): Tensor => ({ shape, data });

/** A tensor of one value for each channel. */
export const filled = (length: number, value: number): Tensor => ({
  shape: [length],
  data: new Float32Array(length).fill(value),
});

/** Puts rows that count channel, height, width into the order height, width, channel. */
export function lastChannels({ shape, data }: Tensor, image: Shape | undefined): Tensor {
  if (!image) return { shape, data };
  const [height, width, channels] = image;
  const size = data.length / elements(image);
  const ordered = new Float32Array(data.length);
  for (let pixel = 0; pixel < height * width; pixel++) {
    for (let channel = 0; channel < channels; channel++) {
      const from = (channel * height * width + pixel) * size;
      ordered.set(data.subarray(from, from + size), (pixel * channels + channel) * size);
    }
  }
  return { shape, data: ordered };
}

/** Whether a field names the channels' axis, as a number or a list of one; counted with the batch. */
export function isChannelAxis(axis: unknown, { rank }: Value, { channelsFirst }: Setting): boolean {
  const one = Array.isArray(axis) && axis.length === 1 ? axis[0] : axis;
  if (rank === 1) return one === -1 || one === 1;
  return channelsFirst ? one === 1 || one === -rank : one === -1 || one === rank;
}
