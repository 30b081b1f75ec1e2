import {
  type CutoffPolicy,
  definePlugin,
  type Json,
  type PluginFactory,
  type Recording,
  type ScoreSource,
} from '@spikewright/snn-core';
import * as v from 'valibot';
import { checkRecording } from './check-recording.js';
import { type CutoffFit, fitOf, requireFit } from './fits.js';
import { lostAbove, lostBelow, lowestThreshold } from './lost-answers.js';
import { fewestSamples, type Limit, mostLost } from './most-lost.js';
import { gap } from './statistics.js';
import { stopAbove } from './stop-above.js';

/** Options of {@link riskControlled}. */
export interface RiskControlledOptions {
  /**
   * ε, the share of samples that may lose the right answer which the full run gives, above 0 and below 1. A larger one never
   * stops a sample later.
   *
   * @defaultValue 0.01
   */
  readonly epsilon?: number;
  /**
   * δ, the chance that the promise is broken because calibration samples were drawn badly, above 0 and below 1.
   *
   * @defaultValue 0.1
   */
  readonly delta?: number;
  /**
   * m, how many samples the promise is about, from 1 to 1,000,000: of the next m samples at most ε m lose their answers. Left
   * out, it is about all samples that could ever come, which stops a little earlier.
   */
  readonly future?: number;
}

/** What `riskControlled().fit` learns. Plain JSON. */
export interface RiskControlledFit extends CutoffFit {
  /** Whether the promise could be made. Without it no sample is stopped early. */
  readonly certified: boolean;
  /** Why, in a sentence. */
  readonly reason: string;
  /** The fewest calibration samples with which it can be made. */
  readonly needed: number;
  /** How many calibration samples may lose their answers; 0 where nothing is certified. */
  readonly lost: number;
  /** A sample stops once the gap of its summed scores is above this; -1 means always, null never. */
  readonly threshold: number | null;
}

const options = v.strictObject({
  epsilon: v.optional(v.pipe(v.number(), v.gtValue(0), v.ltValue(1)), 0.01),
  delta: v.optional(v.pipe(v.number(), v.gtValue(0), v.ltValue(1)), 0.1),
  future: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1_000_000))),
});

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const entries = {
  certified: v.boolean(),
  reason: v.string(),
  needed: count,
  lost: count,
  threshold: v.nullable(v.pipe(v.number(), v.finite())),
};

/**
 * Stops a sample once its largest summed score leads the second by more than a threshold, which is calibrated so that at most
 * the share ε of samples loses the right answer that the full run of T steps gives, with confidence 1 - δ.
 *
 * Additional errors are then at most ε as well, since answers that the cut sets right are not set off against them. `fit`
 * takes the lowest threshold above which at most k calibration samples may lose their answers, k the largest number with
 * `P(Binomial(n, ε) <= k) <= δ`: fixed sequence testing from "never stop" downwards with exact binomial p-values (Learn then
 * Test, Angelopoulos et al. 2021), which for a loss made monotone needs no grid (Bates et al. 2021). The loss is that of
 * Ringel et al. 2024.
 *
 * It holds if calibration and later samples are drawn alike and independently (with `future`: are exchangeable), and the
 * network was not trained on the calibration samples: on those it loses fewer answers than on others. Where the samples are
 * too few the fit says `certified: false`, why, and how many are needed, and nothing stops early. Scores that are not finite
 * never stop a sample.
 *
 * @throws OptionsError for a wrong option; from `fit`: RangeError for a recording without samples, of one class or with scores
 * that are not finite, TypeError for arrays that do not fit together; from `start`: TypeError for a fit of another network, encoder, T or options
 */
export const riskControlled: PluginFactory<CutoffPolicy, RiskControlledOptions> = definePlugin({
  role: 'cutoff',
  name: 'risk-controlled',
  options,
  create: (complete: v.InferOutput<typeof options>) => ({
    fit: (recording) => fit(recording, complete),
    start: (fitted, source) => stopAbove(gap, thresholdOf(fitted, source, complete)),
    firstStop: (fitted, source) => (thresholdOf(fitted, source, complete) === null ? source.steps : 1),
  }),
});

const thresholdOf = (fitted: Json, source: ScoreSource, complete: v.InferOutput<typeof options>): number | null =>
  requireFit<RiskControlledFit>('riskControlled', entries, complete, fitted, source).threshold;

function fit(recording: Recording, complete: v.InferOutput<typeof options>): Json {
  checkRecording('fit riskControlled', recording);
  const { labels } = recording;
  const most = mostLost(labels.length, complete);
  const lost = lostBelow(recording, gap);
  const threshold = most < 0 ? null : lowestThreshold(lost, most);
  const needed = fewestSamples(complete);
  return {
    ...fitOf(recording, complete),
    certified: threshold !== null,
    reason: reasonOf(labels.length, most, needed, complete),
    needed,
    lost: threshold === null ? 0 : lostAbove(lost, threshold),
    threshold,
  };
}

function reasonOf(samples: number, most: number, needed: number, { epsilon, delta, future }: Limit): string {
  const promise = `at most ${epsilon} of ${future ?? 'all'} samples with confidence ${Number((1 - delta).toPrecision(12))}`;
  return most < 0
    ? `${promise} needs at least ${needed} calibration samples: ${samples} given`
    : `${promise}, since at most ${most} of ${samples} calibration samples may lose their answers`;
}
