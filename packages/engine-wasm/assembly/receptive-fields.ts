// Which rows of weights the spikes under the window of one position pick. The rows of a block are numbered
//
//   (kernel row · kernel width + kernel column) · channels + channel
//
// and entries of a feed are `x · channels + channel`, so that without dilation each kernel row is one piece of the feed's
// list, copied with a constant added. A row of zeros comes after the last and fills a list up to an even count.

import {
  FEED_CHANNELS,
  FEED_ENTRIES,
  FEED_ENTRIES_STEP,
  FEED_HEIGHT,
  FEED_STARTS,
  FEED_STARTS_STEP,
  FEED_WIDTH,
  TERM_COUNTS,
  TERM_DILATION_X,
  TERM_DILATION_Y,
  TERM_FEED,
  TERM_KERNEL_HEIGHT,
  TERM_KERNEL_WIDTH,
  TERM_LEFT,
  TERM_ROWS,
  TERM_ROWS_STEP,
  TERM_STRIDE_X,
  TERM_STRIDE_Y,
  TERM_TOP,
} from '../src/layout';

/**
 * Copies entries with a number added; returns the end. Writes up to 32 bytes past it: pieces are short, and sixteen entries
 * are copied sooner than it is guessed whether there are fewer.
 */
function copyPiece(to: usize, from: usize, end: usize, add: i32): usize {
  const added = i16x8.splat(<i16>add);
  const size = end - from;
  v128.store(to, i16x8.add(v128.load(from), added));
  v128.store(to, i16x8.add(v128.load(from, 16), added), 16);
  for (let at: usize = 32; at < size; at += 32) {
    v128.store(to + at, i16x8.add(v128.load(from + at), added));
    v128.store(to + at, i16x8.add(v128.load(from + at, 16), added), 16);
  }
  return to + size;
}

/** Copies the entries of channels in a range, and counts their channels from its start. */
function copyRange(to: usize, from: usize, end: usize, first: i32, range: i32, add: i32): usize {
  for (; from < end; from += 2) {
    const channel = <i32>load<u16>(from) - first;
    if (channel < 0 || channel >= range) continue;
    store<u16>(to, <u16>(channel + add));
    to += 2;
  }
  return to;
}

/** Ends a list: fills it up with the row of zeros (without asking whether it must). @returns its count */
function close(list: usize, end: usize, zero: i32): u32 {
  const count = <u32>((end - list) >> 1);
  store<u16>(end, <u16>zero);
  return count + (count & 1);
}

/** Lists the rows of position (y, x) for all channels of the feed, without dilation across. */
export function receiveRows(term: usize, y: i32, x: i32, steps: i32): void {
  const feed = <usize>load<u32>(term, TERM_FEED);
  const height = load<i32>(feed, FEED_HEIGHT);
  const width = load<i32>(feed, FEED_WIDTH);
  const channels = load<i32>(feed, FEED_CHANNELS);
  const kernelHeight = load<i32>(term, TERM_KERNEL_HEIGHT);
  const kernelWidth = load<i32>(term, TERM_KERNEL_WIDTH);
  const dilation = load<i32>(term, TERM_DILATION_Y);
  const top = y * load<i32>(term, TERM_STRIDE_Y) - load<i32>(term, TERM_TOP);
  const left = x * load<i32>(term, TERM_STRIDE_X) - load<i32>(term, TERM_LEFT);
  const from = max(left, 0);
  const pixels = max(min(left + kernelWidth, width), from) - from;
  const zero = kernelHeight * kernelWidth * channels;
  const entriesStep = <usize>load<u32>(feed, FEED_ENTRIES_STEP);
  const startsStep = <usize>load<u32>(feed, FEED_STARTS_STEP);
  const rowsStep = <usize>load<u32>(term, TERM_ROWS_STEP);
  let entries = <usize>load<u32>(feed, FEED_ENTRIES);
  let starts = <usize>load<u32>(feed, FEED_STARTS);
  let list = <usize>load<u32>(term, TERM_ROWS);
  const fromTap = top >= 0 ? 0 : (dilation - 1 - top) / dilation;
  const toTap = top >= height ? 0 : min(kernelHeight, (height - top + dilation - 1) / dilation);
  const firstStart = ((top + fromTap * dilation) * width + from) << 2;
  const firstRow = (fromTap * kernelWidth - left) * channels;
  const pieceStarts = (<usize>pixels) << 2;
  const taps = toTap - fromTap;
  const startsRow = (dilation * width) << 2;
  const kernelRow = kernelWidth * channels;
  let counts = <usize>load<u32>(term, TERM_COUNTS);
  for (const last = counts + ((<usize>steps) << 2); counts < last; counts += 4) {
    let end = list;
    let at = starts + <usize>firstStart;
    let added = firstRow;
    for (let tap = 0; tap < taps; tap++) {
      const piece = entries + ((<usize>load<u32>(at)) << 1);
      const pieceEnd = entries + ((<usize>load<u32>(at + pieceStarts)) << 1);
      end = copyPiece(end, piece, pieceEnd, added);
      at += <usize>startsRow;
      added += kernelRow;
    }
    store<u32>(counts, close(list, end, zero));
    entries += entriesStep;
    starts += startsStep;
    list += rowsStep;
  }
}

/** Lists the rows of position (y, x) for the feed's channels `first` to `last`, tap by tap: for groups and dilation. */
export function receiveRange(term: usize, y: i32, x: i32, steps: i32, first: i32, last: i32): void {
  const feed = <usize>load<u32>(term, TERM_FEED);
  const kernelHeight = load<i32>(term, TERM_KERNEL_HEIGHT);
  const kernelWidth = load<i32>(term, TERM_KERNEL_WIDTH);
  for (let step: usize = 0; step < <usize>steps; step++) {
    const list = <usize>load<u32>(term, TERM_ROWS) + step * <usize>load<u32>(term, TERM_ROWS_STEP);
    let end = list;
    for (let row = 0; row < kernelHeight; row++) {
      for (let column = 0; column < kernelWidth; column++) {
        end = receiveTap(term, feed, step, y, x, row, column, first, last, end);
      }
    }
    const count = close(list, end, kernelHeight * kernelWidth * (last - first));
    store<u32>(<usize>load<u32>(term, TERM_COUNTS) + (step << 2), count);
  }
}

function receiveTap(
  term: usize,
  feed: usize,
  step: usize,
  y: i32,
  x: i32,
  row: i32,
  column: i32,
  first: i32,
  last: i32,
  end: usize,
): usize {
  const width = load<i32>(feed, FEED_WIDTH);
  const tap = row * load<i32>(term, TERM_KERNEL_WIDTH) + column;
  const inY = y * load<i32>(term, TERM_STRIDE_Y) - load<i32>(term, TERM_TOP) + row * load<i32>(term, TERM_DILATION_Y);
  const inX =
    x * load<i32>(term, TERM_STRIDE_X) - load<i32>(term, TERM_LEFT) + column * load<i32>(term, TERM_DILATION_X);
  if (inY < 0 || inY >= load<i32>(feed, FEED_HEIGHT) || inX < 0 || inX >= width) return end;
  const entries = <usize>load<u32>(feed, FEED_ENTRIES) + step * <usize>load<u32>(feed, FEED_ENTRIES_STEP);
  const starts = <usize>load<u32>(feed, FEED_STARTS) + step * <usize>load<u32>(feed, FEED_STARTS_STEP);
  const at = starts + ((<usize>(inY * width + inX)) << 2);
  const from = entries + ((<usize>load<u32>(at)) << 1);
  const to = entries + ((<usize>load<u32>(at, 4)) << 1);
  const before = inX * load<i32>(feed, FEED_CHANNELS) + first;
  return copyRange(end, from, to, before, last - first, tap * (last - first));
}
