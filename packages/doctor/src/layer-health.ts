import { type Layer, lambdaAt } from './layers.js';
import type { SpikeRun } from './spike-run.js';

/** How well the neurons of a layer stand for its activations, over all neurons and samples. */
export interface LayerHealth {
  readonly node: string;
  /** λ, the activation that one spike a step stands for: the smallest and the largest of its channels. */
  readonly lambda: readonly [least: number, most: number];
  /** Spikes a neuron and step. */
  readonly meanRate: number;
  /** Correlation of rates with the ANN's activations divided by λ, from -1 to 1; null where one of them is constant. */
  readonly correlation: number | null;
  /** The share of the activations' sum that lies above λ, times the most spikes of a step, and cannot be sent. */
  readonly clippedMass: number;
  /** Mean distance of the activations, divided by λ and clipped, from the nearest rate of T steps that v(0) rounds to. */
  readonly quantisationError: number;
  /**
   * Mean distance of the rates from those of the count executor, for which time plays no part; null for neurons that it
   * cannot count (with leak, or reset to zero).
   */
  readonly unevennessError: number | null;
  /** The share of neurons that spiked in every step of some sample. */
  readonly saturated: number;
  /** The share of neurons that never spiked, though the ANN's activation was above 0 for some sample. */
  readonly silent: number;
  /** The share of neurons whose activation was 0 for every sample. */
  readonly dead: number;
  /** The first step after which the correlation is at least 0.9; null if none. */
  readonly firstUsefulStep: number | null;
}

/** What is known of a layer. */
export interface LayerEvidence {
  readonly layer: Layer;
  /** The ANN's activations, sample after sample. */
  readonly activations: Float32Array;
  readonly samples: number;
  readonly steps: number;
  /** The run step by step. */
  readonly stepped: SpikeRun;
  /** The run in the count domain; absent where there is none. */
  readonly counted: SpikeRun | undefined;
}

const USEFUL = 0.9;

/** Measures a layer. */
export function layerHealth({ layer, activations, samples, steps, stepped, counted }: LayerEvidence): LayerHealth {
  const { name, lambda, neuron } = layer;
  const spikes = stepped.counts.get(name)!;
  const even = counted?.counts.get(name);
  const neurons = activations.length / samples;
  const [saturated, spiked, active] = Array.from({ length: 3 }, () => new Uint8Array(neurons));
  const { data: initial } = neuron.initial;
  const most = neuron.levels[1];
  let [sum, mass, clipped, rounding, unevenness] = [0, 0, 0, 0, 0];
  for (let i = 0; i < activations.length; i++) {
    const place = i % neurons;
    const ideal = activations[i] / lambdaAt(layer, place);
    const rate = Math.min(Math.max(ideal, 0), most);
    const start = initial[initial.length === 1 ? 0 : place % initial.length];
    sum += spikes[i];
    mass += Math.max(ideal, 0);
    clipped += Math.max(ideal - most, 0);
    rounding += Math.abs(rate - Math.min(Math.floor(rate * steps + start), most * steps) / steps);
    if (even) unevenness += Math.abs(spikes[i] - even[i]) / steps;
    if (spikes[i] >= steps * most) saturated[place] = 1;
    if (spikes[i] !== 0) spiked[place] = 1;
    if (ideal > 0) active[place] = 1;
  }
  const correlations = stepped.correlation.get(name)!;
  const first = correlations.findIndex((value) => value >= USEFUL);
  const last = correlations.at(-1)!;
  return {
    node: name,
    lambda: [Math.min(...lambda), Math.max(...lambda)],
    meanRate: sum / (activations.length * steps),
    correlation: Number.isFinite(last) ? last : null,
    clippedMass: mass === 0 ? 0 : clipped / mass,
    quantisationError: rounding / activations.length,
    unevennessError: even ? unevenness / activations.length : null,
    saturated: share(saturated, (flag) => flag === 1),
    silent: share(spiked, (flag, place) => flag === 0 && active[place] === 1),
    dead: share(active, (flag) => flag === 0),
    firstUsefulStep: first < 0 ? null : first + 1,
  };
}

const share = (flags: Uint8Array, counts: (flag: number, place: number) => boolean): number =>
  flags.filter(counts).length / flags.length;
