/** Top1 - Top2: how far the largest score lies ahead of the second. NaN where a score is not finite, so that nothing follows. */
export function leadOf(scores: Float64Array): number {
  let [first, second] = [-Infinity, -Infinity];
  for (const score of scores) {
    if (!Number.isFinite(score)) return Number.NaN;
    if (score > first) [first, second] = [score, first];
    else if (score > second) second = score;
  }
  return first - second;
}
