/** A mean, and the 95 % interval that Student's t gives it. */
export interface Interval {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

/** The 97.5 % quantile of Student's t for 1, 2, ... degrees of freedom. */
const QUANTILES = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262];

/**
 * The mean of a few runs and its 95 % interval: `mean ± t s / sqrt(n)`, s the standard deviation over n - 1.
 *
 * @param values - from 2 to 10, independent of each other
 * @throws RangeError for fewer or more
 */
export function interval95(values: readonly number[]): Interval {
  const n = values.length;
  const t = QUANTILES[n - 2];
  if (t === undefined) throw new RangeError(`Cannot give an interval: there must be from 2 to 10 values: ${n} given`);
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const half = t * Math.sqrt(squares / (n - 1) / n);
  return { mean, low: mean - half, high: mean + half };
}
