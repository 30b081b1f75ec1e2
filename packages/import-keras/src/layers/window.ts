import { type Node, type Shape, slidingWindow } from '@spikewright/snn-core';
import { faulty } from '../errors.js';
import type { Layer } from '../graph.js';
import { pair, text } from '../json.js';
import { filled, kept, type Made, type Maker, only, refuse, reshaped, type Value, type Zeros } from './maker.js';
import { CONVOLUTIONS } from './weighted.js';

/** MaxPooling and AveragePooling, of images and sequences. */
export const pooling: Maker = (layer, inputs) => {
  const value = image(layer, inputs);
  const { name, config } = layer;
  const isSequence = layer.kind.endsWith('1D');
  const size = pair(config, 'pool_size', name, isSequence, isSequence ? [2] : [2, 2]);
  const strides = config.strides == null ? size : pair(config, 'strides', name, isSequence);
  const padding = text(config, 'padding', name, 'valid');
  if (padding !== 'valid' && padding !== 'same') throw faulty(name, "padding must be 'valid' or 'same'", padding);
  const { rows, columns } = slidingWindow(value.shape, size, strides, padding);
  if (rows.output < 1 || columns.output < 1) throw faulty(name, 'its window must fit the image', `[${value.shape}]`);
  const op = layer.kind.startsWith('Max') ? 'maxPool2d' : 'avgPool2d';
  const shape = [rows.output, columns.output, value.shape[2]];
  return kept({ op, name, inputs: [value.node], size, strides, padding }, { ...value, shape });
};

/** GlobalAveragePooling. With `keepdims` the vector stands for an image of one pixel. */
export const globalAverage: Maker = (layer, inputs) => {
  const value = image(layer, inputs);
  const after = { node: layer.name, shape: value.shape.slice(2), rank: layer.config.keepdims ? value.rank : 1 };
  return kept({ op: 'globalAvgPool', name: layer.name, inputs: [value.node] }, after);
};

/** GlobalMaxPooling: the maximum over one window as large as the image. */
export const globalMaximum: Maker = (layer, inputs) => {
  const value = image(layer, inputs);
  const [name, size] = [`${layer.name}/pool`, [value.shape[0], value.shape[1]] as const];
  const nodes: Node[] = [
    { op: 'maxPool2d', name, inputs: [value.node], size, strides: size, padding: 'valid' },
    { op: 'flatten', name: layer.name, inputs: [name] },
  ];
  const after = { node: layer.name, shape: value.shape.slice(2), rank: layer.config.keepdims ? value.rank : 1 };
  return { nodes, value: after, fate: 'replaced', why: 'It is a maxPool2d over the whole image.' };
};

function image(layer: Layer, inputs: readonly Value[]): Value {
  const value = only(layer, inputs);
  if (value.shape.length !== 3) return refuse('it must pool an image');
  return value;
}

/** No image has more channels; the zeros of more would take too much memory. */
const MOST_CHANNELS = 2 ** 16;

/** ZeroPadding: part of the convolutions that read it, or a node of its own where others do. */
export const zeroPadding: Maker = (layer, inputs, { readers }) => {
  const value = image(layer, inputs);
  const zeros = zerosOf(layer);
  const [top, bottom, left, right] = zeros;
  const before = value.zeros ?? [0, 0, 0, 0];
  const all: Zeros = [before[0] + top, before[1] + bottom, before[2] + left, before[3] + right];
  const after = readers(layer.name);
  if (after.length > 0 && after.every((kind) => Object.hasOwn(CONVOLUTIONS, kind) || kind === layer.kind)) {
    const why = 'Its zeros are part of the padding of the next convolution.';
    return { nodes: [], value: { ...value, zeros: all }, fate: 'folded', why };
  }
  const channels = value.shape[2];
  if (channels > MOST_CHANNELS) return refuse(`it must have at most ${MOST_CHANNELS} channels`);
  return padded(layer.name, value, all);
};

/** A depthwise convolution of 1 x 1 with weight 1 changes nothing but its padding. */
function padded(name: string, { node: from, shape, rank }: Value, padding: Zeros): Made {
  const [height, width, channels] = shape;
  const kernel = reshaped(filled(channels, 1), 1, 1, 1, channels);
  const common = { strides: [1, 1], dilation: [1, 1], groups: channels } as const;
  const larger: Shape = [height + padding[0] + padding[1], width + padding[2] + padding[3], channels];
  return {
    nodes: [{ op: 'conv2d', name, inputs: [from], kernel, padding, ...common }],
    value: { node: name, shape: larger, rank },
    fate: 'replaced',
    why: 'It is a depthwise conv2d of 1 x 1 with weight 1 and the same padding.',
  };
}

function zerosOf({ name, kind, config }: Layer): Zeros {
  const given = config.padding ?? 1;
  const axes = kind.endsWith('1D') ? [0, given] : Array.isArray(given) ? given : [given, given];
  const [rows, columns] = axes.map((one: unknown) => (Array.isArray(one) ? one : [one, one]));
  const zeros = [rows?.[0], rows?.[1], columns?.[0], columns?.[1]];
  if (axes.length !== 2 || !zeros.every((one) => Number.isSafeInteger(one) && one >= 0 && one < 2 ** 16)) {
    throw faulty(name, 'padding must be whole numbers of at least 0', given);
  }
  return zeros as unknown as Zeros;
}
