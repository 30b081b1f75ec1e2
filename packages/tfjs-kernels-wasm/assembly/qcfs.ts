// QCFS: h = λ clip(floor(z L / λ + 1/2) / L, 0, 1). Divided, rounded and multiplied in the order of the composition, so that
// both give the same bits. Of two numbers `pmin` and `pmax` give the first where they cannot compare them: NaN stays NaN.

import { loadSome, storeSome } from './copy';

function quantised(z: v128, level: v128, levels: v128): v128 {
  const rounded = f32x4.floor(f32x4.add(f32x4.div(z, level), f32x4.splat(0.5)));
  return f32x4.mul(f32x4.pmin(f32x4.pmax(rounded, f32x4.splat(0)), levels), level);
}

/** Writes h of `count` numbers. */
export function qcfs(z: usize, count: usize, lambda: usize, steps: f32, h: usize): void {
  const level = f32x4.splat(load<f32>(lambda) / steps);
  const levels = f32x4.splat(steps);
  const end = z + ((count & ~3) << 2);
  const to = h - z;
  for (; z < end; z += 16) v128.store(z + to, quantised(v128.load(z), level, levels));
  const rest = (count & 3) << 2;
  storeSome(z + to, quantised(loadSome(z, rest), level, levels), rest);
}

/**
 * The gradient. Where `-shift λ < z < λ - shift λ`: dz = dy and `dy (h - z) / λ` is added to dλ; above it, dy is added to
 * dλ. Sums are floats for 4,096 numbers, then doubles.
 */
export function qcfsGradient(
  z: usize,
  dy: usize,
  count: usize,
  lambda: usize,
  steps: f32,
  shift: f32,
  dz: usize,
  dLambda: usize,
): void {
  const bound = load<f32>(lambda);
  const level = f32x4.splat(bound / steps);
  const levels = f32x4.splat(steps);
  const bottom = f32x4.splat(bound * -shift);
  const top = f32x4.splat(bound * (1 - shift));
  const end = z + (count << 2);
  const vectors = z + ((count & ~3) << 2);
  const other = dy - z;
  const to = dz - z;
  let within: f64 = 0;
  let above: f64 = 0;
  while (z < end) {
    let sumWithin = f32x4.splat(0);
    let sumAbove = f32x4.splat(0);
    for (const last = min(vectors, z + 16384); z < last; z += 16) {
      const value = v128.load(z);
      const gradient = v128.load(z + other);
      const below = f32x4.lt(value, top);
      const passed = v128.and(gradient, v128.and(below, f32x4.gt(value, bottom)));
      v128.store(z + to, passed);
      sumWithin = f32x4.add(sumWithin, f32x4.mul(passed, f32x4.sub(quantised(value, level, levels), value)));
      sumAbove = f32x4.add(sumAbove, v128.andnot(gradient, below));
    }
    if (z === vectors && z < end) {
      const rest = (count & 3) << 2;
      const value = loadSome(z, rest);
      const gradient = loadSome(z + other, rest);
      const below = f32x4.lt(value, top);
      const passed = v128.and(gradient, v128.and(below, f32x4.gt(value, bottom)));
      storeSome(z + to, passed, rest);
      sumWithin = f32x4.add(sumWithin, f32x4.mul(passed, f32x4.sub(quantised(value, level, levels), value)));
      sumAbove = f32x4.add(sumAbove, v128.andnot(gradient, below));
      z = end;
    }
    within += total(sumWithin);
    above += total(sumAbove);
  }
  store<f32>(dLambda, <f32>(within / <f64>bound + above));
}

function total(sums: v128): f64 {
  return (
    <f64>f32x4.extract_lane(sums, 0) +
    <f64>f32x4.extract_lane(sums, 1) +
    <f64>f32x4.extract_lane(sums, 2) +
    <f64>f32x4.extract_lane(sums, 3)
  );
}
