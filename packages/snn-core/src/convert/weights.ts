import type { Weighted } from '../engine/connections.js';
import type { Conv2d, Dense, Tensor } from '../network/network.js';

/** A vector of the values, or a scalar if there is one. */
export const tensorOf = (values: ArrayLike<number>): Tensor => ({
  shape: values.length === 1 ? [] : [values.length],
  data: Float32Array.from(values),
});

/** Multiplies the weights of each input channel by a factor: the node as if its input had been multiplied. */
export function multiplyInput(node: Weighted, factors: ArrayLike<number>): Weighted {
  if (Array.prototype.every.call(factors, (factor) => factor === 1)) return node;
  if (node.op === 'scale') {
    const own = node.factor.data;
    return { ...node, factor: tensorOf(Float64Array.from(factors, (factor, c) => factor * own[c % own.length])) };
  }
  return mapKernel(node, (weight, row, output) => weight * factors[inputChannel(node, row, output)]);
}

/** Divides the weights and the bias of each output channel: the node as if its output had been divided. */
export function divideOutput(node: Weighted, divisors: ArrayLike<number>): Weighted {
  const bias = node.bias && { bias: tensorOf(spread(node.bias.data, divisors, (value, by) => value / by)) };
  if (node.op === 'scale') {
    return { ...node, ...bias, factor: tensorOf(spread(node.factor.data, divisors, (value, by) => value / by)) };
  }
  const divided = mapKernel(node, (weight, _, output) => weight / divisors[output % divisors.length]);
  return { ...divided, ...(bias && { bias: { shape: node.bias!.shape, data: bias.bias.data } }) };
}

/** Combines two lists of which the shorter, a single value, is repeated. */
function spread(a: ArrayLike<number>, b: ArrayLike<number>, combine: (a: number, b: number) => number): Float64Array {
  const length = Math.max(a.length, b.length);
  return Float64Array.from({ length }, (_, i) => combine(a[i % a.length], b[i % b.length]));
}

/** @param change - receives the weight, its row (tap and input channel) and its output channel */
function mapKernel<N extends Conv2d | Dense>(
  node: N,
  change: (weight: number, row: number, output: number) => number,
): N {
  const outputs = node.kernel.shape.at(-1)!;
  const data = node.kernel.data.map((weight, i) => change(weight, Math.floor(i / outputs), i % outputs));
  return { ...node, kernel: { ...node.kernel, data } };
}

/** The channel of the input that a weight reads. */
function inputChannel(node: Conv2d | Dense, row: number, output: number): number {
  if (node.op === 'dense') return row;
  const [, , groupInputs, channels] = node.kernel.shape;
  return Math.floor(output / (channels / node.groups)) * groupInputs + (row % groupInputs);
}
