import type { Layer } from '../layer.js';
import { near, spread, vector } from './near.js';
import type { Rule } from './rule.js';
import { meanByChannel, tally } from './tally.js';

/** What neurons share: one value for the layer, for each channel, or none. */
export type Scope = 'layer' | 'channel' | 'neuron';

/** How far v(0) may be moved, in units of θ. */
const REACH = 1;
/** Rates are 32-bit floats: what is a whole number but for that stays one. */
const ROUNDING = 1e-5;

/** How many values a layer then has. */
const widthOf = (scope: Scope, { size, channels }: Layer): number =>
  ({ layer: 1, channel: channels, neuron: size })[scope];

/** Moves v(0) by so much, in units of θ; one value for each neuron or channel, or one for all. */
function moved(original: Layer, { neuron }: Layer, by: Float64Array): Layer['neuron'] {
  const before = spread(neuron.initial, by.length);
  const first = spread(original.neuron.initial, before.length);
  return { ...neuron, initial: vector(before.map((v, i) => near(first[i], v + by[i % by.length], REACH))) };
}

/** Potential: `v(0) ← v(0) + η T mean(a - r)`, in units of θ: neurons start with what they lack after T steps. */
export const potential =
  (eta: number, scope: Scope): Rule =>
  (original) =>
  (current, group) => {
    const seen = tally({ size: current.size, weights: [] }, group);
    return {
      see: seen.see,
      learnt: () => {
        const lack = meanByChannel(seen.meanLack(), widthOf(scope, current));
        return [
          moved(
            original,
            current,
            lack.map((value) => eta * group.steps * value),
          ),
        ];
      },
    };
  };

/**
 * Onset: `v(0) ← v(0) + η mean(a (t - t*))`, in units of θ. t is the step of a neuron's first spike, and
 * `t* = ceil(1 / 2a)` the step of it under the constant current that gives the rate a, from θ/2. A neuron that is late starts
 * higher next time, an early one lower. Silence until T counts as a spike in step T + 1, if one was due; a spike of a neuron
 * that is silent in the long run counts -1/2. The mean is over the samples in which a spike came or was due.
 */
export const onset =
  (eta: number, scope: Scope): Rule =>
  (original) =>
  (current, { samples, steps, target }) => {
    const { size } = current;
    const firsts = Array.from({ length: samples }, () => new Int32Array(size).fill(steps + 1));
    return {
      see: ({ sample, step, spikes }) => {
        const first = firsts[sample];
        for (let i = 0; i < size; i++) if (spikes[i] > 0 && first[i] > step) first[i] = step;
      },
      learnt: () => {
        const width = widthOf(scope, current);
        const [sums, counts] = [new Float64Array(width), new Float64Array(width)];
        firsts.forEach((first, sample) => {
          const a = target(sample);
          for (let i = 0; i < size; i++) {
            const due = a[i] > 0 ? Math.ceil(1 / (2 * a[i]) - ROUNDING) : Number.POSITIVE_INFINITY;
            if (first[i] > steps && due > steps) continue;
            sums[i % width] += lateness(a[i], first[i], due);
            counts[i % width] += 1;
          }
        });
        const mean = sums.map((sum, i) => (counts[i] > 0 ? (eta * sum) / counts[i] : 0));
        return [moved(original, current, mean)];
      },
    };
  };

/** How much charge a neuron lacked, in units of θ, to send its first spike in time; at most 1 either way. */
const lateness = (a: number, first: number, due: number): number => (a > 0 ? near(0, a * (first - due), 1) : -1 / 2);
