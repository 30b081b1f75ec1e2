import type { Recording } from '@spikewright/snn-core';
import { answersOf } from './answers.js';
import { checkRecording } from './check-recording.js';
import { evaluateStops, type Stops } from './stops.js';

/**
 * OCT, the optimal cutoff timestep: for each sample the first step from which on the answer stays right, T where it never
 * does. No cutoff that keeps every right answer for good can stop earlier. It needs the labels, so it is a yardstick and no
 * cutoff; and no lower bound either, for a sample that is wrong at T counts with T, though stopping it early loses nothing.
 *
 * ```text
 * g(X) = min { t : argmax Y(k) is the label for all k from t to T },   T if there is none
 * ```
 *
 * Dengyu Wu et al., Front. Neurosci. 2025, as in their released code. It is no `Metric`: frames have no labels.
 *
 * @param recording - made without dropout, of test samples
 * @returns the steps; `accuracy` is the accuracy at T
 * @throws RangeError for a recording without samples or of one class, or with scores that are not finite; TypeError for
 * arrays that do not fit together
 */
export function optimalCutoffTimesteps(recording: Recording): Stops {
  checkRecording('find optimal cutoffs', recording);
  const { stable } = answersOf(recording);
  const { steps: last } = recording;
  const steps = Int32Array.from(recording.labels, (_, sample) => {
    const stableFrom = stable.subarray(sample * last, (sample + 1) * last).indexOf(1);
    return stableFrom < 0 ? last : stableFrom + 1;
  });
  return evaluateStops(recording, steps);
}
