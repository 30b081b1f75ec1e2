import { argmax, type Recording } from '@spikewright/snn-core';
import { BELOW_ALL, type Statistic } from './statistics.js';

/**
 * The highest threshold below which each sample may lose its answer: u, the largest value of the statistic at a step at
 * which the sample could be stopped and is wrong, while it is right after T steps. `-Infinity` where there is no such step.
 *
 * A sample can be stopped where the statistic is above all its values before. One that stops where `statistic > threshold`
 * and loses its answer has u > threshold, for any threshold.
 *
 * @returns `[samples]`
 */
export function lostBelow({ steps, classes, scores, labels }: Recording, statistic: Statistic): Float64Array {
  return Float64Array.from(labels, (label, sample) => {
    const after = (step: number): Float64Array => {
      const at = (sample * steps + step - 1) * classes;
      return scores.subarray(at, at + classes);
    };
    let [highest, lost] = [-Infinity, -Infinity];
    if (argmax(after(steps)) !== label) return lost;
    for (let step = 1; step < steps; step++) {
      const summed = after(step);
      const value = statistic(summed, step);
      if (!(value > highest)) continue;
      highest = value;
      if (argmax(summed) !== label) lost = value;
    }
    return lost;
  });
}

/**
 * How many samples lose their answers if all are stopped after the same step: right after T steps, and wrong after that one.
 *
 * @returns `[steps]`; 0 for the last
 */
export function lostAfter({ steps, classes, scores, labels }: Recording): Float64Array {
  const lost = new Float64Array(steps);
  labels.forEach((label, sample) => {
    const rightAfter = (step: number): boolean => {
      const at = (sample * steps + step - 1) * classes;
      return argmax(scores.subarray(at, at + classes)) === label;
    };
    if (!rightAfter(steps)) return;
    for (let step = 1; step < steps; step++) if (!rightAfter(step)) lost[step - 1]++;
  });
  return lost;
}

/**
 * The lowest threshold above which at most `most` samples may lose their answers.
 *
 * @param lost - what {@link lostBelow} returned
 */
export function lowestThreshold(lost: Float64Array, most: number): number {
  return Math.max(lost.toSorted().at(-1 - most) ?? BELOW_ALL, BELOW_ALL);
}

/** How many samples may lose their answers with this threshold. */
export const lostAbove = (lost: Float64Array, threshold: number): number =>
  lost.reduce((count, value) => count + (value > threshold ? 1 : 0), 0);
