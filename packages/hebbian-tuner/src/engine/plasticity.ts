import { elements, type Forward } from '@spikewright/snn-core';
import type { Layer } from '../layer.js';
import { moveGains } from '../rules/gain.js';
import { near } from '../rules/near.js';
import { addToTrace, signed, type TimingRates } from '../rules/timing.js';
import { correlate, type Synapses, synapsesOf } from '../synapses.js';

/** What changes while one sample runs. */
export interface Plasticity {
  /** How a node with weights is computed instead, if they change. */
  readonly forward: ReadonlyMap<string, Forward>;
  /** The current that a layer of neurons receives. */
  current(layer: string, input: Float64Array): Float64Array;
  /**
   * Learns from a step of a layer.
   *
   * @param received - what a node has put out in this step
   */
  learn(layer: Layer, step: number, spikes: Int32Array, received: (node: string) => ArrayLike<number>): void;
}

/** Makes everything as it was: once for every sample. */
export type MakePlasticity = (layers: readonly Layer[]) => () => Plasticity;

/** H2 while it runs: one gain for each channel (of a vector: each neuron), from the spikes so far. */
export const gainPlasticity =
  (eta: number, bound: number): MakePlasticity =>
  (layers) =>
  () => {
    const channelsOf = layers.map(({ neuron, channels }): [string, number] => [neuron.name, channels]);
    const gains = new Map(channelsOf.map(([name, channels]) => [name, new Float64Array(channels).fill(1)]));
    const counts = new Map(channelsOf.map(([name, channels]) => [name, new Float64Array(channels)]));
    return {
      forward: new Map(),
      current: (layer, input) => {
        const gain = gains.get(layer);
        return gain ? input.map((value, i) => value * gain[i % gain.length]) : input;
      },
      learn: ({ neuron, channels, size }, step, spikes) => {
        const count = counts.get(neuron.name)!;
        for (let i = 0; i < size; i++) count[i % channels] += spikes[i];
        const rates = count.map((sum) => (sum * channels) / (size * step));
        moveGains(gains.get(neuron.name)!, rates, eta, bound);
      },
    };
  };

/** A node whose weights change while a sample runs. */
interface Plastic {
  readonly synapses: Synapses;
  /** w0 */
  readonly original: Float32Array;
  readonly weights: Float64Array;
  readonly trace: Float64Array;
}

/** H1 while it runs: weights of the sample's own, changed after every step. */
export const timingPlasticity =
  (rates: TimingRates, bound: number): MakePlasticity =>
  (layers) => {
    const ends = layers.flatMap(({ weights }) =>
      weights.map(({ node, shape }) => ({ node, synapses: synapsesOf(node, shape), size: elements(shape) })),
    );
    return () => {
      const plastic = new Map(
        ends.map(({ node, synapses, size }): [string, Plastic] => {
          const original = node.kernel.data;
          return [
            node.name,
            { synapses, original, weights: Float64Array.from(original), trace: new Float64Array(size) },
          ];
        }),
      );
      return {
        forward: new Map(
          ends.map(({ node }) => [node.name, forwardOf(plastic.get(node.name)!, node.bias?.data ?? [0])]),
        ),
        current: (_, input) => input,
        learn: ({ weights, channels, size }, _, spikes, received) => {
          const behind = signed(spikes, rates);
          for (const { node } of weights) {
            const end = plastic.get(node.name)!;
            addToTrace(end.trace, received(node.inputs[0]), rates.decay);
            const sums = new Float64Array(end.weights.length);
            correlate(end.synapses, end.trace, behind, sums);
            changeWeights(end, sums, channels / size, bound);
          }
        },
      };
    };
  };

function changeWeights({ original, weights }: Plastic, sums: Float64Array, share: number, bound: number): void {
  for (let i = 0; i < weights.length; i++) {
    const size = Math.abs(original[i]);
    weights[i] = near(original[i], weights[i] + size * sums[i] * share, bound * size);
  }
}

const forwardOf =
  ({ synapses, weights }: Plastic, bias: ArrayLike<number>): Forward =>
  ([input], output, steps) => {
    for (let i = 0; i < output.length; i++) output[i] = bias[i % bias.length] * steps;
    synapses(input, (value, weight, behind, count) => {
      for (let k = 0; k < count; k++) output[behind + k] += value * weights[weight + k];
    });
  };
