// Neurons with 64-bit potentials, in the very expressions of the reference engine: v = leak · v + current; a potential of θ
// (or above θ) fires; v - θ or 0 is left. (v / θ >= 1 and v >= θ are the same in IEEE 754 arithmetic, and so are > 1 and
// > θ.) The steps of 16 neurons are taken one after another while their potentials are close by.

import {
  NEURONS_ABOVE,
  NEURONS_BITS,
  NEURONS_BITS_STEP,
  NEURONS_CHANNELS,
  NEURONS_CURRENT,
  NEURONS_CURRENT_STEP,
  NEURONS_FROM,
  NEURONS_LEAK,
  NEURONS_POTENTIAL,
  NEURONS_THETA,
  NEURONS_THETA_POSITION,
  NEURONS_TO,
  NEURONS_ZERO,
} from '../src/layout';

/** Takes two neurons through a step; returns their spikes in the lowest two bits. */
function fireTwo(potential: usize, current: usize, theta: v128, leak: v128, above: bool, zero: bool): i32 {
  const v = f64x2.add(f64x2.mul(leak, v128.load(potential)), v128.load(current));
  const fired = above ? f64x2.gt(v, theta) : f64x2.ge(v, theta);
  v128.store(potential, zero ? v128.andnot(v, fired) : f64x2.sub(v, v128.and(theta, fired)));
  return i64x2.bitmask(fired);
}

/** Takes a layer of one sample, or a thread's part of it, through some steps. */
export function runNeurons(neurons: usize, steps: i32): void {
  const channels = <usize>load<u32>(neurons, NEURONS_CHANNELS);
  const last = <usize>load<u32>(neurons, NEURONS_TO);
  const currentStep = <usize>load<u32>(neurons, NEURONS_CURRENT_STEP);
  const bitsStep = <usize>load<u32>(neurons, NEURONS_BITS_STEP);
  const zero = load<i32>(neurons, NEURONS_ZERO) !== 0;
  const above = load<i32>(neurons, NEURONS_ABOVE) !== 0;
  const leak = f64x2.splat(load<f64>(neurons, NEURONS_LEAK));
  for (let position = <usize>load<u32>(neurons, NEURONS_FROM); position < last; position++) {
    const thresholds =
      <usize>load<u32>(neurons, NEURONS_THETA) + position * <usize>load<u32>(neurons, NEURONS_THETA_POSITION);
    for (let channel: usize = 0; channel < channels; channel += 16) {
      const place = position * channels + channel;
      const potential = <usize>load<u32>(neurons, NEURONS_POTENTIAL) + (place << 3);
      const theta = thresholds + (channel << 3);
      let current = <usize>load<u32>(neurons, NEURONS_CURRENT) + (place << 3);
      let bits = <usize>load<u32>(neurons, NEURONS_BITS) + (place >> 3);
      for (let step = 0; step < steps; step++) {
        let spikes = 0;
        for (let pair: usize = 0; pair < 8; pair++) {
          const at = pair << 4;
          spikes |=
            fireTwo(potential + at, current + at, v128.load(theta + at), leak, above, zero) << (<i32>(pair << 1));
        }
        store<u16>(bits, <u16>spikes);
        current += currentStep;
        bits += bitsStep;
      }
    }
  }
}
