import {
  type CutoffPolicy,
  definePlugin,
  type Json,
  type Plugin,
  type PluginFactory,
  type Recording,
  type ScoreSource,
} from '@spikewright/snn-core';
import * as v from 'valibot';
import { checkRecording } from './check-recording.js';
import { type CutoffFit, fitOf, requireFit } from './fits.js';
import { lostAbove, lostAfter, lostBelow, lowestThreshold } from './lost-answers.js';
import { certainty, confidence as largestSoftmax, type Statistic, stepItself } from './statistics.js';
import { stopAbove } from './stop-above.js';

/** What the baselines have in common. */
export interface ToleranceOptions {
  /**
   * The share of calibration samples that may lose the right answer of the full run, from 0 to below 1; used where the
   * threshold itself is not given. What was lost then is lost about as often later: an estimate and no promise.
   *
   * @defaultValue 0.01
   */
  readonly tolerance?: number;
}

/** Options of {@link fixedStep}. */
export interface FixedStepOptions extends ToleranceOptions {
  /** The last step, from 1. Left out, it is fitted. */
  readonly step?: number;
}

/** Options of {@link confidence}. */
export interface ConfidenceOptions extends ToleranceOptions {
  /** The confidence that must be exceeded, from 0 to 1. Left out, it is fitted. */
  readonly threshold?: number;
}

/** Options of {@link entropy}. */
export interface EntropyOptions extends ToleranceOptions {
  /** The entropy, in units of ln C, that must not be reached, from 0 to 1. Left out, it is fitted. */
  readonly threshold?: number;
}

const share = v.pipe(v.number(), v.minValue(0), v.maxValue(1));
const tolerance = v.optional(v.pipe(v.number(), v.minValue(0), v.ltValue(1)), 0.01);

/**
 * Stops every sample after the same step, or the first after it with finite scores: a baseline.
 *
 * Without `step`, `fit` finds the first step after which no more than the share `tolerance` of samples loses its answer: is
 * wrong after that step, and right after T.
 *
 * @throws OptionsError for a wrong option; from `fit` and `start` as {@link confidence}
 */
export const fixedStep: PluginFactory<CutoffPolicy, FixedStepOptions> = definePlugin({
  role: 'cutoff',
  name: 'fixed-step',
  options: v.strictObject({ step: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1))), tolerance }),
  create: (complete) => thresholdCutoff('fixedStep', sameStep, complete.step && complete.step - 0.5, complete),
});

/**
 * Stops a sample once the largest softmax of its mean scores, summed scores / t at temperature 1, is above a threshold: a
 * baseline.
 *
 * Without `threshold`, `fit` finds the lowest one above which no more than the share `tolerance` of samples may lose its answer.
 * That is conservative: a sample counts for any step at which it could be stopped above the threshold and is wrong, also where
 * it stops at an earlier one and is right. So fewer may be lost, and the rule may stop later than it need.
 *
 * @throws OptionsError for a wrong option; from `fit`: RangeError for a recording of one class, with scores that are not finite,
 * or of fewer samples than 1 / tolerance, TypeError for arrays that do not fit together; from `start`: TypeError for a fit of another network, encoder, T
 * or options
 */
export const confidence: PluginFactory<CutoffPolicy, ConfidenceOptions> = definePlugin({
  role: 'cutoff',
  name: 'confidence',
  options: v.strictObject({ threshold: v.optional(share), tolerance }),
  create: (complete) => thresholdCutoff('confidence', above(largestSoftmax), complete.threshold, complete),
});

/**
 * Stops a sample once the entropy of the softmax of its mean scores, at temperature 1 and in units of ln C, is below a
 * threshold (DT-SNN, Li et al. 2023): a baseline. Otherwise as {@link confidence}, its conservative fit included.
 *
 * @throws OptionsError for a wrong option; from `fit` and `start` as {@link confidence}
 */
export const entropy: PluginFactory<CutoffPolicy, EntropyOptions> = definePlugin({
  role: 'cutoff',
  name: 'entropy',
  options: v.strictObject({ threshold: v.optional(share), tolerance }),
  create: (complete) =>
    thresholdCutoff(
      'entropy',
      above(certainty),
      complete.threshold === undefined ? undefined : 1 - complete.threshold,
      complete,
    ),
});

type Complete = Readonly<Record<string, number | undefined>> & { readonly tolerance: number };

/** What the baselines' `fit` learns. Plain JSON. */
export interface ThresholdFit extends CutoffFit {
  /** How many calibration samples may lose their answers. */
  readonly lost: number;
  /** A sample stops once its statistic (step, confidence, 1 - entropy) is above this; -1 means always. */
  readonly threshold: number;
}

const entries = { lost: v.pipe(v.number(), v.integer(), v.minValue(0)), threshold: v.pipe(v.number(), v.finite()) };

/** Stops a sample once a statistic is above a threshold. */
interface Rule {
  readonly statistic: Statistic;
  /** The lowest threshold with which at most `most` samples of a recording lose their answers, and how many do. */
  readonly learn: (recording: Recording, most: number) => { readonly lost: number; readonly threshold: number };
  /** The first step at which the statistic may be above a threshold. */
  readonly firstStop: (threshold: number) => number;
}

const above = (statistic: Statistic): Rule => ({
  statistic,
  learn: (recording, most) => {
    const lost = lostBelow(recording, statistic);
    const threshold = lowestThreshold(lost, most);
    return { lost: lostAbove(lost, threshold), threshold };
  },
  firstStop: () => 1,
});

const sameStep: Rule = {
  statistic: stepItself,
  learn: (recording, most) => {
    const lost = lostAfter(recording);
    // The place of a step is the step before it: what the step has to be above.
    const threshold = lost.findIndex((count) => count <= most);
    return { lost: lost[threshold], threshold };
  },
  firstStop: (threshold) => Math.floor(threshold) + 1,
};

/** A policy with the threshold that was given, or with one that is fitted. */
function thresholdCutoff(
  owner: string,
  rule: Rule,
  given: number | undefined,
  complete: Complete,
): Omit<CutoffPolicy, keyof Plugin> {
  const thresholdOf = (fitted: Json, source: ScoreSource): number =>
    given ?? requireFit<ThresholdFit>(owner, entries, complete, fitted, source).threshold;
  return {
    ...(given === undefined && { fit: (recording) => fit(owner, rule, recording, complete) }),
    start: (fitted, source) => stopAbove(rule.statistic, thresholdOf(fitted, source)),
    firstStop: (fitted, source) => Math.min(Math.max(rule.firstStop(thresholdOf(fitted, source)), 1), source.steps),
  };
}

function fit(owner: string, { learn }: Rule, recording: Recording, complete: Complete): Json {
  const action = `fit ${owner}`;
  checkRecording(action, recording);
  const { labels } = recording;
  const { tolerance: share } = complete;
  // Below 1 / tolerance a single lost answer is already more than the tolerance.
  if (labels.length * share < 1 - 1e-9 && share > 0)
    throw new RangeError(
      `Cannot ${action}: the recording must hold at least ${Math.ceil(1 / share)} samples for tolerance ${share}: ${labels.length}`,
    );
  return { ...fitOf(recording, complete), ...learn(recording, Math.floor(share * labels.length + 1e-9)) };
}
