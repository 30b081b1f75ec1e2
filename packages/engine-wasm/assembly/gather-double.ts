// The gather in 64-bit floats, for sums that must be the reference engine's to the last bit: weights of 32-bit floats are
// widened, and added one by one in the order of the list, which is that of positions and channels. A row is 16 floats.

import { pin } from './pin';

/** Widens two floats. */
function wide(row: usize): v128 {
  return f64x2.promote_low_f32x4(v128.load64_zero(row));
}

/** Adds rows of float weights to 16 sums of 64 bits. */
export function gatherDouble(list: usize, count: i32, rows: usize, target: usize): void {
  let sum0 = v128.load(target);
  let sum1 = v128.load(target, 16);
  let sum2 = v128.load(target, 32);
  let sum3 = v128.load(target, 48);
  let sum4 = v128.load(target, 64);
  let sum5 = v128.load(target, 80);
  let sum6 = v128.load(target, 96);
  let sum7 = v128.load(target, 112);
  const end = list + ((<usize>count) << 1);
  for (; list < end; list += 2) {
    const row = rows + ((<usize>load<u16>(list)) << 6);
    sum0 = f64x2.add(sum0, wide(row));
    sum1 = f64x2.add(sum1, wide(row + 8));
    sum2 = f64x2.add(sum2, wide(row + 16));
    sum3 = f64x2.add(sum3, wide(row + 24));
    pin(sum0);
    sum4 = f64x2.add(sum4, wide(row + 32));
    sum5 = f64x2.add(sum5, wide(row + 40));
    sum6 = f64x2.add(sum6, wide(row + 48));
    sum7 = f64x2.add(sum7, wide(row + 56));
  }
  v128.store(target, sum0);
  v128.store(target, sum1, 16);
  v128.store(target, sum2, 32);
  v128.store(target, sum3, 48);
  v128.store(target, sum4, 64);
  v128.store(target, sum5, 80);
  v128.store(target, sum6, 96);
  v128.store(target, sum7, 112);
}
