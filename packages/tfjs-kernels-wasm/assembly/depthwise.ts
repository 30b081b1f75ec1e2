// Gradients of depthwise convolution, of any size, stride and dilation. Output channel `i multiplier + q` is input channel i
// by filter [row, column, i, q]. With one filter a channel, four channels at a time.

/** The first output whose input, for a tap, lies on the image. */
function firstOutput(start: i32, stride: i32): i32 {
  return start >= 0 ? 0 : (stride - 1 - start) / stride;
}

/** The output after the last one. */
function lastOutput(start: i32, stride: i32, size: i32, outputs: i32): i32 {
  return start >= size ? 0 : min(outputs, (size - 1 - start) / stride + 1);
}

/** `to[i] += a[i] b[i]`. */
function addProducts(to: usize, a: usize, b: usize, bytes: usize): void {
  let at: usize = 0;
  for (; at < (bytes & ~15); at += 16) {
    v128.store(to + at, f32x4.add(v128.load(to + at), f32x4.mul(v128.load(a + at), v128.load(b + at))));
  }
  for (; at < bytes; at += 4) store<f32>(to + at, load<f32>(to + at) + load<f32>(a + at) * load<f32>(b + at));
}

/** `dw[i] += sum of x[i] dy[i]` over some rows and columns; sums are made before they are added. */
function sumProducts(
  dw: usize,
  x: usize,
  down: usize,
  across: usize,
  dy: usize,
  outDown: usize,
  rows: i32,
  columns: i32,
  bytes: usize,
): void {
  let channel: usize = 0;
  for (; channel < (bytes & ~15); channel += 16) {
    let sums = f32x4.splat(0);
    for (let row = 0; row < rows; row++) {
      let from = x + <usize>row * down + channel;
      let out = dy + <usize>row * outDown + channel;
      for (const end = out + <usize>columns * bytes; out < end; out += bytes, from += across) {
        sums = f32x4.add(sums, f32x4.mul(v128.load(from), v128.load(out)));
      }
    }
    v128.store(dw + channel, f32x4.add(v128.load(dw + channel), sums));
  }
  for (; channel < bytes; channel += 4) {
    let sum: f32 = 0;
    for (let row = 0; row < rows; row++) {
      let from = x + <usize>row * down + channel;
      let out = dy + <usize>row * outDown + channel;
      for (const end = out + <usize>columns * bytes; out < end; out += bytes, from += across) {
        sum += load<f32>(from) * load<f32>(out);
      }
    }
    store<f32>(dw + channel, load<f32>(dw + channel) + sum);
  }
}

/** `dw[i, q] += x[i] dy[i, q]`. */
function addOuter(dw: usize, x: usize, dy: usize, channels: i32, multiplier: i32): void {
  for (let channel = 0; channel < channels; channel++, x += 4) {
    const value = load<f32>(x);
    for (let q = 0; q < multiplier; q++, dw += 4, dy += 4) store<f32>(dw, load<f32>(dw) + value * load<f32>(dy));
  }
}

/** `dx[i] += sum over q of dy[i, q] w[i, q]`. */
function addInner(dx: usize, dy: usize, w: usize, channels: i32, multiplier: i32): void {
  for (let channel = 0; channel < channels; channel++, dx += 4) {
    let sum = load<f32>(dx);
    for (let q = 0; q < multiplier; q++, dy += 4, w += 4) sum += load<f32>(dy) * load<f32>(w);
    store<f32>(dx, sum);
  }
}

/**
 * Adds to dw, from x and dy, or to dx, from dy and w: whichever of the two gradients is wanted.
 *
 * @param toFilter - 1 for dw, then `image` is x and `filter` is dw; 0 for dx, then `image` is dx and `filter` is w
 */
export function depthwiseGradient(
  toFilter: i32,
  image: usize,
  batch: i32,
  height: i32,
  width: i32,
  channels: i32,
  dy: usize,
  outHeight: i32,
  outWidth: i32,
  multiplier: i32,
  filterHeight: i32,
  filterWidth: i32,
  strideY: i32,
  strideX: i32,
  dilationY: i32,
  dilationX: i32,
  top: i32,
  left: i32,
  filter: usize,
): void {
  const bytes = (<usize>channels) << 2;
  const outBytes = bytes * <usize>multiplier;
  const single = multiplier === 1;
  for (let sample = 0; sample < batch; sample++) {
    let tap = filter;
    for (let row = 0; row < filterHeight; row++) {
      const startY = row * dilationY - top;
      const toY = lastOutput(startY, strideY, height, outHeight);
      for (let column = 0; column < filterWidth; column++, tap += outBytes) {
        const startX = column * dilationX - left;
        const fromX = firstOutput(startX, strideX);
        const toX = lastOutput(startX, strideX, width, outWidth);
        const fromY = firstOutput(startY, strideY);
        if (fromX >= toX || fromY >= toY) continue;
        if (toFilter && single) {
          const at = image + <usize>((startY + fromY * strideY) * width + startX + fromX * strideX) * bytes;
          const out = dy + <usize>(fromY * outWidth + fromX) * bytes;
          const down = <usize>(strideY * width) * bytes;
          const across = <usize>strideX * bytes;
          sumProducts(tap, at, down, across, out, <usize>outWidth * bytes, toY - fromY, toX - fromX, bytes);
          continue;
        }
        for (let y = fromY; y < toY; y++) {
          let at = image + <usize>((startY + y * strideY) * width + startX + fromX * strideX) * bytes;
          let out = dy + <usize>(y * outWidth + fromX) * outBytes;
          for (let x = fromX; x < toX; x++, at += <usize>strideX * bytes, out += outBytes) {
            if (toFilter) addOuter(tap, at, out, channels, multiplier);
            else if (single) addProducts(at, out, tap, bytes);
            else addInner(at, out, tap, channels, multiplier);
          }
        }
      }
    }
    image += <usize>(height * width) * bytes;
    dy += <usize>(outHeight * outWidth) * outBytes;
  }
}
