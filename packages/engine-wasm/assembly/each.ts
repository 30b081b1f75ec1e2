// An entry for tests: every kernel by itself, blocks of each width.

import { gather7, gather8 } from './gather';
import { gatherFloat } from './gather-float';

export { countBits, countMaskedBits, sumAtBits } from './count';
export { addDiagonal, addDiagonalFloat } from './diagonal';
export { fire, fireFloat } from './fire';
export { gatherDouble } from './gather-double';
export { prepare } from './index';
export { runNeurons } from './neurons';
export { receiveRange, receiveRows } from './receptive-fields';
export { listSpikes } from './spike-lists';
export { convolveDouble, convolveFloat } from './values';

export function gather7of64(
  list: usize,
  count: i32,
  rows: usize,
  target: usize,
  start: usize,
  theta: usize,
  bits: usize,
): void {
  gather7<u64>(list, count, rows, target, start, theta, bits);
}

export function gather7of32(
  list: usize,
  count: i32,
  rows: usize,
  target: usize,
  start: usize,
  theta: usize,
  bits: usize,
): void {
  gather7<u32>(list, count, rows, target, start, theta, bits);
}

export function gather7of16(
  list: usize,
  count: i32,
  rows: usize,
  target: usize,
  start: usize,
  theta: usize,
  bits: usize,
): void {
  gather7<u16>(list, count, rows, target, start, theta, bits);
}

export function gather8of64(
  list: usize,
  count: i32,
  rows: usize,
  target: usize,
  start: usize,
  theta: usize,
  bits: usize,
): void {
  gather8<u64>(list, count, rows, target, start, theta, bits);
}

export function gather8of32(
  list: usize,
  count: i32,
  rows: usize,
  target: usize,
  start: usize,
  theta: usize,
  bits: usize,
): void {
  gather8<u32>(list, count, rows, target, start, theta, bits);
}

export function gather8of16(
  list: usize,
  count: i32,
  rows: usize,
  target: usize,
  start: usize,
  theta: usize,
  bits: usize,
): void {
  gather8<u16>(list, count, rows, target, start, theta, bits);
}

export function gatherFloatOf32(list: usize, count: i32, rows: usize, target: usize, factor: f32): void {
  gatherFloat<u32>(list, count, rows, target, factor);
}

export function gatherFloatOf16(list: usize, count: i32, rows: usize, target: usize, factor: f32): void {
  gatherFloat<u16>(list, count, rows, target, factor);
}
