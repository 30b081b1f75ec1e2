/**
 * The activation bits of the quantised ANN that says as much as T steps of spikes: `ceil(log2(T + 1))` (Yan, Bai and
 * Wong, arXiv 2409.08290).
 *
 * @param steps - T, above 0; the mean stop step of a run with a cutoff
 * @throws RangeError for steps out of range
 */
export function twinBits(steps: number): number {
  if (!(steps > 0 && steps < 2 ** 32))
    throw new RangeError(`Cannot match bits: steps must be above 0 and below 2^32: ${steps}`);
  return Math.ceil(Math.log2(steps + 1));
}
