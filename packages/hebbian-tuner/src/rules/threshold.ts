import { near, spread, vector } from './near.js';
import type { Rule } from './rule.js';
import { meanByChannel, tally } from './tally.js';

/** Homeostasis: `θ ← θ (1 - η mean(a - r) / mean(a))`, channel by channel, at most ρ θ away from what it was. */
export const threshold =
  (eta: number, bound: number): Rule =>
  (original) =>
  (current, group) => {
    const { channels, neuron, size } = current;
    const seen = tally({ size, weights: [] }, group);
    return {
      see: seen.see,
      learnt: () => {
        const lack = meanByChannel(seen.meanLack(), channels);
        const wanted = new Float64Array(channels);
        for (let sample = 0; sample < group.samples; sample++) {
          meanByChannel(group.target(sample), channels).forEach((rate, c) => {
            wanted[c] += rate / group.samples;
          });
        }
        const first = spread(original.neuron.threshold, channels);
        const next = spread(neuron.threshold, channels).map((theta, i) => {
          const c = i % channels;
          return wanted[c] > 0 ? near(first[i], theta * (1 - (eta * lack[c]) / wanted[c]), bound * first[i]) : theta;
        });
        return [{ ...neuron, threshold: vector(next) }];
      },
    };
  };
