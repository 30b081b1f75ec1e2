// Sums over the rows of a matrix, column by column. Rows come in blocks: within a block a sum is a float in a register, the
// sums of blocks are added as doubles; so a million rows lose no more digits than sixty-four.

/** Rows of a block: of 64 columns, 16 kB. */
export const BLOCK: usize = 64;

/** Adds four floats to four doubles in memory. */
export function addToTotals(totals: usize, sums: v128): void {
  v128.store(totals, f64x2.add(v128.load(totals), f64x2.promote_low_f32x4(sums)));
  const high = i8x16.shuffle(sums, sums, 8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15);
  v128.store(totals, f64x2.add(v128.load(totals, 16), f64x2.promote_low_f32x4(high)), 16);
}

export function addToTotal(total: usize, sum: f32): void {
  store<f64>(total, load<f64>(total) + <f64>sum);
}

/** `totals[c] += sum of x[row, c]`. */
export function sumColumns(x: usize, rows: usize, columns: usize, totals: usize): void {
  const stride = columns << 2;
  const vectors = columns & ~3;
  for (let row: usize = 0; row < rows; row += BLOCK) {
    const from = x + row * stride;
    const end = x + min(rows, row + BLOCK) * stride;
    let column: usize = 0;
    for (; column < vectors; column += 4) {
      let sums = f32x4.splat(0);
      for (let at = from + (column << 2); at < end; at += stride) sums = f32x4.add(sums, v128.load(at));
      addToTotals(totals + (column << 3), sums);
    }
    for (; column < columns; column++) {
      let sum: f32 = 0;
      for (let at = from + (column << 2); at < end; at += stride) sum += load<f32>(at);
      addToTotal(totals + (column << 3), sum);
    }
  }
}
