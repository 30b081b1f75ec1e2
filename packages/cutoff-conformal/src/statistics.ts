/** How sure an answer is after `step` steps, from the scores summed until then; more is surer. NaN where a score is not finite. */
export type Statistic = (scores: ArrayLike<number>, step: number) => number;

/** Below every value that the statistics here can take. */
export const BELOW_ALL: number = -1;

/** How far the largest summed score lies ahead of the second. */
export const gap: Statistic = (scores) => {
  let [first, second] = [-Infinity, -Infinity];
  for (let i = 0; i < scores.length; i++) {
    const score = scores[i];
    if (!Number.isFinite(score)) return Number.NaN;
    if (score > first) [first, second] = [score, first];
    else if (score > second) second = score;
  }
  return first - second;
};

/** The logarithm of the softmax of `scores / divisor` for every class. NaN for all where a score is not finite. */
export function logSoftmax(scores: ArrayLike<number>, divisor = 1): Float64Array {
  let largest = -Infinity;
  for (let i = 0; i < scores.length; i++) largest = Math.max(largest, scores[i]);
  const logs = new Float64Array(scores.length);
  let sum = 0;
  for (let i = 0; i < logs.length; i++) {
    // NaN times 0 is NaN, and so is infinity times 0: one score that is not finite makes all of them NaN.
    sum += Math.exp((scores[i] - largest) / divisor) + 0 * scores[i];
  }
  for (let i = 0; i < logs.length; i++) logs[i] = (scores[i] - largest) / divisor - Math.log(sum);
  return logs;
}

/** The largest softmax of the mean scores, from 1 / classes to 1. */
export const confidence: Statistic = (scores, step) => Math.exp(Math.max(...logSoftmax(scores, step)));

/** 1 - H / ln C, H the entropy of the softmax of the mean scores of C classes: 0 for all alike, 1 for one class alone. */
export const certainty: Statistic = (scores, step) => {
  const logs = logSoftmax(scores, step);
  const entropy = -logs.reduce((sum, log) => sum + Math.exp(log) * log, 0);
  return 1 - entropy / Math.log(scores.length);
};

/** The step itself. */
export const stepItself: Statistic = (scores, step) => (Number.isNaN(gap(scores, step)) ? Number.NaN : step);
