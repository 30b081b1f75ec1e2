// Neurons with 64-bit potentials, in the very expressions of the reference engine: v = leak · v + gain · current; a potential
// of θ (or above θ) fires; v - θ or 0 is left. (v / θ >= 1 and v >= θ are the same in IEEE 754 arithmetic, and so are > 1 and
// > θ, and so are 1 · v and v.) Some neurons take one step after another while their potentials are in registers.

import {
  NEURONS_ABOVE,
  NEURONS_BITS,
  NEURONS_BITS_STEP,
  NEURONS_CHANNELS,
  NEURONS_CURRENT,
  NEURONS_CURRENT_STEP,
  NEURONS_FROM,
  NEURONS_GAINS,
  NEURONS_LEAK,
  NEURONS_POTENTIAL,
  NEURONS_THETA,
  NEURONS_THETA_POSITION,
  NEURONS_TO,
  NEURONS_ZERO,
} from '../src/layout';

function fires(v: v128, theta: v128, above: bool): v128 {
  return above ? f64x2.gt(v, theta) : f64x2.ge(v, theta);
}

/** Takes θ off where a neuron fired, or all that there is. */
function reset(v: v128, theta: v128, fired: v128, zero: bool): v128 {
  return f64x2.sub(v, v128.and(zero ? v : theta, fired));
}

/** leak · v + gain · current. */
function integrate(v: v128, leak: v128, current: v128, gain: v128): v128 {
  return f64x2.add(f64x2.mul(leak, v), f64x2.mul(gain, current));
}

/** Takes eight neurons through all steps; spikes of a step are one byte. */
function runEight(
  potential: usize,
  current: usize,
  currentStep: usize,
  theta: usize,
  bits: usize,
  bitsStep: usize,
  leak: v128,
  gains: usize,
  above: bool,
  zero: bool,
  steps: i32,
): void {
  const theta0 = v128.load(theta);
  const theta1 = v128.load(theta, 16);
  const theta2 = v128.load(theta, 32);
  const theta3 = v128.load(theta, 48);
  let v0 = v128.load(potential);
  let v1 = v128.load(potential, 16);
  let v2 = v128.load(potential, 32);
  let v3 = v128.load(potential, 48);
  let gain = f64x2.splat(1);
  for (let step = 0; step < steps; step++) {
    if (gains !== 0) gain = v128.load64_splat(gains + ((<usize>step) << 3));
    v0 = integrate(v0, leak, v128.load(current), gain);
    v1 = integrate(v1, leak, v128.load(current, 16), gain);
    v2 = integrate(v2, leak, v128.load(current, 32), gain);
    v3 = integrate(v3, leak, v128.load(current, 48), gain);
    const fired0 = fires(v0, theta0, above);
    const fired1 = fires(v1, theta1, above);
    const fired2 = fires(v2, theta2, above);
    const fired3 = fires(v3, theta3, above);
    v0 = reset(v0, theta0, fired0, zero);
    v1 = reset(v1, theta1, fired1, zero);
    v2 = reset(v2, theta2, fired2, zero);
    v3 = reset(v3, theta3, fired3, zero);
    const low = i64x2.bitmask(fired0) | (i64x2.bitmask(fired1) << 2);
    const high = i64x2.bitmask(fired2) | (i64x2.bitmask(fired3) << 2);
    store<u8>(bits, <u8>(low | (high << 4)));
    current += currentStep;
    bits += bitsStep;
  }
  v128.store(potential, v0);
  v128.store(potential, v1, 16);
  v128.store(potential, v2, 32);
  v128.store(potential, v3, 48);
}

/** Packs four vectors of 64-bit masks into eight 16-bit masks. */
function narrow(a: v128, b: v128, c: v128, d: v128): v128 {
  return i16x8.narrow_i32x4_s(i16x8.narrow_i32x4_s(a, b), i16x8.narrow_i32x4_s(c, d));
}

/** Takes sixteen neurons of the usual kind (no leak, no gains, v >= θ fires, θ is taken off) through all steps. */
function runSixteen(
  potential: usize,
  current: usize,
  currentStep: usize,
  theta: usize,
  bits: usize,
  bitsStep: usize,
  steps: i32,
): void {
  let v0 = v128.load(potential);
  let v1 = v128.load(potential, 16);
  let v2 = v128.load(potential, 32);
  let v3 = v128.load(potential, 48);
  let v4 = v128.load(potential, 64);
  let v5 = v128.load(potential, 80);
  let v6 = v128.load(potential, 96);
  let v7 = v128.load(potential, 112);
  for (let step = 0; step < steps; step++) {
    v0 = f64x2.add(v0, v128.load(current));
    v1 = f64x2.add(v1, v128.load(current, 16));
    v2 = f64x2.add(v2, v128.load(current, 32));
    v3 = f64x2.add(v3, v128.load(current, 48));
    const fired0 = f64x2.ge(v0, v128.load(theta));
    const fired1 = f64x2.ge(v1, v128.load(theta, 16));
    const fired2 = f64x2.ge(v2, v128.load(theta, 32));
    const fired3 = f64x2.ge(v3, v128.load(theta, 48));
    v0 = f64x2.sub(v0, v128.and(v128.load(theta), fired0));
    v1 = f64x2.sub(v1, v128.and(v128.load(theta, 16), fired1));
    v2 = f64x2.sub(v2, v128.and(v128.load(theta, 32), fired2));
    v3 = f64x2.sub(v3, v128.and(v128.load(theta, 48), fired3));
    const low = narrow(fired0, fired1, fired2, fired3);
    v4 = f64x2.add(v4, v128.load(current, 64));
    v5 = f64x2.add(v5, v128.load(current, 80));
    v6 = f64x2.add(v6, v128.load(current, 96));
    v7 = f64x2.add(v7, v128.load(current, 112));
    const fired4 = f64x2.ge(v4, v128.load(theta, 64));
    const fired5 = f64x2.ge(v5, v128.load(theta, 80));
    const fired6 = f64x2.ge(v6, v128.load(theta, 96));
    const fired7 = f64x2.ge(v7, v128.load(theta, 112));
    v4 = f64x2.sub(v4, v128.and(v128.load(theta, 64), fired4));
    v5 = f64x2.sub(v5, v128.and(v128.load(theta, 80), fired5));
    v6 = f64x2.sub(v6, v128.and(v128.load(theta, 96), fired6));
    v7 = f64x2.sub(v7, v128.and(v128.load(theta, 112), fired7));
    const high = narrow(fired4, fired5, fired6, fired7);
    store<u16>(bits, <u16>i8x16.bitmask(i8x16.narrow_i16x8_s(low, high)));
    current += currentStep;
    bits += bitsStep;
  }
  v128.store(potential, v0);
  v128.store(potential, v1, 16);
  v128.store(potential, v2, 32);
  v128.store(potential, v3, 48);
  v128.store(potential, v4, 64);
  v128.store(potential, v5, 80);
  v128.store(potential, v6, 96);
  v128.store(potential, v7, 112);
}

/** Takes a layer of one sample, or a thread's part of it, through some steps. */
export function runNeurons(neurons: usize, steps: i32): void {
  const channels = <usize>load<u32>(neurons, NEURONS_CHANNELS);
  const last = <usize>load<u32>(neurons, NEURONS_TO);
  const currentStep = <usize>load<u32>(neurons, NEURONS_CURRENT_STEP);
  const bitsStep = <usize>load<u32>(neurons, NEURONS_BITS_STEP);
  const above = load<i32>(neurons, NEURONS_ABOVE) !== 0;
  const zero = load<i32>(neurons, NEURONS_ZERO) !== 0;
  const leak = load<f64>(neurons, NEURONS_LEAK);
  const leaks = f64x2.splat(leak);
  const gains = <usize>load<u32>(neurons, NEURONS_GAINS);
  const usual = !above && !zero && leak === 1 && gains === 0;
  const apart = <usize>load<u32>(neurons, NEURONS_THETA_POSITION);
  for (let position = <usize>load<u32>(neurons, NEURONS_FROM); position < last; position++) {
    const thetas = <usize>load<u32>(neurons, NEURONS_THETA) + position * apart;
    for (let channel: usize = 0; channel < channels; channel += 16) {
      const place = position * channels + channel;
      const potential = <usize>load<u32>(neurons, NEURONS_POTENTIAL) + (place << 3);
      const current = <usize>load<u32>(neurons, NEURONS_CURRENT) + (place << 3);
      const bits = <usize>load<u32>(neurons, NEURONS_BITS) + (place >> 3);
      const theta = thetas + (channel << 3);
      if (usual) runSixteen(potential, current, currentStep, theta, bits, bitsStep, steps);
      else {
        for (let half: usize = 0; half < 2; half++) {
          const at = half << 6;
          runEight(
            potential + at,
            current + at,
            currentStep,
            theta + at,
            bits + half,
            bitsStep,
            leaks,
            gains,
            above,
            zero,
            steps,
          );
        }
      }
    }
  }
}
