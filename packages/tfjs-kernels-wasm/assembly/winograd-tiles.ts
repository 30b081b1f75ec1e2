// Transforms of single tiles, four channels at a time: B' d B, A' m A and A dy A' of winograd.ts.

import { storeSome } from './copy';

function storeInputRow(to: usize, step: usize, t0: v128, t1: v128, t2: v128, t3: v128): void {
  v128.store(to, f32x4.sub(t0, t2));
  v128.store(to + step, f32x4.add(t1, t2));
  v128.store(to + 2 * step, f32x4.sub(t2, t1));
  v128.store(to + 3 * step, f32x4.sub(t1, t3));
}

/**
 * `V = B' d B` of the tile whose first input is at an address.
 *
 * @param bytes - of a position, a multiple of 16
 * @param down - bytes from row to row
 */
export function inputTile(from: usize, bytes: usize, down: usize, to: usize, step: usize): void {
  const row1 = down;
  const row2 = down << 1;
  const row3 = row1 + row2;
  for (const end = from + bytes; from < end; from += 16, to += 16) {
    const at1 = from + bytes;
    const at2 = at1 + bytes;
    const at3 = at2 + bytes;
    storeInputRow(
      to,
      step,
      f32x4.sub(v128.load(from), v128.load(from + row2)),
      f32x4.sub(v128.load(at1), v128.load(at1 + row2)),
      f32x4.sub(v128.load(at2), v128.load(at2 + row2)),
      f32x4.sub(v128.load(at3), v128.load(at3 + row2)),
    );
    storeInputRow(
      to + 4 * step,
      step,
      f32x4.add(v128.load(from + row1), v128.load(from + row2)),
      f32x4.add(v128.load(at1 + row1), v128.load(at1 + row2)),
      f32x4.add(v128.load(at2 + row1), v128.load(at2 + row2)),
      f32x4.add(v128.load(at3 + row1), v128.load(at3 + row2)),
    );
    storeInputRow(
      to + 8 * step,
      step,
      f32x4.sub(v128.load(from + row2), v128.load(from + row1)),
      f32x4.sub(v128.load(at1 + row2), v128.load(at1 + row1)),
      f32x4.sub(v128.load(at2 + row2), v128.load(at2 + row1)),
      f32x4.sub(v128.load(at3 + row2), v128.load(at3 + row1)),
    );
    storeInputRow(
      to + 12 * step,
      step,
      f32x4.sub(v128.load(from + row1), v128.load(from + row3)),
      f32x4.sub(v128.load(at1 + row1), v128.load(at1 + row3)),
      f32x4.sub(v128.load(at2 + row1), v128.load(at2 + row3)),
      f32x4.sub(v128.load(at3 + row1), v128.load(at3 + row3)),
    );
  }
}

/** `y = A' m A` of one tile, whose first output is (y, x); outputs beyond the image are dropped. */
export function outputTile(
  m: usize,
  step: usize,
  height: i32,
  width: i32,
  channels: i32,
  y: i32,
  x: i32,
  image: usize,
): void {
  const bytes = (<usize>channels) << 2;
  const to = image + <usize>(y * width + x) * bytes;
  const down = <usize>width * bytes;
  const lower = y + 1 < height;
  const right = x + 1 < width;
  const row1: usize = 4 * step;
  const row2: usize = 8 * step;
  const row3: usize = 12 * step;
  for (let at: usize = 0; at < bytes; at += 16) {
    const m0 = m + at;
    const m1 = m0 + step;
    const m2 = m1 + step;
    const m3 = m2 + step;
    const a1 = f32x4.add(v128.load(m0 + row1), v128.load(m0 + row2));
    const b1 = f32x4.add(v128.load(m1 + row1), v128.load(m1 + row2));
    const c1 = f32x4.add(v128.load(m2 + row1), v128.load(m2 + row2));
    const d1 = f32x4.add(v128.load(m3 + row1), v128.load(m3 + row2));
    const b = f32x4.add(v128.load(m1), b1);
    const c = f32x4.add(v128.load(m2), c1);
    const upperLeft = f32x4.add(f32x4.add(f32x4.add(v128.load(m0), a1), b), c);
    const upperRight = f32x4.sub(f32x4.sub(f32x4.sub(b, c), v128.load(m3)), d1);
    storeSome(to + at, upperLeft, bytes - at);
    if (right) storeSome(to + bytes + at, upperRight, bytes - at);
    if (!lower) continue;
    const a2 = f32x4.sub(f32x4.sub(v128.load(m0 + row1), v128.load(m0 + row2)), v128.load(m0 + row3));
    const b2 = f32x4.sub(f32x4.sub(v128.load(m1 + row1), v128.load(m1 + row2)), v128.load(m1 + row3));
    const c2 = f32x4.sub(f32x4.sub(v128.load(m2 + row1), v128.load(m2 + row2)), v128.load(m2 + row3));
    const d2 = f32x4.sub(f32x4.sub(v128.load(m3 + row1), v128.load(m3 + row2)), v128.load(m3 + row3));
    storeSome(to + down + at, f32x4.add(f32x4.add(a2, b2), c2), bytes - at);
    if (right) storeSome(to + down + bytes + at, f32x4.sub(f32x4.sub(b2, c2), d2), bytes - at);
  }
}

function storeGradientRow(to: usize, step: usize, left: v128, right: v128): void {
  v128.store(to, left);
  v128.store(to + step, f32x4.add(left, right));
  v128.store(to + 2 * step, f32x4.sub(left, right));
  v128.store(to + 3 * step, f32x4.neg(right));
}

/** `dm = A dy A'` of the tile whose first output is at an address; parameters as for `inputTile`. */
export function gradientTile(from: usize, bytes: usize, down: usize, to: usize, step: usize): void {
  for (const end = from + bytes; from < end; from += 16, to += 16) {
    const upperLeft = v128.load(from);
    const upperRight = v128.load(from + bytes);
    const lowerLeft = v128.load(from + down);
    const lowerRight = v128.load(from + down + bytes);
    storeGradientRow(to, step, upperLeft, upperRight);
    storeGradientRow(to + 4 * step, step, f32x4.add(upperLeft, lowerLeft), f32x4.add(upperRight, lowerRight));
    storeGradientRow(to + 8 * step, step, f32x4.sub(upperLeft, lowerLeft), f32x4.sub(upperRight, lowerRight));
    storeGradientRow(to + 12 * step, step, f32x4.neg(lowerLeft), f32x4.neg(lowerRight));
  }
}
