import type { Recording } from '@spikewright/snn-core';
import { type Answers, answersOf } from './answers.js';
import { checkRecording } from './check-recording.js';

/** How many leads are tried as thresholds, from 0 up in equal parts of the largest one. */
const GRID = 100;

/**
 * β of Top-K for every step: the least lead of which the samples that lie beyond it are right, from this step to the last, in
 * at least 1 - ε of the cases.
 *
 * ```text
 * β(m) = m / 100 · the largest lead of any sample at any step,   m = 0 .. 99
 * conf(m, t) = #(lead(t) > β(m) and right from t to T) / #(lead(t) > β(m));   conf(99, t) = 1
 * β_t = β(m) for the smallest m with conf(m, t) >= 1 - ε
 * ```
 *
 * A threshold that no sample lies beyond is not taken, save the last. There is no least number of samples here; `topK().fit`
 * has one. Dengyu Wu et al., Front. Neurosci. 2025, as in their released code.
 *
 * @param recording - of samples with labels
 * @param epsilon - ε, the share of wrong answers that is put up with, from 0 to below 1
 * @returns `[steps]`, in the units of the scores, from 0
 * @throws RangeError for ε out of range, for a recording without samples or of one class, with scores that are not finite, or
 * in which no class ever leads; TypeError for arrays that do not fit together
 */
export function topKThresholds(recording: Recording, epsilon: number): number[] {
  const action = 'find Top-K thresholds';
  if (!(epsilon >= 0 && epsilon < 1))
    throw new RangeError(`Cannot ${action}: epsilon must be from 0 to below 1: ${epsilon}`);
  checkRecording(action, recording);
  const answers = answersOf(recording);
  const largest = answers.leads.reduce((most, lead) => Math.max(most, lead), 0);
  // All thresholds would be 0, and the first lead of a run would stop its sample.
  if (largest === 0) throw new RangeError(`Cannot ${action}: a class must lead after some step: all scores are equal`);
  const grid = Array.from({ length: GRID }, (_, m) => (m * largest) / GRID);
  return Array.from({ length: recording.steps }, (_, step) => {
    const confidence = confidenceBeyond(grid, answers, step, recording.steps);
    return grid[confidence.findIndex((share, m) => m === GRID - 1 || share >= 1 - epsilon)];
  });
}

/** conf(m, t) for every m of one t; NaN where no sample lies beyond. */
function confidenceBeyond(grid: readonly number[], { leads, stable }: Answers, step: number, steps: number): number[] {
  return grid.map((threshold) => {
    let [beyond, right] = [0, 0];
    for (let place = step; place < leads.length; place += steps) {
      if (!(leads[place] > threshold)) continue;
      beyond += 1;
      right += stable[place];
    }
    return right / beyond;
  });
}
