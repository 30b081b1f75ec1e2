import type { Tensor } from '@spikewright/snn-core';

/** The nearest value that is at most `distance` away from the original. */
export const near = (original: number, value: number, distance: number): number =>
  Math.min(Math.max(value, original - distance), original + distance);

/** Keeps weights near what they were: `|w - w0| <= ρ |w0|`. */
export const nearWeights = ({ shape, data }: Tensor, changed: ArrayLike<number>, bound: number): Tensor => ({
  shape,
  data: data.map((w0, i) => near(w0, changed[i], bound * Math.abs(w0))),
});

/** A value for each neuron or channel: what stands for all of them is written out. */
export const spread = ({ data }: Tensor, length: number): Float64Array =>
  Float64Array.from({ length: Math.max(length, data.length) }, (_, i) => data[i % data.length]);

/** A tensor of one value for each neuron or channel. */
export const vector = (values: ArrayLike<number>): Tensor => ({
  shape: [values.length],
  data: Float32Array.from(values),
});
