// From bits to lists. A node's spikes of one step are bits, position after position; each position has its channels in
// bytes, lowest bit first, padded to a multiple of 16 channels:
//
//   position 0: [c0 .. c7] [c8 .. c15] ...   position 1: [c0 .. c7] ...
//
// A feed lists them, row of the image after row, as 16-bit entries `x · channels + channel`. Where a pooling window or
// several nodes lie under one position of the feed, all their spikes are listed there.

import {
  FEED_CHANNELS,
  FEED_ENTRIES,
  FEED_ENTRIES_STEP,
  FEED_HEIGHT,
  FEED_PART_COUNT,
  FEED_PARTS,
  FEED_STARTS,
  FEED_STARTS_STEP,
  FEED_WIDTH,
  PART_BITS,
  PART_BITS_STEP,
  PART_BYTES,
  PART_CHANNEL,
  PART_POSITION_BYTES,
  PART_STRIDE_X,
  PART_STRIDE_Y,
  PART_WIDTH,
  PART_WINDOW_HEIGHT,
  PART_WINDOW_WIDTH,
} from '../src/layout';

/** For every byte the places of its bits, eight 16-bit numbers. */
let places: usize = 0;

/** Writes the table; every thread writes the same. */
export function preparePlaces(address: usize): void {
  places = address;
  for (let byte = 0; byte < 256; byte++) {
    let to = places + byte * 16;
    for (let bit = 0; bit < 8; bit++) {
      if (((byte >> bit) & 1) === 0) continue;
      store<u16>(to, <u16>bit);
      to += 2;
    }
  }
}

/** Writes the places of 8 bits; returns the end of the list. Writes up to 16 bytes past it. */
function listByte(byte: usize, first: i32, list: usize): usize {
  v128.store(list, i16x8.add(v128.load(places + (byte << 4)), i16x8.splat(<i16>first)));
  return list + ((<usize>popcnt(<u32>byte)) << 1);
}

/**
 * Lists the bits of one position. It asks no questions: which bytes are empty cannot be guessed, and a wrong guess costs
 * more than to list a byte.
 */
function listBits(bits: usize, bytes: usize, first: i32, list: usize): usize {
  for (const end = bits + bytes; bits < end; bits += 2) {
    const pair = <usize>load<u16>(bits);
    list = listByte(pair >> 8, first + 8, listByte(pair & 255, first, list));
    first += 16;
  }
  return list;
}

/** Lists what one part adds to position (y, x) of the feed. */
function listPart(part: usize, step: usize, y: i32, x: i32, first: i32, list: usize): usize {
  const bytes = <usize>load<u32>(part, PART_POSITION_BYTES);
  const width = load<i32>(part, PART_WIDTH);
  const bits = <usize>load<u32>(part, PART_BITS) + step * <usize>load<u32>(part, PART_BITS_STEP);
  const top = y * load<i32>(part, PART_STRIDE_Y);
  const left = x * load<i32>(part, PART_STRIDE_X);
  const bottom = top + load<i32>(part, PART_WINDOW_HEIGHT);
  const right = left + load<i32>(part, PART_WINDOW_WIDTH);
  for (let row = top; row < bottom; row++) {
    for (let column = left; column < right; column++) {
      list = listBits(bits + <usize>(row * width + column) * bytes, bytes, first, list);
    }
  }
  return list;
}

/** Lists a row of positions that have one part, window by window, cell by cell; returns the end of the list. */
function listRow(
  part: usize,
  bits: usize,
  width: i32,
  channels: i32,
  entries: usize,
  starts: usize,
  list: usize,
): usize {
  const bytes = <usize>load<u32>(part, PART_POSITION_BYTES);
  const rowBytes = <usize>load<u32>(part, PART_WIDTH) * bytes;
  const windowBytes = <usize>load<u32>(part, PART_WINDOW_WIDTH) * bytes;
  const windowEnd = <usize>load<u32>(part, PART_WINDOW_HEIGHT) * rowBytes;
  const stride = <usize>load<u32>(part, PART_STRIDE_X) * bytes;
  let first = load<i32>(part, PART_CHANNEL);
  for (let x = 0; x < width; x++) {
    store<u32>(starts, <u32>((list - entries) >> 1));
    starts += 4;
    for (let row = bits; row < bits + windowEnd; row += rowBytes) {
      for (let cell = row; cell < row + windowBytes; cell += bytes) list = listBits(cell, bytes, first, list);
    }
    bits += stride;
    first += channels;
  }
  return list;
}

/** Lists a row of positions that have several parts. */
function listParts(
  feed: usize,
  step: usize,
  y: i32,
  width: i32,
  channels: i32,
  entries: usize,
  starts: usize,
  list: usize,
): usize {
  const parts = <usize>load<u32>(feed, FEED_PARTS);
  const partsEnd = parts + <usize>load<u32>(feed, FEED_PART_COUNT) * PART_BYTES;
  for (let x = 0; x < width; x++) {
    store<u32>(starts, <u32>((list - entries) >> 1));
    starts += 4;
    for (let part = parts; part < partsEnd; part += PART_BYTES) {
      list = listPart(part, step, y, x, x * channels + load<i32>(part, PART_CHANNEL), list);
    }
  }
  return list;
}

/** Lists the spikes of a feed for some steps. */
export function listSpikes(feed: usize, steps: i32): void {
  const height = load<i32>(feed, FEED_HEIGHT);
  const width = load<i32>(feed, FEED_WIDTH);
  const channels = load<i32>(feed, FEED_CHANNELS);
  const part = <usize>load<u32>(feed, FEED_PARTS);
  const single = load<i32>(feed, FEED_PART_COUNT) === 1;
  const down = <usize>(
    (load<i32>(part, PART_STRIDE_Y) * load<i32>(part, PART_WIDTH) * load<i32>(part, PART_POSITION_BYTES))
  );
  for (let step: usize = 0; step < <usize>steps; step++) {
    const entries = <usize>load<u32>(feed, FEED_ENTRIES) + step * <usize>load<u32>(feed, FEED_ENTRIES_STEP);
    let starts = <usize>load<u32>(feed, FEED_STARTS) + step * <usize>load<u32>(feed, FEED_STARTS_STEP);
    let bits = <usize>load<u32>(part, PART_BITS) + step * <usize>load<u32>(part, PART_BITS_STEP);
    let list = entries;
    for (let y = 0; y < height; y++) {
      if (single) list = listRow(part, bits, width, channels, entries, starts, list);
      else list = listParts(feed, step, y, width, channels, entries, starts, list);
      starts += (<usize>width) << 2;
      bits += down;
    }
    store<u32>(starts, <u32>((list - entries) >> 1));
  }
}
