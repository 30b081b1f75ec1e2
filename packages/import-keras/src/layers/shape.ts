import { elements, type Shape } from '@spikewright/snn-core';
import { faulty } from '../errors.js';
import { dropped, kept, type Made, type Maker, only, refuse, type Value } from './maker.js';

/** The most values of an input: an image of 4096 x 4096 in colour. */
const LARGEST_INPUT = 2 ** 26;

/** InputLayer: images get the order height, width, channel; a sequence becomes an image of height 1. */
export const input: Maker = ({ name, config }, _inputs, setting) => {
  const given = config.batch_shape ?? config.batch_input_shape;
  const stored = Array.isArray(given) ? given.slice(1) : [];
  if (stored.length < 1 || stored.length > 3 || !stored.every((size) => Number.isSafeInteger(size) && size > 0)) {
    throw faulty(name, 'the shape of the input must be known: 1 to 3 whole sizes after the batch', given);
  }
  const shape = networkShape(stored, setting.channelsFirst);
  if (elements(shape) > LARGEST_INPUT)
    throw faulty(name, `the input must have at most ${LARGEST_INPUT} values`, stored);
  return kept({ op: 'input', name, inputs: [], shape }, { node: name, shape, rank: stored.length });
};

function networkShape(stored: Shape, channelsFirst: boolean): Shape {
  if (stored.length === 1) return stored;
  const [channels, ...space] = channelsFirst ? stored : [stored.at(-1)!, ...stored.slice(0, -1)];
  return stored.length === 2 ? [1, ...space, channels] : [...space, channels];
}

/** Flatten. In Keras its own data_format decides whether channels come last in the vector. */
export const flatten: Maker = (layer, inputs, setting) => {
  const value = only(layer, inputs);
  const first = layer.config.data_format === 'channels_first';
  if (first && !setting.channelsFirst && value.shape.length > 1) {
    return refuse('its data_format differs from that of the images: leave it out');
  }
  const reorders = setting.channelsFirst && !first;
  return toVector(layer.name, value, reorders);
};

function toVector(name: string, value: Value, reorders: boolean): Made {
  if (value.shape.length === 1) return dropped({ ...value, rank: 1 }, 'Its input is a vector.');
  const [height, width, channels] = value.shape;
  const flat = { node: name, shape: [elements(value.shape)], rank: 1 };
  const mixed = reorders && height * width > 1 && channels > 1;
  return kept({ op: 'flatten', name, inputs: [value.node] }, mixed ? { ...flat, channelsFirstOf: value.shape } : flat);
}

/** Reshape where it makes a vector, changes nothing, or reads a vector as an image of one pixel. */
export const reshape: Maker = (layer, inputs, setting) => {
  const value = only(layer, inputs);
  const size = elements(value.shape);
  const target = targetShape(layer.config.target_shape, size);
  if (!target) throw faulty(layer.name, `target_shape must hold ${size} values`, layer.config.target_shape);
  if (target.length === 1) return toVector(layer.name, value, setting.channelsFirst);
  const wanted = target.length > 3 ? [] : networkShape(target, setting.channelsFirst);
  if (target.length === value.rank && String(wanted) === String(value.shape)) {
    return dropped(value, 'It does not change the shape.');
  }
  if (value.shape.length === 1 && !value.channelsFirstOf && size === wanted.at(-1)) {
    return dropped({ ...value, rank: target.length }, 'A vector is an image of one pixel.');
  }
  return refuse('it is no flatten: put it outside the network, or make its shape the shape of the input');
};

/** The sizes after -1 is filled in; undefined where they do not fit. */
function targetShape(target: unknown, size: number): Shape | undefined {
  if (!Array.isArray(target) || target.length === 0) return undefined;
  const open = target.filter((length) => length === -1).length;
  const known = target.reduce((product, length) => (length === -1 ? product : product * length), 1);
  const shape = target.map((length) => (length === -1 ? size / known : length));
  const sound = open <= 1 && shape.every((length) => Number.isSafeInteger(length) && length > 0);
  return sound && elements(shape) === size ? shape : undefined;
}

/** Layers that do nothing when a network is used. */
export const nothing: Maker = (layer, inputs) => dropped(only(layer, inputs), 'It acts in training only.');

/** Add of layers of one shape. */
export const add: Maker = ({ name, withNumber }, inputs) => {
  if (withNumber || inputs.length < 2) return refuse('it must add two layers or more, and no numbers');
  const odd = inputs.find(({ shape }) => String(shape) !== String(inputs[0].shape));
  if (odd) return refuse(`it must add layers of one shape, not [${inputs[0].shape}] and [${odd.shape}]`);
  if (inputs.some((one) => String(one.channelsFirstOf) !== String(inputs[0].channelsFirstOf))) {
    return refuse('it adds vectors that were flattened in different orders');
  }
  return kept({ op: 'add', name, inputs: inputs.map(({ node }) => node) }, inputs[0]);
};

/** Concatenate along the channels. */
export const concatenate: Maker = ({ name, config, withNumber }, inputs, { channelsFirst }) => {
  const [{ rank, shape }] = inputs;
  const axis = config.axis ?? -1;
  const along = channelsFirst && rank > 1 ? axis === 1 || axis === -rank : axis === -1 || axis === rank;
  if (!along) return refuse(`it must join along the channels, not along axis ${axis}`);
  if (withNumber || inputs.length < 2) return refuse('it must join two layers or more');
  if (inputs.some((one) => one.channelsFirstOf))
    return refuse('it joins vectors that were flattened from images with channels first');
  const front = String(shape.slice(0, -1));
  if (inputs.some((one) => one.rank !== rank || String(one.shape.slice(0, -1)) !== front)) {
    return refuse('it must join images of one size');
  }
  const channels = inputs.reduce((sum, one) => sum + one.shape.at(-1)!, 0);
  const node = { op: 'concat', name, inputs: inputs.map((one) => one.node) } as const;
  return kept(node, { node: name, rank, shape: [...shape.slice(0, -1), channels] });
};
