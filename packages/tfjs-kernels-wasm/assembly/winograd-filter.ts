// Transforms of a filter, [3, 3, input channels, output channels], and back: U = G g G' and dg = G' dU G of winograd.ts,
// four output channels at a time. G has the rows (1, 0, 0), (1/2, 1/2, 1/2), (1/2, -1/2, 1/2), (0, 0, 1).

import { loadSome, storeSome } from './copy';

/** `to[2 - y, 2 - x, o, i] = from[y, x, i, o]`: the filter by which the gradient of a convolution's output is convolved. */
export function turnFilter(from: usize, to: usize, taps: i32, inChannels: i32, outChannels: i32): void {
  const tap = (<usize>(inChannels * outChannels)) << 2;
  for (let place = 0; place < taps; place++) {
    const turned = to + <usize>(taps - 1 - place) * tap;
    for (let i = 0; i < inChannels; i++) {
      let at = turned + ((<usize>i) << 2);
      for (let o = 0; o < outChannels; o++, from += 4, at += (<usize>inChannels) << 2) store<f32>(at, load<f32>(from));
    }
  }
}

/** Writes the three numbers of a line, transformed to four. */
function storeLine(to: usize, step: usize, left: v128, middle: v128, right: v128): void {
  const half = f32x4.splat(0.5);
  const outer = f32x4.mul(half, f32x4.add(left, right));
  const inner = f32x4.mul(half, middle);
  v128.store(to, left);
  v128.store(to + step, f32x4.add(outer, inner));
  v128.store(to + 2 * step, f32x4.sub(outer, inner));
  v128.store(to + 3 * step, right);
}

/**
 * `U = G g G'`, with zeros where channels are rounded up.
 *
 * @param step - bytes of U from position to position
 */
export function transformFilter(g: usize, inChannels: i32, outChannels: i32, u: usize, step: usize): void {
  const rows = (<usize>inChannels + 3) & ~3;
  const columns = (<usize>outChannels + 7) & ~7;
  const bytes = (<usize>outChannels) << 2;
  const tap = <usize>inChannels * bytes;
  const half = f32x4.splat(0.5);
  for (let i: usize = 0; i < rows; i++) {
    for (let at: usize = 0; at < columns << 2; at += 16) {
      const left = i < <usize>inChannels ? bytes - min(at, bytes) : 0;
      const from = g + i * bytes + at;
      const to = u + (((at >> 5) * rows + i) << 5) + (at & 16);
      const upper0 = loadSome(from, left);
      const upper1 = loadSome(from + tap, left);
      const upper2 = loadSome(from + 2 * tap, left);
      const lower0 = loadSome(from + 6 * tap, left);
      const lower1 = loadSome(from + 7 * tap, left);
      const lower2 = loadSome(from + 8 * tap, left);
      const inner0 = f32x4.mul(half, loadSome(from + 3 * tap, left));
      const inner1 = f32x4.mul(half, loadSome(from + 4 * tap, left));
      const inner2 = f32x4.mul(half, loadSome(from + 5 * tap, left));
      const outer0 = f32x4.mul(half, f32x4.add(upper0, lower0));
      const outer1 = f32x4.mul(half, f32x4.add(upper1, lower1));
      const outer2 = f32x4.mul(half, f32x4.add(upper2, lower2));
      storeLine(to, step, upper0, upper1, upper2);
      storeLine(to + 4 * step, step, f32x4.add(outer0, inner0), f32x4.add(outer1, inner1), f32x4.add(outer2, inner2));
      storeLine(to + 8 * step, step, f32x4.sub(outer0, inner0), f32x4.sub(outer1, inner1), f32x4.sub(outer2, inner2));
      storeLine(to + 12 * step, step, lower0, lower1, lower2);
    }
  }
}

/** A row of `dU G`, four numbers to three. */
function storeRow(to: usize, step: usize, m0: v128, m1: v128, m2: v128, m3: v128, bytes: usize): void {
  const half = f32x4.splat(0.5);
  const outer = f32x4.mul(half, f32x4.add(m1, m2));
  storeSome(to, f32x4.add(m0, outer), bytes);
  storeSome(to + step, f32x4.mul(half, f32x4.sub(m1, m2)), bytes);
  storeSome(to + 2 * step, f32x4.add(outer, m3), bytes);
}

/** `dg = G' dU G`; dU is position > input channel > output channel, rounded up. */
export function transformFilterGradient(dU: usize, step: usize, inChannels: i32, outChannels: i32, dg: usize): void {
  const row = ((<usize>outChannels + 7) & ~7) << 2;
  const bytes = (<usize>outChannels) << 2;
  const tap = <usize>inChannels * bytes;
  for (let i = 0; i < inChannels; i++, dU += row, dg += bytes) {
    for (let at: usize = 0; at < bytes; at += 16) transformGradient(dU + at, step, dg + at, tap, bytes - at);
  }
}

function transformGradient(from: usize, step: usize, to: usize, tap: usize, bytes: usize): void {
  const half = f32x4.splat(0.5);
  // G' on the left makes of four lines three, column by column.
  const upper = upperOf(from, step, half);
  const upper1 = upperOf(from + step, step, half);
  const upper2 = upperOf(from + 2 * step, step, half);
  const upper3 = upperOf(from + 3 * step, step, half);
  storeRow(to, tap, upper, upper1, upper2, upper3, bytes);
  const middle = middleOf(from, step, half);
  const middle1 = middleOf(from + step, step, half);
  const middle2 = middleOf(from + 2 * step, step, half);
  const middle3 = middleOf(from + 3 * step, step, half);
  storeRow(to + 3 * tap, tap, middle, middle1, middle2, middle3, bytes);
  const lower = lowerOf(from, step, half);
  const lower1 = lowerOf(from + step, step, half);
  const lower2 = lowerOf(from + 2 * step, step, half);
  const lower3 = lowerOf(from + 3 * step, step, half);
  storeRow(to + 6 * tap, tap, lower, lower1, lower2, lower3, bytes);
}

function upperOf(at: usize, step: usize, half: v128): v128 {
  const outer = f32x4.mul(half, f32x4.add(v128.load(at + 4 * step), v128.load(at + 8 * step)));
  return f32x4.add(v128.load(at), outer);
}

function middleOf(at: usize, step: usize, half: v128): v128 {
  return f32x4.mul(half, f32x4.sub(v128.load(at + 4 * step), v128.load(at + 8 * step)));
}

function lowerOf(at: usize, step: usize, half: v128): v128 {
  const outer = f32x4.mul(half, f32x4.add(v128.load(at + 4 * step), v128.load(at + 8 * step)));
  return f32x4.add(outer, v128.load(at + 12 * step));
}
