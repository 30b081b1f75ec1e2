/** How many thresholds are tried, from the largest value down in steps of a hundredth of it: 1.00 to 0.06. */
const CANDIDATES = 95;

/**
 * The θ with which T steps show values best: the one of 95 from 1.00 to 0.06 of the largest value for which
 * `Σ (min(floor(x T / θ), T) θ / T - x)²` is least. The larger θ where two are as good.
 *
 * @param values - x, all above 0
 * @param steps - T
 * @returns 0 if there is no value
 */
export function leastErrorThreshold(values: Float64Array, steps: number): number {
  const largest = values.reduce((most, value) => Math.max(most, value), 0);
  let [best, least] = [0, Number.POSITIVE_INFINITY];
  for (let i = 0; i < CANDIDATES; i++) {
    const theta = largest * (1 - i / 100);
    const error = squaredError(values, theta, steps);
    if (error < least) [best, least] = [theta, error];
  }
  return best;
}

function squaredError(values: Float64Array, theta: number, steps: number): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) {
    const difference = Math.min(Math.floor((values[i] * steps) / theta), steps) * (theta / steps) - values[i];
    sum += difference * difference;
  }
  return sum;
}
