// A layer of integrate-and-fire neurons through time, and back. In every step, from u = v(0):
//
//   v = leak u + current,  s = 1 where v reaches θ,  u = v (1 - s) or v - s θ
//
// Backwards, with ds and du from outside, `leak dv` of the next step added to du, and σ' a surrogate for the slope of s:
//
//   dv = (ds - du v) σ'(v) + du (1 - s)   or   (ds - du θ) σ'(v) + du
//
// where a detached reset leaves `du v` and `du θ` away. Four neurons at a time go through all steps; what they need of the
// way forward is computed anew.

import { loadSome, storeSome } from './copy';

/** Bits of `mode`: v becomes 0 after a spike. */
const TO_ZERO = 1;
/** A potential of exactly θ does not fire. */
const STRICT = 2;
/** The surrogate is that of the arc tangent, not the triangle. */
const ARCTAN = 4;
/** The reset passes no gradient to the spike. */
const DETACHED = 8;

/** Values of four neurons from a table that repeats. */
function fromTable(table: usize, size: usize, neuron: usize): v128 {
  if (size === 1) return v128.load32_splat(table);
  const place = neuron % size;
  if (place + 4 <= size) return v128.load(table + (place << 2));
  let values = f32x4.splat(load<f32>(table + (place << 2)));
  values = f32x4.replace_lane(values, 1, load<f32>(table + (((neuron + 1) % size) << 2)));
  values = f32x4.replace_lane(values, 2, load<f32>(table + (((neuron + 2) % size) << 2)));
  return f32x4.replace_lane(values, 3, load<f32>(table + (((neuron + 3) % size) << 2)));
}

/** All bits set where a neuron fires. */
function fires(v: v128, threshold: v128, mode: i32): v128 {
  return mode & STRICT ? f32x4.gt(v, threshold) : f32x4.ge(v, threshold);
}

function reset(v: v128, spikes: v128, threshold: v128, mode: i32): v128 {
  return mode & TO_ZERO ? v128.andnot(v, spikes) : f32x4.sub(v, v128.and(spikes, threshold));
}

/** σ': `max(0, 1 - |v/θ - 1|) / θ` or `1 / (θ (1 + (π (v/θ - 1))²))`. */
function slope(v: v128, threshold: v128, mode: i32): v128 {
  const one = f32x4.splat(1);
  const distance = f32x4.sub(f32x4.div(v, threshold), one);
  if (mode & ARCTAN) {
    const scaled = f32x4.mul(f32x4.splat(3.1415927410125732), distance);
    return f32x4.div(one, f32x4.mul(threshold, f32x4.add(one, f32x4.mul(scaled, scaled))));
  }
  return f32x4.div(f32x4.pmax(f32x4.splat(0), f32x4.sub(one, f32x4.abs(distance))), threshold);
}

/**
 * Writes the spikes of all steps, 0 or 1.
 *
 * @param count - neurons of all samples; a step has so many currents
 * @param thresholds - how many θ there are; they repeat. `initials` likewise
 * @param rests - where u of all steps goes, or 0
 */
export function neurons(
  current: usize,
  steps: i32,
  count: usize,
  threshold: usize,
  thresholds: usize,
  initial: usize,
  initials: usize,
  leak: f32,
  mode: i32,
  spikes: usize,
  rests: usize,
): void {
  const leaks = f32x4.splat(leak);
  const one = f32x4.splat(1);
  for (let neuron: usize = 0; neuron < count; neuron += 4) {
    const bytes = (count - neuron) << 2;
    const theta = fromTable(threshold, thresholds, neuron);
    let rest = fromTable(initial, initials, neuron);
    let at = neuron << 2;
    for (let step = 0; step < steps; step++, at += count << 2) {
      const v = f32x4.add(f32x4.mul(leaks, rest), loadSome(current + at, bytes));
      const fired = fires(v, theta, mode);
      rest = reset(v, fired, theta, mode);
      storeSome(spikes + at, v128.and(fired, one), bytes);
      if (rests) storeSome(rests + at, rest, bytes);
    }
  }
}

/**
 * The gradient of the currents, and of v(0) where it has a place for each neuron.
 *
 * @param dRests - the gradient of u, or 0
 * @param dInitial - where the gradient of v(0) goes, or 0
 * @param room - 16 bytes a step
 */
export function neuronsGradient(
  current: usize,
  steps: i32,
  count: usize,
  threshold: usize,
  thresholds: usize,
  initial: usize,
  initials: usize,
  leak: f32,
  mode: i32,
  dSpikes: usize,
  dRests: usize,
  dCurrent: usize,
  dInitial: usize,
  room: usize,
): void {
  const leaks = f32x4.splat(leak);
  const size = count << 2;
  for (let neuron: usize = 0; neuron < count; neuron += 4) {
    const bytes = (count - neuron) << 2;
    const theta = fromTable(threshold, thresholds, neuron);
    let rest = fromTable(initial, initials, neuron);
    let at = neuron << 2;
    for (let step = 0; step < steps; step++, at += size) {
      const v = f32x4.add(f32x4.mul(leaks, rest), loadSome(current + at, bytes));
      v128.store(room + ((<usize>step) << 4), v);
      rest = reset(v, fires(v, theta, mode), theta, mode);
    }
    let back = f32x4.splat(0);
    for (let step = steps - 1; step >= 0; step--) {
      at -= size;
      const v = v128.load(room + ((<usize>step) << 4));
      const toRest = dRests ? f32x4.add(back, loadSome(dRests + at, bytes)) : back;
      let toSpike = loadSome(dSpikes + at, bytes);
      if (!(mode & DETACHED)) toSpike = f32x4.sub(toSpike, f32x4.mul(toRest, mode & TO_ZERO ? v : theta));
      const through = mode & TO_ZERO ? v128.andnot(toRest, fires(v, theta, mode)) : toRest;
      const dv = f32x4.add(f32x4.mul(toSpike, slope(v, theta, mode)), through);
      storeSome(dCurrent + at, dv, bytes);
      back = f32x4.mul(leaks, dv);
    }
    if (dInitial) storeSome(dInitial + (neuron << 2), back, bytes);
  }
}
