import type { Conv2d, Dense, Node, Scale, Tensor } from '@spikewright/snn-core';
import { emit, put } from './build.js';
import type { Call, Outcome } from './layer.js';
import type { Activation } from './values.js';

/** One number for all channels or one for each. */
export type PerChannel = ArrayLike<number>;

/**
 * Multiplies the channels of an activation by factors and adds a bias: in the weights before it where nothing else reads
 * them, otherwise by a scale node.
 */
export function affine({ layer, build }: Call, x: Activation, factor: PerChannel, bias: PerChannel): Outcome {
  const node = build.nodes.get(x.node)!;
  if (x.sole && isWeighted(node)) {
    put(build, scaled(node, factor, bias, x.shape.at(-1)!));
    return { value: x, fate: 'folded', why: 'it became part of the weights before it', nodes: [node.name] };
  }
  const value = emit(build, [x], { ...scaleOf(factor, bias), name: layer.name });
  return { value, fate: 'kept', why: 'a scale node does the same', nodes: [value.node] };
}

/** The fields of a scale node but its wiring. */
export const scaleOf = (factor: PerChannel, bias: PerChannel): Omit<Scale, 'name' | 'inputs'> => ({
  op: 'scale',
  factor: spread(factor),
  ...biasOf(bias),
});

const biasOf = (values: PerChannel): { bias?: Tensor } =>
  Array.prototype.some.call(values, (value) => value !== 0) ? { bias: spread(values) } : {};

/** Weights as a tensor: a scalar, or one a channel. */
export const spread = (values: PerChannel): Tensor => ({
  shape: values.length === 1 ? [] : [values.length],
  data: Float32Array.from(values),
});

const isWeighted = (node: Node): node is Conv2d | Dense | Scale =>
  node.op === 'conv2d' || node.op === 'dense' || node.op === 'scale';

/** Output channels are the last axis of all weights, so one rule does for the three. */
function scaled(node: Conv2d | Dense | Scale, factor: PerChannel, bias: PerChannel, channels: number): Node {
  const { bias: before, ...unbiased } = node;
  const uniform = node.op === 'scale' && [before?.data ?? [], factor, bias].every(({ length }) => length <= 1);
  const shifted = Float64Array.from(
    { length: uniform ? 1 : channels },
    (_, c) => at(before?.data ?? [0], c) * at(factor, c) + at(bias, c),
  );
  const changed = { ...unbiased, ...biasOf(shifted) } as Conv2d | Dense | Scale;
  if (factor.length === 1 && factor[0] === 1) return changed;
  if (changed.op === 'scale') return { ...changed, factor: spread(product(changed.factor.data, factor)) };
  const data = changed.kernel.data.map((weight, i) => weight * at(factor, i % channels));
  return { ...changed, kernel: { shape: changed.kernel.shape, data } };
}

const product = (a: PerChannel, b: PerChannel): Float64Array =>
  Float64Array.from({ length: Math.max(a.length, b.length) }, (_, c) => at(a, c) * at(b, c));

const at = (values: PerChannel, channel: number): number => values[channel % values.length];
