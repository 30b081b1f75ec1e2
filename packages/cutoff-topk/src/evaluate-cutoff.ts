import type { Json, Recording } from '@spikewright/snn-core';
import { answersOf } from './answers.js';
import { checkRecording } from './check-recording.js';
import { requireTopKFit } from './fit.js';
import { evaluateStops, type Stops } from './stops.js';

/**
 * What a post-hoc cut claims of a fit: each sample of a recording, whose scores were computed to the end, counts with the
 * first step at which its lead is above β. A run that stops in earnest stops at the same steps with the same answers.
 *
 * @param recording - made without dropout, of samples other than those of the fit
 * @param fitted - what `topK().fit` returned
 * @throws TypeError for a fit of another source; RangeError and TypeError for an unsound recording
 */
export function evaluateCutoff(recording: Recording, fitted: Json): Stops {
  const action = 'evaluate a cutoff';
  checkRecording(action, recording);
  const { beta } = requireTopKFit(action, fitted, recording);
  const { leads } = answersOf(recording);
  const { steps: last } = recording;
  const steps = Int32Array.from(recording.labels, (_, sample) => {
    const beyond = leads.subarray(sample * last, (sample + 1) * last).findIndex((lead, step) => lead > beta[step]);
    return beyond < 0 ? last : beyond + 1;
  });
  return evaluateStops(recording, steps);
}
