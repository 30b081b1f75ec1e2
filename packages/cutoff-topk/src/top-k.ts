import { type CutoffPolicy, definePlugin, type Frame, type PluginFactory } from '@spikewright/snn-core';
import * as v from 'valibot';
import { fitTopK, requireTopKFit } from './fit.js';
import { leadOf } from './lead.js';

/** Options of {@link topK}. */
export interface TopKOptions {
  /**
   * ε, the share of wrong answers among the calibration samples beyond a threshold, from 0 to below 1. A larger one never stops a
   * sample later.
   *
   * @defaultValue 0.02
   */
  readonly epsilon?: number;
  /**
   * The share of spikes that get lost behind every layer of neurons while scores are recorded for the fit, from 0 to below 1. Runs
   * themselves lose none. The authors' code takes 0.3.
   *
   * @defaultValue 0.3
   */
  readonly dropout?: number;
}

const share = v.pipe(v.number(), v.minValue(0), v.ltValue(1));
const options = v.strictObject({ epsilon: v.optional(share, 0.02), dropout: v.optional(share, 0.3) });

/**
 * Top-K cutoff: a sample stops after the first step t in which its largest summed score leads the second by more than β_t.
 *
 * `fit` learns one β for each step from a recording of at least 100 samples, and of at least 1 / ε; see
 * {@link topKThresholds}. A fit holds for its network and encoder, and for runs of as many steps or fewer: a β asks for answers that
 * stay right until the fit's T, so also until an earlier one. Scores that are not finite never stop a sample. Dengyu Wu et al.,
 * Front. Neurosci. 2025, as in their released code.
 *
 * @throws OptionsError for a wrong option; from `fit`: RangeError for a recording that is too small, of one class, or with
 * scores that are not finite; from `start`: TypeError for a fit of another source, ε or dropout
 */
export const topK: PluginFactory<CutoffPolicy, TopKOptions> = definePlugin({
  role: 'cutoff',
  name: 'top-k',
  options,
  create: (complete: v.InferOutput<typeof options>) => ({
    dropout: complete.dropout,
    fit: (recording) => fitTopK(recording, complete),
    start: (fitted, source) => {
      const fit = requireTopKFit('start topK', fitted, source);
      for (const name of ['epsilon', 'dropout'] as const)
        if (fit[name] !== complete[name])
          throw new TypeError(`Cannot start topK: the fit must be of ${name} ${complete[name]}: ${fit[name]}`);
      return (frame) => stopLeaders(frame, fit.beta);
    },
  }),
});

function stopLeaders(frame: Frame, beta: readonly number[]): void {
  for (let row = 0; row < frame.rows; row++)
    if (leadOf(frame.scores(row)) > beta[frame.stepOf(row) - 1]) frame.stop(row);
}
