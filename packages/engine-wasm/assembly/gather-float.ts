// The gather of 32-bit float weights: a row is 32 or 16 floats, channel after channel. Blocks of 64 channels would need
// more registers than there are, so the widest is 32, named u32; u16 names 16.

import { pin } from './pin';

/** Adds a sum, multiplied by the factor of its pooling, to four potentials. */
function settle(target: usize, sum: v128, scale: v128): void {
  v128.store(target, f32x4.add(v128.load(target), f32x4.mul(sum, scale)));
}

/** Adds rows of float weights to float potentials. */
export function gatherFloat<T>(list: usize, count: i32, rows: usize, target: usize, factor: f32): void {
  const none = f32x4.splat(0);
  let sum0 = none;
  let sum1 = none;
  let sum2 = none;
  let sum3 = none;
  let sum4 = none;
  let sum5 = none;
  let sum6 = none;
  let sum7 = none;
  const end = list + ((<usize>count) << 1);
  for (; list < end; list += 2) {
    const row = rows + <usize>load<u16>(list) * (sizeof<T>() * 32);
    sum0 = f32x4.add(sum0, v128.load(row));
    sum1 = f32x4.add(sum1, v128.load(row, 16));
    sum2 = f32x4.add(sum2, v128.load(row, 32));
    sum3 = f32x4.add(sum3, v128.load(row, 48));
    if (sizeof<T>() >= 4) {
      pin(sum0);
      sum4 = f32x4.add(sum4, v128.load(row, 64));
      sum5 = f32x4.add(sum5, v128.load(row, 80));
      sum6 = f32x4.add(sum6, v128.load(row, 96));
      sum7 = f32x4.add(sum7, v128.load(row, 112));
    }
  }
  const scale = f32x4.splat(factor);
  settle(target, sum0, scale);
  settle(target + 16, sum1, scale);
  settle(target + 32, sum2, scale);
  settle(target + 48, sum3, scale);
  if (sizeof<T>() >= 4) {
    settle(target + 64, sum4, scale);
    settle(target + 80, sum5, scale);
    settle(target + 96, sum6, scale);
    settle(target + 112, sum7, scale);
  }
}
