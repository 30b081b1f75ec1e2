import type { Layer } from '../layer.js';
import type { Group, Sight } from './rule.js';

/** What each sample did over its steps. */
export interface Tally {
  see(sight: Sight): void;
  /** `a - r` of every neuron, for one sample. */
  lack(sample: number): Float64Array;
  /** Its mean over the samples. */
  meanLack(): Float64Array;
  /** What a node with weights received in a step, on average over the steps, for one sample. */
  received(sample: number, node: string): Float64Array;
}

/** Adds up what the samples of a group do. */
export function tally({ size, weights }: Pick<Layer, 'size' | 'weights'>, { samples, steps, target }: Group): Tally {
  const sums = new Map<string, Float64Array>();
  const add = (key: string, values: ArrayLike<number>): void => {
    const sum = sums.get(key) ?? new Float64Array(values.length);
    for (let i = 0; i < sum.length; i++) sum[i] += values[i];
    sums.set(key, sum);
  };
  const mean = (key: string): Float64Array => sums.get(key)!.map((sum) => sum / steps);
  const lack = (sample: number): Float64Array => {
    const wanted = target(sample);
    return mean(`${sample}`).map((rate, i) => wanted[i] - rate);
  };
  return {
    see: ({ sample, spikes, received }) => {
      add(`${sample}`, spikes);
      for (const { node } of weights) add(`${sample} ${node.name}`, received(node.name));
    },
    lack,
    meanLack: () => {
      const means = new Float64Array(size);
      for (let sample = 0; sample < samples; sample++) {
        lack(sample).forEach((value, i) => {
          means[i] += value / samples;
        });
      }
      return means;
    },
    received: (sample, node) => mean(`${sample} ${node}`),
  };
}

/** The mean over all places of each of some channels. */
export function meanByChannel(values: ArrayLike<number>, channels: number): Float64Array {
  const means = new Float64Array(channels);
  for (let i = 0; i < values.length; i++) means[i % channels] += (values[i] * channels) / values.length;
  return means;
}
