import { argmax, type Recording } from '@spikewright/snn-core';
import { checkRecording } from './check-recording.js';

/** What comes of stopping each sample at a step of its own. */
export interface Stops {
  /** The step at which each sample stops, from 1 to T. */
  readonly steps: Int32Array;
  /** The share of right answers at these steps. */
  readonly accuracy: number;
  readonly mean: number;
  /** Of an even number of samples the mean of the middle two. */
  readonly median: number;
  /** How many samples stop after step 1, 2, ..., T. */
  readonly stops: readonly number[];
}

/**
 * What comes of stopping samples of a recording at given steps, whatever chose them.
 *
 * @param steps - `[samples]`, from 1 to T
 * @throws RangeError for a step out of range, or an unsound recording; TypeError for another number of steps
 */
export function evaluateStops(recording: Recording, steps: Int32Array): Stops {
  const action = 'evaluate stops';
  checkRecording(action, recording);
  const { steps: last, classes, scores, labels } = recording;
  const samples = labels.length;
  if (steps.length !== samples)
    throw new TypeError(`Cannot ${action}: each of ${samples} samples must have a step: ${steps.length}`);
  const stranger = steps.find((step) => step < 1 || step > last);
  if (stranger !== undefined) throw new RangeError(`Cannot ${action}: a step must be from 1 to ${last}: ${stranger}`);
  const stops = Array.from({ length: last }, () => 0);
  let right = 0;
  steps.forEach((step, sample) => {
    const at = (sample * last + step - 1) * classes;
    stops[step - 1] += 1;
    if (argmax(scores.subarray(at, at + classes)) === labels[sample]) right += 1;
  });
  const sorted = steps.toSorted();
  return {
    steps,
    accuracy: right / samples,
    mean: steps.reduce((sum, step) => sum + step, 0) / samples,
    median: (sorted[(samples - 1) >> 1] + sorted[samples >> 1]) / 2,
    stops,
  };
}
