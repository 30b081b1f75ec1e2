import { type CutoffPolicy, definePlugin, type Json, type PluginFactory, type Recording } from '@spikewright/snn-core';
import * as v from 'valibot';
import { checkRecording } from './check-recording.js';
import { type CutoffFit, fitOf, requireFit } from './fits.js';
import { logSoftmax } from './statistics.js';

/** Options of {@link spikeCP}. */
export interface SpikeCPOptions {
  /**
   * α, the share of samples whose prediction set may miss the label, above 0 and below 1 (the paper's 1 - p_targ). A larger
   * one never stops a sample later.
   *
   * @defaultValue 0.1
   */
  readonly alpha?: number;
  /**
   * I_th, the most classes that the prediction set of a sample that stops may have, from 1.
   *
   * @defaultValue 1
   */
  readonly size?: number;
  /**
   * Steps between checkpoints, from 1: sets are looked at after `every`, 2 `every`, ... steps and after T. α is shared out among
   * checkpoints, so that fewer of them make smaller sets.
   *
   * @defaultValue 1
   */
  readonly every?: number;
}

/** What `spikeCP().fit` learns. Plain JSON. */
export interface SpikeCPFit extends CutoffFit {
  /** Whether there were samples enough for thresholds. Without them every set holds all classes, and nothing stops early. */
  readonly certified: boolean;
  /** The fewest calibration samples with which there are thresholds. */
  readonly needed: number;
  /** The largest -ln softmax of a class in the set after step 1, 2, ..., T; null where the set holds all classes. */
  readonly thresholds: readonly (number | null)[];
}

const whole = v.pipe(v.number(), v.integer(), v.minValue(1));
const options = v.strictObject({
  alpha: v.optional(v.pipe(v.number(), v.gtValue(0), v.ltValue(1)), 0.1),
  size: v.optional(whole, 1),
  every: v.optional(whole, 1),
});

const entries = {
  certified: v.boolean(),
  needed: whole,
  thresholds: v.array(v.nullable(v.pipe(v.number(), v.finite()))),
};

/**
 * SpikeCP (Chen, Park, Simeone 2023): stops a sample at the first checkpoint whose conformal prediction set has at most `size`
 * classes. A class is in the set of step t if its -ln softmax of the summed scores, the paper's global score, is at most the
 * threshold of step t: the `ceil((n + 1) (1 - α / K))`-th smallest among those of the n calibration labels, K the
 * number of checkpoints (Bonferroni).
 *
 * If calibration samples and a later one are exchangeable, and the network was not trained on the calibration samples, the set
 * of the step at which the later one stops holds its label with probability at least 1 - α, taken over both. With `size` 1, at
 * most the share α of samples therefore stops early with a wrong answer. Errors of samples that take all T steps are not
 * bounded, and the full run is not compared with.
 *
 * Where the samples are too few the fit says `certified: false`, and nothing stops early. Scores that are not finite never stop
 * a sample.
 *
 * @throws OptionsError for a wrong option; from `fit`: RangeError for a recording without samples, of one class or with scores
 * that are not finite, TypeError for arrays that do not fit together; from `start`: TypeError for a fit of another network, encoder, T or options
 */
export const spikeCP: PluginFactory<CutoffPolicy, SpikeCPOptions> = definePlugin({
  role: 'cutoff',
  name: 'spike-cp',
  options,
  create: (complete: v.InferOutput<typeof options>) => ({
    fit: (recording) => fit(recording, complete),
    start: (fitted, source) => {
      const { thresholds } = requireFit<SpikeCPFit>('spikeCP', entries, complete, fitted, source);
      const isCheckpoint = checkpoints(source.steps, complete.every);
      return (frame) => {
        for (let row = 0; row < frame.rows; row++) {
          const step = frame.stepOf(row);
          if (!isCheckpoint(step)) continue;
          const scores = frame.scores(row);
          // A set that holds all classes says nothing, whatever size is asked for.
          const { length } = predictionSet(thresholds, scores, step);
          if (length <= complete.size && length < scores.length) frame.stop(row);
        }
      };
    },
  }),
});

/**
 * The classes that SpikeCP holds possible after a step. All of them where the step is no checkpoint or a score is not finite.
 *
 * @param thresholds - those of the fit
 * @param scores - summed over the steps so far
 * @param step - from 1
 */
export function predictionSet(
  thresholds: SpikeCPFit['thresholds'],
  scores: ArrayLike<number>,
  step: number,
): readonly number[] {
  const threshold = thresholds[step - 1] ?? Infinity;
  return Array.from(logSoftmax(scores)).flatMap((log, label) => (-log > threshold ? [] : [label]));
}

function fit(recording: Recording, complete: v.InferOutput<typeof options>): Json {
  checkRecording('fit spikeCP', recording);
  const { steps, labels } = recording;
  const { alpha, every } = complete;
  const isCheckpoint = checkpoints(steps, every);
  const level = alpha / Math.ceil(steps / every);
  // What ought to be whole may lie a little above.
  const rank = Math.ceil((labels.length + 1) * (1 - level) - 1e-9);
  return {
    ...fitOf(recording, complete),
    certified: rank <= labels.length,
    needed: Math.ceil(1 / level - 1e-9) - 1,
    thresholds: Array.from({ length: steps }, (_, place) =>
      isCheckpoint(place + 1) ? thresholdAfter(recording, place + 1, rank) : null,
    ),
  };
}

const checkpoints =
  (steps: number, every: number): ((step: number) => boolean) =>
  (step) =>
    step % every === 0 || step === steps;

/** The `rank`-th smallest -ln softmax of the labels after a step; null where there are not as many. */
function thresholdAfter({ steps, classes, scores, labels }: Recording, step: number, rank: number): number | null {
  const losses = Float64Array.from(labels, (label, sample) => {
    const at = (sample * steps + step - 1) * classes;
    return -logSoftmax(scores.subarray(at, at + classes))[label];
  });
  const threshold = losses.toSorted()[rank - 1] ?? Infinity;
  return Number.isFinite(threshold) ? threshold : null;
}
