/** The first step at which accuracy reaches a value; null if none does. */
export function firstReached(accuracy: readonly (number | null)[], wanted: number): number | null {
  const place = accuracy.findIndex((share) => share !== null && share >= wanted);
  return place < 0 ? null : place + 1;
}

/** The first step from which on accuracy stays at or above a value until the end; null if it ends below. */
export function reachedForGood(accuracy: readonly (number | null)[], wanted: number): number | null {
  const last = accuracy.findLastIndex((share) => share === null || share < wanted);
  return last === accuracy.length - 1 ? null : last + 2;
}

/** The sums up to and including each place. */
export function runningSums(values: readonly number[]): number[] {
  let sum = 0;
  return values.map((value) => {
    sum += value;
    return sum;
  });
}
