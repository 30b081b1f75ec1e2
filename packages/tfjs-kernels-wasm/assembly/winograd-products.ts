// The sixteen matrix products of winograd.ts, in pieces of 4 x 8 sums that stay in registers.

/**
 * `m = V U`, position by position.
 *
 * @param stepV - bytes from position to position; `rowV` from tile to tile; `stepM` and `rowM` likewise
 */
export function multiplyTiles(
  v: usize,
  stepV: usize,
  rowV: usize,
  u: usize,
  stepU: usize,
  m: usize,
  stepM: usize,
  rowM: usize,
  tiles: i32,
): void {
  const blockU = rowV << 3;
  const endV = <usize>((tiles + 3) & ~3) * rowV;
  for (let position = 0; position < 16; position++, v += stepV, u += stepU, m += stepM) {
    let filter = u;
    for (let column: usize = 0; column < rowM; column += 32, filter += blockU) {
      let to = m + column;
      for (let from = v; from < v + endV; from += rowV << 2, to += rowM << 2) {
        multiplyPiece(from, rowV, filter, to, rowM);
      }
    }
  }
}

/** Four tiles times eight output channels. */
function multiplyPiece(v0: usize, rowV: usize, u: usize, to: usize, rowM: usize): void {
  let sum00 = f32x4.splat(0);
  let sum01 = sum00;
  let sum10 = sum00;
  let sum11 = sum00;
  let sum20 = sum00;
  let sum21 = sum00;
  let sum30 = sum00;
  let sum31 = sum00;
  let v1 = v0 + rowV;
  let v2 = v1 + rowV;
  let v3 = v2 + rowV;
  for (const end = v1; v0 < end; v0 += 4, v1 += 4, v2 += 4, v3 += 4, u += 32) {
    const left = v128.load(u);
    const right = v128.load(u, 16);
    const value0 = v128.load32_splat(v0);
    sum00 = f32x4.add(sum00, f32x4.mul(value0, left));
    sum01 = f32x4.add(sum01, f32x4.mul(value0, right));
    const value1 = v128.load32_splat(v1);
    sum10 = f32x4.add(sum10, f32x4.mul(value1, left));
    sum11 = f32x4.add(sum11, f32x4.mul(value1, right));
    const value2 = v128.load32_splat(v2);
    sum20 = f32x4.add(sum20, f32x4.mul(value2, left));
    sum21 = f32x4.add(sum21, f32x4.mul(value2, right));
    const value3 = v128.load32_splat(v3);
    sum30 = f32x4.add(sum30, f32x4.mul(value3, left));
    sum31 = f32x4.add(sum31, f32x4.mul(value3, right));
  }
  v128.store(to, sum00);
  v128.store(to, sum01, 16);
  to += rowM;
  v128.store(to, sum10);
  v128.store(to, sum11, 16);
  to += rowM;
  v128.store(to, sum20);
  v128.store(to, sum21, 16);
  to += rowM;
  v128.store(to, sum30);
  v128.store(to, sum31, 16);
}

/** `dU += V' dm`, position by position. */
export function addTransposedProducts(
  v: usize,
  stepV: usize,
  rowV: usize,
  m: usize,
  stepM: usize,
  rowM: usize,
  tiles: i32,
  dU: usize,
  stepU: usize,
): void {
  for (let position = 0; position < 16; position++, v += stepV, m += stepM, dU += stepU) {
    let to = dU;
    for (let channel: usize = 0; channel < rowV; channel += 16, to += rowM << 2) {
      for (let column: usize = 0; column < rowM; column += 32) {
        addPiece(v + channel, rowV, m + column, rowM, tiles, to + column);
      }
    }
  }
}

/** Four input channels times eight output channels. */
function addPiece(v: usize, rowV: usize, m: usize, rowM: usize, tiles: i32, to: usize): void {
  let sum00 = f32x4.splat(0);
  let sum01 = sum00;
  let sum10 = sum00;
  let sum11 = sum00;
  let sum20 = sum00;
  let sum21 = sum00;
  let sum30 = sum00;
  let sum31 = sum00;
  for (const end = m + <usize>tiles * rowM; m < end; m += rowM, v += rowV) {
    const left = v128.load(m);
    const right = v128.load(m, 16);
    const value0 = v128.load32_splat(v);
    sum00 = f32x4.add(sum00, f32x4.mul(value0, left));
    sum01 = f32x4.add(sum01, f32x4.mul(value0, right));
    const value1 = v128.load32_splat(v, 4);
    sum10 = f32x4.add(sum10, f32x4.mul(value1, left));
    sum11 = f32x4.add(sum11, f32x4.mul(value1, right));
    const value2 = v128.load32_splat(v, 8);
    sum20 = f32x4.add(sum20, f32x4.mul(value2, left));
    sum21 = f32x4.add(sum21, f32x4.mul(value2, right));
    const value3 = v128.load32_splat(v, 12);
    sum30 = f32x4.add(sum30, f32x4.mul(value3, left));
    sum31 = f32x4.add(sum31, f32x4.mul(value3, right));
  }
  addTo(to, sum00, sum01);
  addTo(to + rowM, sum10, sum11);
  addTo(to + 2 * rowM, sum20, sum21);
  addTo(to + 3 * rowM, sum30, sum31);
}

function addTo(to: usize, left: v128, right: v128): void {
  v128.store(to, f32x4.add(v128.load(to), left));
  v128.store(to, f32x4.add(v128.load(to, 16), right), 16);
}
