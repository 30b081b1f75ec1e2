// The gradient of a convolution's filter, of any size, stride and dilation:
//
//   dw[tap, i, o] = sum over outputs p of x[p stride - padding + tap dilation, i] dy[p, o]
//
// A row of dw is a pair (tap, i). The image is copied to where it has its zeros around it, so that row r reads its inputs
// at a constant distance from the first. Four rows by eight output channels are summed in registers over some rows of the
// output, as many as fit the first cache.

import { copyFloats, copyRows, placeImage } from './copy';

/** Bytes of dy that are summed together. */
const STRIPE: usize = 16384;

/**
 * Writes dw, [height, width, input channels, output channels] of the filter.
 *
 * @param room - floats for the padded image, `rows` rounded up to 4 (offsets), the same times `outChannels` rounded up to 8
 * (sums), and outputs times rounded `outChannels` (dy)
 */
export function filterGradient(
  x: usize,
  batch: i32,
  height: i32,
  width: i32,
  channels: i32,
  dy: usize,
  outHeight: i32,
  outWidth: i32,
  outChannels: i32,
  filterHeight: i32,
  filterWidth: i32,
  strideY: i32,
  strideX: i32,
  dilationY: i32,
  dilationX: i32,
  top: i32,
  left: i32,
  dw: usize,
  room: usize,
): void {
  const paddedHeight = (outHeight - 1) * strideY + (filterHeight - 1) * dilationY + 1;
  const paddedWidth = (outWidth - 1) * strideX + (filterWidth - 1) * dilationX + 1;
  const rows = filterHeight * filterWidth * channels;
  const rounded = (rows + 3) & ~3;
  const rowBytes = ((<usize>outChannels + 7) & ~7) << 2;
  const paddedBytes = (<usize>(paddedHeight * paddedWidth * channels)) << 2;
  const offsets = room + paddedBytes;
  const sums = offsets + ((<usize>rounded) << 2);
  const copied = sums + <usize>rounded * rowBytes;
  writeOffsets(offsets, filterHeight, filterWidth, channels, dilationY * paddedWidth, dilationX, rounded);
  memory.fill(room, 0, paddedBytes);
  memory.fill(sums, 0, <usize>rounded * rowBytes);
  const bytes = (<usize>channels) << 2;
  const outBytes = (<usize>outChannels) << 2;
  const pixels = <usize>(outHeight * outWidth);
  // Where rows of dy are rounded up, what is added stays 0.
  memory.fill(copied, 0, pixels * rowBytes);
  const down = (<usize>(strideY * paddedWidth * channels)) << 2;
  const across = (<usize>(strideX * channels)) << 2;
  const stripe = <i32>max(1, STRIPE / (<usize>outWidth * rowBytes));
  for (let sample = 0; sample < batch; sample++) {
    placeImage(x, height, width, bytes, room, paddedHeight, paddedWidth, bytes, top, left);
    let from = dy;
    if (rowBytes !== outBytes) {
      copyRows(copied, rowBytes, dy, outBytes, pixels);
      from = copied;
    }
    for (let y = 0; y < outHeight; y += stripe) {
      const count = min(stripe, outHeight - y);
      const image = room + <usize>y * down;
      addStripe(image, down, across, from, count, outWidth, rowBytes, offsets, rounded, sums);
      from += <usize>(count * outWidth) * rowBytes;
    }
    x += (<usize>(height * width * channels)) << 2;
    dy += pixels * outBytes;
  }
  for (let row: usize = 0; row < <usize>rows; row++) copyFloats(dw + row * outBytes, sums + row * rowBytes, outBytes);
}

/** How far from the first input of an output each row finds its own, in bytes; rows too many repeat the last. */
function writeOffsets(
  offsets: usize,
  filterHeight: i32,
  filterWidth: i32,
  channels: i32,
  down: i32,
  across: i32,
  rounded: i32,
): void {
  let last: i32 = 0;
  let at = offsets;
  for (let y = 0; y < filterHeight; y++) {
    for (let x = 0; x < filterWidth; x++) {
      for (let channel = 0; channel < channels; channel++, at += 4) {
        last = ((y * down + x * across) * channels + channel) << 2;
        store<i32>(at, last);
      }
    }
  }
  for (const end = offsets + ((<usize>rounded) << 2); at < end; at += 4) store<i32>(at, last);
}

/** Adds what some rows of the output make of dw. */
function addStripe(
  image: usize,
  down: usize,
  across: usize,
  dy: usize,
  rows: i32,
  width: i32,
  rowBytes: usize,
  offsets: usize,
  rounded: i32,
  sums: usize,
): void {
  for (const end = offsets + ((<usize>rounded) << 2); offsets < end; offsets += 16, sums += rowBytes << 2) {
    const x0 = image + <usize>load<u32>(offsets);
    const x1 = image + <usize>load<u32>(offsets, 4);
    const x2 = image + <usize>load<u32>(offsets, 8);
    const x3 = image + <usize>load<u32>(offsets, 12);
    for (let column: usize = 0; column < rowBytes; column += 32) {
      addPiece(x0, x1, x2, x3, down, across, dy + column, rows, width, rowBytes, sums + column);
    }
  }
}

/** Four rows of dw times eight output channels. */
function addPiece(
  x0: usize,
  x1: usize,
  x2: usize,
  x3: usize,
  down: usize,
  across: usize,
  dy: usize,
  rows: i32,
  width: i32,
  rowBytes: usize,
  to: usize,
): void {
  let sum00 = f32x4.splat(0);
  let sum01 = sum00;
  let sum10 = sum00;
  let sum11 = sum00;
  let sum20 = sum00;
  let sum21 = sum00;
  let sum30 = sum00;
  let sum31 = sum00;
  const rest = down - <usize>width * across;
  for (; rows > 0; rows--, x0 += rest, x1 += rest, x2 += rest, x3 += rest) {
    for (const end = dy + <usize>width * rowBytes; dy < end; dy += rowBytes) {
      const left = v128.load(dy);
      const right = v128.load(dy, 16);
      const value0 = v128.load32_splat(x0);
      sum00 = f32x4.add(sum00, f32x4.mul(value0, left));
      sum01 = f32x4.add(sum01, f32x4.mul(value0, right));
      const value1 = v128.load32_splat(x1);
      sum10 = f32x4.add(sum10, f32x4.mul(value1, left));
      sum11 = f32x4.add(sum11, f32x4.mul(value1, right));
      const value2 = v128.load32_splat(x2);
      sum20 = f32x4.add(sum20, f32x4.mul(value2, left));
      sum21 = f32x4.add(sum21, f32x4.mul(value2, right));
      const value3 = v128.load32_splat(x3);
      sum30 = f32x4.add(sum30, f32x4.mul(value3, left));
      sum31 = f32x4.add(sum31, f32x4.mul(value3, right));
      x0 += across;
      x1 += across;
      x2 += across;
      x3 += across;
    }
  }
  addTo(to, sum00, sum01);
  addTo(to + rowBytes, sum10, sum11);
  addTo(to + 2 * rowBytes, sum20, sum21);
  addTo(to + 3 * rowBytes, sum30, sum31);
}

function addTo(to: usize, left: v128, right: v128): void {
  v128.store(to, f32x4.add(v128.load(to), left));
  v128.store(to, f32x4.add(v128.load(to, 16), right), 16);
}
