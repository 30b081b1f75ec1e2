import * as v from 'valibot';
import { gain } from './rules/gain.js';
import { rate } from './rules/rate.js';
import type { Rule } from './rules/rule.js';
import { onset, potential } from './rules/start.js';
import { threshold } from './rules/threshold.js';
import { timing } from './rules/timing.js';

/** A rule by which layers are tuned. */
export type HebbianRule = 'timing' | 'gain' | 'rate' | 'onset' | 'potential' | 'threshold';

/**
 * Options of {@link hebbian}. Every rule is derived from the abstract; the paper's rule is not public.
 */
export interface HebbianOptions {
  /**
   * What is changed, and by what. H1 `timing`: weights, by spikes before and behind them. H2 `gain`: a factor for each channel,
   * by its rate. H3 `rate`: weights and biases, by what rates lack of those in the long run. Beyond the abstract: `onset`: v(0), by the
   * time of the first spike; `potential`: v(0), by what rates lack; `threshold`: θ, by what rates lack.
   *
   * @defaultValue 'onset'
   */
  readonly rule?: HebbianRule;
  /**
   * T, the steps that the network is tuned for, from 1 to 1024.
   *
   * @defaultValue 4
   */
  readonly steps?: number;
  /**
   * η, how fast: from 0 to 10. For `timing` η+, of synapses of neurons that fire.
   *
   * @defaultValue 0.05 for `timing`, 0.1 for `rate`, 0.3 for the others
   */
  readonly eta?: number;
  /**
   * η-, of synapses of neurons that do not fire, from 0 to 10; used by `timing` only.
   *
   * @defaultValue 0.01
   */
  readonly etaMinus?: number;
  /**
   * d, what is left of a spike's trace after a step, from 0 up to but not including 1; used by `timing` only.
   *
   * @defaultValue 0.6
   */
  readonly decay?: number;
  /**
   * ηb, how fast biases move, from 0 to 10; used by `rate` only. With `eta: 0` nothing but biases moves.
   *
   * @defaultValue 0.1
   */
  readonly etaBias?: number;
  /**
   * ρ, from 0 up to but not including 1: weights, gains and thresholds stay within that share of what they were, biases within that
   * share of θ. Initial potentials, which `onset` and `potential` move, stay within θ of what they were.
   *
   * @defaultValue 0.3
   */
  readonly bound?: number;
  /**
   * Whether initial potentials are moved together in a layer, by channel, or each for itself; used by `onset` and `potential` only.
   *
   * @defaultValue 'channel'
   */
  readonly scope?: 'layer' | 'channel' | 'neuron';
  /**
   * How often the calibration samples are seen, from 1 to 100.
   *
   * @defaultValue 1
   */
  readonly epochs?: number;
  /**
   * The long run, in steps, from 1 to 65,536: what the network does then, started at θ/2, is what it is tuned to and checked with.
   *
   * @defaultValue 64
   */
  readonly reference?: number;
  /**
   * What is taken back where fewer samples held out keep the answer of the long run, after `steps` or `reference` steps: all
   * changes, those of a layer as soon as they are made, or none.
   *
   * @defaultValue 'layer'
   */
  readonly gate?: 'network' | 'layer' | 'off';
}

/** η where none is given. */
const ETA: Readonly<Record<HebbianRule, number>> = {
  timing: 0.05,
  gain: 0.3,
  rate: 0.1,
  onset: 0.3,
  potential: 0.3,
  threshold: 0.3,
};

/** Those that change neurons and not what leads to them. */
export const rulesWithoutWeights: readonly HebbianRule[] = ['onset', 'potential', 'threshold'];

const speed = v.pipe(v.number(), v.minValue(0), v.maxValue(10));
const whole = (most: number) => v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(most));

const given = v.strictObject({
  rule: v.optional(v.picklist(['timing', 'gain', 'rate', 'onset', 'potential', 'threshold']), 'onset'),
  steps: v.optional(whole(1024), 4),
  eta: v.optional(speed),
  etaMinus: v.optional(speed, 0.01),
  decay: v.optional(v.pipe(v.number(), v.minValue(0), v.ltValue(1)), 0.6),
  etaBias: v.optional(speed, 0.1),
  bound: v.optional(v.pipe(v.number(), v.minValue(0), v.ltValue(1)), 0.3),
  scope: v.optional(v.picklist(['layer', 'channel', 'neuron']), 'channel'),
  epochs: v.optional(whole(100), 1),
  reference: v.optional(whole(65_536), 64),
  gate: v.optional(v.picklist(['network', 'layer', 'off']), 'layer'),
});

/** Options with every default written out. */
export type Complete = Required<HebbianOptions>;

/** Options as they come: what is undefined is left out. */
type Given = { readonly [Key in keyof HebbianOptions]?: HebbianOptions[Key] | undefined };

/** Checks options and writes out defaults. */
export const options: v.GenericSchema<Given, Complete> = v.pipe(
  given,
  v.transform((complete) => ({ ...complete, eta: complete.eta ?? ETA[complete.rule] })),
);

/** The rule that options ask for. */
export function ruleOf({ rule, eta, etaMinus, etaBias, decay, bound, scope }: Complete): Rule {
  switch (rule) {
    case 'timing':
      return timing({ eta, etaMinus, decay }, bound);
    case 'gain':
      return gain(eta, bound);
    case 'rate':
      return rate({ eta, etaBias }, bound);
    case 'onset':
      return onset(eta, scope);
    case 'potential':
      return potential(eta, scope);
    case 'threshold':
      return threshold(eta, bound);
  }
}
