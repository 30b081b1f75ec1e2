import type { Tensor } from '@spikewright/snn-core';
import { faulty } from '../errors.js';
import type { Layer } from '../graph.js';
import { number } from '../json.js';
import {
  filled,
  isChannelAxis,
  kept,
  lastChannels,
  type Made,
  type Maker,
  only,
  refuse,
  type Setting,
  type Value,
  weight,
} from './maker.js';

/** BatchNormalization along the channels. */
export const batchNormalization: Maker = (layer, inputs, setting) => {
  const value = only(layer, inputs);
  const { name, config } = layer;
  if (!isChannelAxis(config.axis ?? -1, value, setting)) return refuse('it must normalise the channels');
  const length = value.shape.at(-1)!;
  // Weights that a layer does without take no place among the others.
  const variables = ['moving_mean', 'moving_variance'];
  if (config.center !== false) variables.unshift('beta');
  if (config.scale !== false) variables.unshift('gamma');
  const stored = (variable: string): Tensor => {
    const position = variables.indexOf(variable);
    const tensor = weight(layer, variable, position, [length]);
    return lastChannels(tensor, value.channelsFirstOf);
  };
  const [mean, variance] = [stored('moving_mean'), stored('moving_variance')];
  const gamma = config.scale === false ? filled(length, 1) : stored('gamma');
  const beta = config.center === false ? filled(length, 0) : stored('beta');
  const epsilon = number(config, 'epsilon', name, 1e-3);
  return kept({ op: 'batchNorm', name, inputs: [value.node], gamma, beta, mean, variance, epsilon }, value);
};

/** Rescaling: `scale x + offset`. */
export const rescaling: Maker = (layer, inputs, setting) => {
  const value = only(layer, inputs);
  const [factor, bias] = [layer.config.scale ?? 1, layer.config.offset ?? 0].map((given) => numbers(layer, given));
  return scaled(layer, value, setting, factor, bias);
};

/** The smallest standard deviation that Keras divides by. */
const LEAST_DEVIATION = 1e-7;

/** Normalization: `(x - mean) / max(sqrt(variance), 1e-7)`, or back with `invert`. */
export const normalization: Maker = (layer, inputs, setting) => {
  const value = only(layer, inputs);
  const { axis = -1, invert } = layer.config;
  const forAll = axis === null || (Array.isArray(axis) && axis.length === 0);
  if (!forAll && !isChannelAxis(axis, value, setting)) return refuse('it must normalise the channels');
  const shape = forAll ? [] : [value.shape.at(-1)!];
  const part = (field: 'mean' | 'variance', position: number): readonly number[] =>
    layer.config[field] == null ? [...weight(layer, field, position, shape).data] : numbers(layer, layer.config[field]);
  const [mean, variance] = [part('mean', 0), part('variance', 1)];
  const deviation = variance.map((one) => Math.max(Math.sqrt(one), LEAST_DEVIATION));
  const at = (list: readonly number[], index: number): number => list[list.length === 1 ? 0 : index];
  const channels = Array.from({ length: Math.max(mean.length, deviation.length) }, (_, index) => index);
  if (invert) return scaled(layer, value, setting, deviation, mean, !forAll);
  const factor = deviation.map((one) => 1 / one);
  const bias = channels.map((index) => -at(mean, index) * at(factor, index));
  return scaled(layer, value, setting, factor, bias, !forAll);
};

/** One number, or one for each channel in any nesting. */
function numbers({ name }: Layer, given: unknown): readonly number[] {
  const list: unknown[] = Array.isArray(given) ? given.flat(4) : [given];
  if (list.length === 0 || !list.every((one) => typeof one === 'number')) {
    throw faulty(name, 'scale, offset, mean and variance must be numbers', given);
  }
  return list as number[];
}

function scaled(
  { name }: Layer,
  value: Value,
  { channelsFirst }: Setting,
  factor: readonly number[],
  bias: readonly number[],
  alongChannels: boolean = value.rank === 1 || !channelsFirst,
): Made {
  const sizes = [factor.length, bias.length];
  if (sizes.some((size) => size > 1 && (!alongChannels || value.channelsFirstOf))) {
    return refuse('it must scale all values or each channel alike');
  }
  const node = { op: 'scale', name, inputs: [value.node], factor: tensor(factor), bias: tensor(bias) } as const;
  return { nodes: [node], value: { ...value, node: name }, fate: 'replaced', why: 'It is the node scale.' };
}

const tensor = (values: readonly number[]): Tensor => ({
  shape: values.length === 1 ? [] : [values.length],
  data: Float32Array.from(values),
});
