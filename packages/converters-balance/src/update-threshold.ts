/**
 * One update of a layer's thresholds, one for all or one a channel: `θ ← θ + 2 c mean((a - θ) [a > θ])`, the mean over
 * all values, zeros included. Then clips the activations to θ.
 *
 * @param thresholds - θ, changed in place
 * @param activations - a, of all samples of a batch, channel last; changed in place
 * @param constant - c
 * @param bound - what θ never exceeds
 */
export function updateThreshold(
  thresholds: Float64Array,
  activations: Float32Array,
  constant: number,
  bound: number,
): void {
  const channels = thresholds.length;
  const excess = new Float64Array(channels);
  for (let i = 0, c = 0; i < activations.length; i++, c++) {
    if (c === channels) c = 0;
    if (activations[i] > thresholds[c]) excess[c] += activations[i] - thresholds[c];
  }
  const count = activations.length / channels;
  for (let c = 0; c < channels; c++) {
    thresholds[c] = Math.min(thresholds[c] + (2 * constant * excess[c]) / count, bound);
  }
  for (let i = 0, c = 0; i < activations.length; i++, c++) {
    if (c === channels) c = 0;
    if (activations[i] > thresholds[c]) activations[i] = thresholds[c];
  }
}
