import { correlate, synapsesOf } from '../synapses.js';
import { nearWeights } from './near.js';
import type { Rule } from './rule.js';

/** The rates of H1. */
export interface TimingRates {
  /** η+ */
  readonly eta: number;
  /** η- */
  readonly etaMinus: number;
  /** d */
  readonly decay: number;
}

/** Takes a step of the trace of what arrives: `x ← d x + s`. */
export function addToTrace(trace: Float64Array, arrived: ArrayLike<number>, decay: number): void {
  for (let i = 0; i < trace.length; i++) trace[i] = decay * trace[i] + arrived[i];
}

/** What the trace of each synapse is multiplied by: η+ where the neuron behind it fires, -η- where it does not. */
export const signed = (spikes: ArrayLike<number>, { eta, etaMinus }: TimingRates): Float64Array =>
  Float64Array.from(spikes, (spike) => (spike > 0 ? eta : -etaMinus));

/**
 * H1: in every step `x ← d x + s` at each synapse, then `w ← w + η+ |w0| x` where the neuron behind it fires and
 * `w ← w - η- |w0| x` where it does not. Weights change once for a group, by the mean over samples; kernels by the mean over
 * places as well.
 */
export const timing =
  (rates: TimingRates, bound: number): Rule =>
  (original) =>
  ({ weights, size, channels }, { samples }) => {
    const ends = weights.map(({ node, shape }) => ({
      node,
      synapses: synapsesOf(node, shape),
      sums: new Float64Array(node.kernel.data.length),
      traces: new Map<number, Float64Array>(),
    }));
    return {
      see: ({ sample, spikes, received }) => {
        const behind = signed(spikes, rates);
        for (const { node, synapses, sums, traces } of ends) {
          const arrived = received(node.name);
          const trace = traces.get(sample) ?? new Float64Array(arrived.length);
          addToTrace(trace, arrived, rates.decay);
          traces.set(sample, trace);
          correlate(synapses, trace, behind, sums);
        }
      },
      learnt: () =>
        ends.map(({ node, sums }, place) => {
          const first = original.weights[place].node.kernel;
          const times = (samples * size) / channels;
          const changed = node.kernel.data.map((w, i) => w + (Math.abs(first.data[i]) * sums[i]) / times);
          return { ...node, kernel: nearWeights(first, changed, bound) };
        }),
    };
  };
