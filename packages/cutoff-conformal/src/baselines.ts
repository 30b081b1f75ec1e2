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
import { lostAbove, lostBelow, lowestThreshold } from './lost-answers.js';
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
 * Without `step`, `fit` finds the first step after which no more than the share `tolerance` of samples loses its answer.
 *
 * @throws OptionsError for a wrong option; from `fit` and `start` as {@link confidence}
 */
export const fixedStep: PluginFactory<CutoffPolicy, FixedStepOptions> = definePlugin({
  role: 'cutoff',
  name: 'fixed-step',
  options: v.strictObject({ step: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1))), tolerance }),
  create: (complete) =>
    thresholdCutoff('fixedStep', stepItself, complete.step && complete.step - 0.5, complete, stepAfter),
});

/**
 * Stops a sample once the largest softmax of its mean scores, summed scores / t at temperature 1, is above a threshold: a
 * baseline.
 *
 * Without `threshold`, `fit` finds the lowest one with which no more than the share `tolerance` of samples loses its answer.
 *
 * @throws OptionsError for a wrong option; from `fit`: RangeError for a recording of one class, or of fewer samples than
 * 1 / tolerance, TypeError for arrays that do not fit together; from `start`: TypeError for a fit of another network, encoder, T
 * or options
 */
export const confidence: PluginFactory<CutoffPolicy, ConfidenceOptions> = definePlugin({
  role: 'cutoff',
  name: 'confidence',
  options: v.strictObject({ threshold: v.optional(share), tolerance }),
  create: (complete) => thresholdCutoff('confidence', largestSoftmax, complete.threshold, complete),
});

/**
 * Stops a sample once the entropy of the softmax of its mean scores, at temperature 1 and in units of ln C, is below a
 * threshold (DT-SNN, Li et al. 2023): a baseline. Otherwise as {@link confidence}.
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
      certainty,
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

/** The first step that is above a number of steps. */
const stepAfter = (threshold: number): number => Math.floor(threshold) + 1;

/**
 * A policy with the threshold that was given, or with one that is fitted.
 *
 * @param firstStop - the first step at which the statistic may be above a threshold
 */
function thresholdCutoff(
  owner: string,
  statistic: Statistic,
  given: number | undefined,
  complete: Complete,
  firstStop: (threshold: number) => number = () => 1,
): Omit<CutoffPolicy, keyof Plugin> {
  const thresholdOf = (fitted: Json, source: ScoreSource): number =>
    given ?? requireFit<ThresholdFit>(owner, entries, complete, fitted, source).threshold;
  return {
    ...(given === undefined && { fit: (recording) => fit(owner, statistic, recording, complete) }),
    start: (fitted, source) => stopAbove(statistic, thresholdOf(fitted, source)),
    firstStop: (fitted, source) => Math.min(Math.max(firstStop(thresholdOf(fitted, source)), 1), source.steps),
  };
}

function fit(owner: string, statistic: Statistic, recording: Recording, complete: Complete): Json {
  const action = `fit ${owner}`;
  checkRecording(action, recording);
  const { labels } = recording;
  const { tolerance: share } = complete;
  // Below 1 / tolerance a single lost answer is already more than the tolerance.
  if (labels.length * share < 1 - 1e-9 && share > 0)
    throw new RangeError(
      `Cannot ${action}: the recording must hold at least ${Math.ceil(1 / share)} samples for tolerance ${share}: ${labels.length}`,
    );
  const lost = lostBelow(recording, statistic);
  const threshold = lowestThreshold(lost, Math.floor(share * labels.length + 1e-9));
  return {
    ...fitOf(recording, complete),
    lost: lostAbove(lost, threshold),
    threshold,
  };
}
