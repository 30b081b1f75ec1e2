// Batch normalisation by the statistics of the batch, of `rows` rows with a value for each of `channels` channels:
// y = gamma (x - mean) / sqrt(variance + epsilon) + beta.

import { addToTotal, addToTotals, BLOCK, sumColumns } from './columns';

/** `totals[c] += sum of (x[row, c] - mean[c])²`. */
function sumSquares(x: usize, rows: usize, channels: usize, mean: usize, totals: usize): void {
  const stride = channels << 2;
  const vectors = channels & ~3;
  for (let row: usize = 0; row < rows; row += BLOCK) {
    const from = x + row * stride;
    const end = x + min(rows, row + BLOCK) * stride;
    let channel: usize = 0;
    for (; channel < vectors; channel += 4) {
      const centre = v128.load(mean + (channel << 2));
      let sums = f32x4.splat(0);
      for (let at = from + (channel << 2); at < end; at += stride) {
        const difference = f32x4.sub(v128.load(at), centre);
        sums = f32x4.add(sums, f32x4.mul(difference, difference));
      }
      addToTotals(totals + (channel << 3), sums);
    }
    for (; channel < channels; channel++) {
      const centre = load<f32>(mean + (channel << 2));
      let sum: f32 = 0;
      for (let at = from + (channel << 2); at < end; at += stride) {
        const difference = load<f32>(at) - centre;
        sum += difference * difference;
      }
      addToTotal(totals + (channel << 3), sum);
    }
  }
}

/** Writes totals divided by the number of rows, and sets them to 0. */
function takeMeans(totals: usize, channels: usize, rows: usize, means: usize): void {
  for (let channel: usize = 0; channel < channels; channel++) {
    store<f32>(means + (channel << 2), <f32>(load<f64>(totals + (channel << 3)) / <f64>rows));
    store<f64>(totals + (channel << 3), 0);
  }
}

/**
 * Writes y, and mean and (biased) variance of each channel.
 *
 * @param totals - room for a double for each channel
 * @param scale - room for a float for each channel
 */
export function batchNorm(
  x: usize,
  rows: usize,
  channels: usize,
  gamma: usize,
  beta: usize,
  epsilon: f64,
  y: usize,
  mean: usize,
  variance: usize,
  totals: usize,
  scale: usize,
): void {
  memory.fill(totals, 0, channels << 3);
  sumColumns(x, rows, channels, totals);
  takeMeans(totals, channels, rows, mean);
  sumSquares(x, rows, channels, mean, totals);
  takeMeans(totals, channels, rows, variance);
  for (let at: usize = 0; at < channels << 2; at += 4) {
    const deviation = Math.sqrt(<f64>load<f32>(variance + at) + epsilon);
    store<f32>(scale + at, <f32>(<f64>load<f32>(gamma + at) / deviation));
  }
  normalise(x, rows, channels, mean, scale, beta, y);
}

/** `y = (x - mean) scale + shift`. */
function normalise(x: usize, rows: usize, channels: usize, mean: usize, scale: usize, shift: usize, y: usize): void {
  const stride = channels << 2;
  const vectors = stride & ~15;
  const to = y - x;
  for (let row: usize = 0; row < rows; row += BLOCK) {
    const from = x + row * stride;
    const end = x + min(rows, row + BLOCK) * stride;
    let offset: usize = 0;
    for (; offset < vectors; offset += 16) {
      const centre = v128.load(mean + offset);
      const factor = v128.load(scale + offset);
      const added = v128.load(shift + offset);
      for (let at = from + offset; at < end; at += stride) {
        const value = f32x4.mul(f32x4.sub(v128.load(at), centre), factor);
        v128.store(at + to, f32x4.add(value, added));
      }
    }
    for (; offset < stride; offset += 4) {
      const centre = load<f32>(mean + offset);
      const factor = load<f32>(scale + offset);
      const added = load<f32>(shift + offset);
      for (let at = from + offset; at < end; at += stride) {
        store<f32>(at + to, (load<f32>(at) - centre) * factor + added);
      }
    }
  }
}

/** `totals[c] += sum of dy[row, c] (x[row, c] - mean[c])`. */
function sumProducts(x: usize, dy: usize, rows: usize, channels: usize, mean: usize, totals: usize): void {
  const stride = channels << 2;
  const vectors = channels & ~3;
  const other = dy - x;
  for (let row: usize = 0; row < rows; row += BLOCK) {
    const from = x + row * stride;
    const end = x + min(rows, row + BLOCK) * stride;
    let channel: usize = 0;
    for (; channel < vectors; channel += 4) {
      const centre = v128.load(mean + (channel << 2));
      let sums = f32x4.splat(0);
      for (let at = from + (channel << 2); at < end; at += stride) {
        const difference = f32x4.sub(v128.load(at), centre);
        sums = f32x4.add(sums, f32x4.mul(difference, v128.load(at + other)));
      }
      addToTotals(totals + (channel << 3), sums);
    }
    for (; channel < channels; channel++) {
      const centre = load<f32>(mean + (channel << 2));
      let sum: f32 = 0;
      for (let at = from + (channel << 2); at < end; at += stride)
        sum += (load<f32>(at) - centre) * load<f32>(at + other);
      addToTotal(totals + (channel << 3), sum);
    }
  }
}

/**
 * The gradient. With i = 1 / sqrt(variance + epsilon), c = x - mean and n rows: d beta = sum dy, d gamma = i sum dy c,
 * dx = gamma i (dy - d beta / n - c i d gamma / n).
 *
 * @param totals - room for a double for each channel
 * @param factors - room for three floats for each channel
 */
export function batchNormGradient(
  x: usize,
  dy: usize,
  rows: usize,
  channels: usize,
  gamma: usize,
  mean: usize,
  variance: usize,
  epsilon: f64,
  dx: usize,
  dGamma: usize,
  dBeta: usize,
  totals: usize,
  factors: usize,
): void {
  const bytes = channels << 2;
  const along = factors + bytes;
  const constant = along + bytes;
  memory.fill(totals, 0, channels << 3);
  sumColumns(dy, rows, channels, totals);
  for (let at: usize = 0; at < bytes; at += 4) {
    const total = load<f64>(totals + (at << 1));
    const inverse = 1 / Math.sqrt(<f64>load<f32>(variance + at) + epsilon);
    const slope = <f64>load<f32>(gamma + at) * inverse;
    store<f32>(dBeta + at, <f32>total);
    store<f32>(factors + at, <f32>slope);
    store<f32>(constant + at, <f32>((slope * total) / <f64>rows));
    store<f64>(totals + (at << 1), 0);
  }
  sumProducts(x, dy, rows, channels, mean, totals);
  for (let at: usize = 0; at < bytes; at += 4) {
    const inverse = 1 / Math.sqrt(<f64>load<f32>(variance + at) + epsilon);
    const total = load<f64>(totals + (at << 1)) * inverse;
    store<f32>(dGamma + at, <f32>total);
    store<f32>(along + at, <f32>((<f64>load<f32>(gamma + at) * inverse * inverse * total) / <f64>rows));
  }
  combine(x, dy, rows, channels, mean, factors, dx);
}

/** `dx = dy slope - (x - mean) along - constant`; slope, along and constant follow one another. */
function combine(x: usize, dy: usize, rows: usize, channels: usize, mean: usize, factors: usize, dx: usize): void {
  const stride = channels << 2;
  const vectors = stride & ~15;
  const other = dy - x;
  const to = dx - x;
  for (let row: usize = 0; row < rows; row += BLOCK) {
    const from = x + row * stride;
    const end = x + min(rows, row + BLOCK) * stride;
    let offset: usize = 0;
    for (; offset < vectors; offset += 16) {
      const centre = v128.load(mean + offset);
      const slope = v128.load(factors + offset);
      const along = v128.load(factors + stride + offset);
      const constant = v128.load(factors + stride + stride + offset);
      for (let at = from + offset; at < end; at += stride) {
        const centred = f32x4.mul(f32x4.sub(v128.load(at), centre), along);
        const value = f32x4.sub(f32x4.mul(v128.load(at + other), slope), constant);
        v128.store(at + to, f32x4.sub(value, centred));
      }
    }
    for (; offset < stride; offset += 4) {
      const centre = load<f32>(mean + offset);
      const slope = load<f32>(factors + offset);
      const along = load<f32>(factors + stride + offset);
      const constant = load<f32>(factors + stride + stride + offset);
      for (let at = from + offset; at < end; at += stride) {
        store<f32>(at + to, load<f32>(at + other) * slope - constant - (load<f32>(at) - centre) * along);
      }
    }
  }
}
