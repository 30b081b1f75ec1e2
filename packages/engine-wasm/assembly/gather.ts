// Adds up the weights of the synapses that spikes reach, for a block of output channels at one position in one step.
//
// Weights of a block lie in rows, one for each tap and input channel; a spike picks one row. A row of 64 channels with
// whole-number weights is 64 bytes, in four vectors of 16:
//
//   byte        0            1            2            3        ...      15       | 16 ...
//   channel   0 (even)    8 (odd)       1 (even)    9 (odd)     ...   15 (odd)    | 16 ...
//   holds     w + 64         w           w + 64        w                          |            7 bits
//   holds     w + 128        w           w + 128       w                          |            8 bits
//
// Read as eight 16-bit lanes, a vector is 256 · odd + even. Lanes are added as they are (`all`), and their upper bytes,
// shifted down, once more (`high`); in the end `all - 256 high - 64 rows` are the sums of the even bytes, and `high` those
// of the odd ones: 16 weights for one load and two and a half additions. With 7 bits two rows fit in a byte, and are
// added before. Sums wrap around in 16 bits, which does no harm while the final sums fit; callers cut lists at a limit
// that makes sure of it.
//
// Blocks have 64, 32 or 16 channels, named by the type that holds their spikes: u64, u32, u16.

// Plain neurons that nothing else leads into are taken through the end of their step at once, while their current is in
// registers. The bias is then what the sums start from.

import { Sums } from './fire';
import { pin } from './pin';

/** Adds 16 sums of 16 bits to 16 potentials of 32 bits. */
function settle(target: usize, even: v128, odd: v128): void {
  v128.store(target, i32x4.add(v128.load(target), i32x4.extend_low_i16x8_s(even)));
  v128.store(target, i32x4.add(v128.load(target, 16), i32x4.extend_high_i16x8_s(even)), 16);
  v128.store(target, i32x4.add(v128.load(target, 32), i32x4.extend_low_i16x8_s(odd)), 32);
  v128.store(target, i32x4.add(v128.load(target, 48), i32x4.extend_high_i16x8_s(odd)), 48);
}

/** What is left of `all` without the upper bytes and the offsets of the lower ones. */
function evenSums(all: v128, high: v128, offsets: v128): v128 {
  return i16x8.sub(i16x8.sub(all, i16x8.shl(high, 8)), offsets);
}

/** A class, since only methods can ask to be put into their callers. */
// biome-ignore lint/complexity/noStaticOnlyClass: see above.
export class Whole {
  /**
   * Adds rows of 7-bit weights to whole-number potentials.
   *
   * @param list - 16-bit row numbers
   * @param count - how many; even (a list is filled up with the number of a row of zeros)
   * @param start - what `all` and `high` start from; 0: nothing, and the neurons do not fire
   * @param theta - thresholds of the neurons
   * @param bits - where their spikes go
   */
  @inline
  static gather7<T>(
    list: usize,
    count: i32,
    rows: usize,
    target: usize,
    start: usize,
    theta: usize,
    bits: usize,
  ): void {
    const none = i16x8.splat(0);
    let all0 = none;
    let all1 = none;
    let all2 = none;
    let all3 = none;
    let high0 = none;
    let high1 = none;
    let high2 = none;
    let high3 = none;
    if (start !== 0) {
      all0 = v128.load(start);
      high0 = v128.load(start, 16);
      if (sizeof<T>() >= 4) {
        all1 = v128.load(start, 32);
        high1 = v128.load(start, 48);
      }
      if (sizeof<T>() >= 8) {
        all2 = v128.load(start, 64);
        high2 = v128.load(start, 80);
        all3 = v128.load(start, 96);
        high3 = v128.load(start, 112);
      }
    }
    const end = list + ((<usize>count) << 1);
    for (; list < end; list += 4) {
      const a = rows + <usize>load<u16>(list) * (sizeof<T>() * 8);
      const b = rows + <usize>load<u16>(list, 2) * (sizeof<T>() * 8);
      const pair0 = i8x16.add(v128.load(a), v128.load(b));
      if (sizeof<T>() >= 8) pin(pair0);
      all0 = i16x8.add(all0, pair0);
      high0 = i16x8.add(high0, i16x8.shr_s(pair0, 8));
      if (sizeof<T>() >= 4) {
        const pair1 = i8x16.add(v128.load(a, 16), v128.load(b, 16));
        all1 = i16x8.add(all1, pair1);
        high1 = i16x8.add(high1, i16x8.shr_s(pair1, 8));
      }
      if (sizeof<T>() >= 8) {
        const pair2 = i8x16.add(v128.load(a, 32), v128.load(b, 32));
        all2 = i16x8.add(all2, pair2);
        high2 = i16x8.add(high2, i16x8.shr_s(pair2, 8));
        const pair3 = i8x16.add(v128.load(a, 48), v128.load(b, 48));
        all3 = i16x8.add(all3, pair3);
        high3 = i16x8.add(high3, i16x8.shr_s(pair3, 8));
      }
    }
    const offsets = i16x8.splat(<i16>(count << 6));
    if (start !== 0) {
      Sums.fire(target, evenSums(all0, high0, offsets), high0, theta, bits);
      if (sizeof<T>() >= 4) Sums.fire(target + 64, evenSums(all1, high1, offsets), high1, theta + 64, bits + 2);
      if (sizeof<T>() >= 8) {
        Sums.fire(target + 128, evenSums(all2, high2, offsets), high2, theta + 128, bits + 4);
        Sums.fire(target + 192, evenSums(all3, high3, offsets), high3, theta + 192, bits + 6);
      }
      return;
    }
    settle(target, evenSums(all0, high0, offsets), high0);
    if (sizeof<T>() >= 4) settle(target + 64, evenSums(all1, high1, offsets), high1);
    if (sizeof<T>() >= 8) {
      settle(target + 128, evenSums(all2, high2, offsets), high2);
      settle(target + 192, evenSums(all3, high3, offsets), high3);
    }
  }

  /** Adds rows of 8-bit weights to whole-number potentials; `count` is even here too. */
  @inline
  static gather8<T>(
    list: usize,
    count: i32,
    rows: usize,
    target: usize,
    start: usize,
    theta: usize,
    bits: usize,
  ): void {
    const none = i16x8.splat(0);
    let all0 = none;
    let all1 = none;
    let all2 = none;
    let all3 = none;
    let high0 = none;
    let high1 = none;
    let high2 = none;
    let high3 = none;
    if (start !== 0) {
      all0 = v128.load(start);
      high0 = v128.load(start, 16);
      if (sizeof<T>() >= 4) {
        all1 = v128.load(start, 32);
        high1 = v128.load(start, 48);
      }
      if (sizeof<T>() >= 8) {
        all2 = v128.load(start, 64);
        high2 = v128.load(start, 80);
        all3 = v128.load(start, 96);
        high3 = v128.load(start, 112);
      }
    }
    const end = list + ((<usize>count) << 1);
    for (; list < end; list += 2) {
      const a = rows + <usize>load<u16>(list) * (sizeof<T>() * 8);
      const row0 = v128.load(a);
      all0 = i16x8.add(all0, row0);
      high0 = i16x8.add(high0, i16x8.shr_s(row0, 8));
      if (sizeof<T>() >= 4) {
        const row1 = v128.load(a, 16);
        all1 = i16x8.add(all1, row1);
        high1 = i16x8.add(high1, i16x8.shr_s(row1, 8));
      }
      if (sizeof<T>() >= 8) {
        const row2 = v128.load(a, 32);
        all2 = i16x8.add(all2, row2);
        high2 = i16x8.add(high2, i16x8.shr_s(row2, 8));
        const row3 = v128.load(a, 48);
        all3 = i16x8.add(all3, row3);
        high3 = i16x8.add(high3, i16x8.shr_s(row3, 8));
      }
    }
    const offsets = i16x8.splat(<i16>(count << 7));
    if (start !== 0) {
      Sums.fire(target, evenSums(all0, high0, offsets), high0, theta, bits);
      if (sizeof<T>() >= 4) Sums.fire(target + 64, evenSums(all1, high1, offsets), high1, theta + 64, bits + 2);
      if (sizeof<T>() >= 8) {
        Sums.fire(target + 128, evenSums(all2, high2, offsets), high2, theta + 128, bits + 4);
        Sums.fire(target + 192, evenSums(all3, high3, offsets), high3, theta + 192, bits + 6);
      }
      return;
    }
    settle(target, evenSums(all0, high0, offsets), high0);
    if (sizeof<T>() >= 4) settle(target + 64, evenSums(all1, high1, offsets), high1);
    if (sizeof<T>() >= 8) {
      settle(target + 128, evenSums(all2, high2, offsets), high2);
      settle(target + 192, evenSums(all3, high3, offsets), high3);
    }
  }
}

/** The same, to be called. */
export function gather7<T>(
  list: usize,
  count: i32,
  rows: usize,
  target: usize,
  start: usize,
  theta: usize,
  bits: usize,
): void {
  Whole.gather7<T>(list, count, rows, target, start, theta, bits);
}

/** The same, to be called. */
export function gather8<T>(
  list: usize,
  count: i32,
  rows: usize,
  target: usize,
  start: usize,
  theta: usize,
  bits: usize,
): void {
  Whole.gather8<T>(list, count, rows, target, start, theta, bits);
}
