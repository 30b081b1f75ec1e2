import type { Tensor } from '@spikewright/snn-core';
import { near } from './near.js';
import type { Rule } from './rule.js';

/** Moves gains by rates: `g ← clip(g + η (r - r̄), 1 - ρ, 1 + ρ)`, r̄ the mean of the layer. */
export function moveGains(gains: Float64Array, rates: Float64Array, eta: number, bound: number): void {
  const mean = rates.reduce((sum, rate) => sum + rate, 0) / rates.length;
  rates.forEach((rate, c) => {
    gains[c] = near(1, gains[c] + eta * (rate - mean), bound);
  });
}

/**
 * H2: a gain g for each channel (of a vector: each neuron), by which its current is multiplied, follows its rate r:
 * `g ← clip(g + η (r - r̄), 1 - ρ, 1 + ρ)`, r̄ the mean of the layer. Weights and bias take the gain in.
 */
export const gain =
  (eta: number, bound: number): Rule =>
  (original) => {
    const gains = new Float64Array(original.channels).fill(1);
    return ({ channels, size }, { samples, steps }) => {
      const rates = new Float64Array(channels);
      const share = channels / (samples * steps * size);
      return {
        see: ({ spikes }) => {
          for (let i = 0; i < size; i++) rates[i % channels] += share * spikes[i];
        },
        learnt: () => {
          moveGains(gains, rates, eta, bound);
          const times = ({ shape, data }: Tensor): Tensor => ({
            shape,
            data: data.map((w0, i) => w0 * gains[i % channels]),
          });
          return original.weights.map(({ node }) => ({
            ...node,
            kernel: times(node.kernel),
            ...(node.bias && { bias: times(node.bias) }),
          }));
        },
      };
    };
  };
