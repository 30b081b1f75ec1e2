// Spikes pick rows of weights in an order that the processor cannot foresee: each row that is not in a cache is waited for.
// Read from end to end, the same rows come several times as fast. So where many will be picked, all are read once before.
// Few steps of one sample of a large network gain most by it (side by side on a busy machine: half the time of VGG16, 10 %, T = 4).

import {
  FEED_CHANNELS,
  FEED_HEIGHT,
  FEED_STARTS,
  FEED_STARTS_STEP,
  FEED_WIDTH,
  KIND_GATHER_7,
  KIND_GATHER_8,
  TERM_BLOCK_BYTES,
  TERM_BLOCK_FROM,
  TERM_BLOCK_TO,
  TERM_BLOCK_WEIGHTS,
  TERM_BLOCKS,
  TERM_FEED,
  TERM_KERNEL_HEIGHT,
  TERM_KERNEL_WIDTH,
  TERM_KIND,
} from '../src/layout';
import { pin } from './pin';

/** What a processor fetches at a time. */
const LINE: usize = 64;
/** Weights are read where each row is picked so often on average, or more. At 1, few spikes at T = 4 took longer. */
const PICKS: i64 = 2;

/** How many spikes a feed lists in some steps. */
function countSpikes(feed: usize, steps: i32): i64 {
  const positions = load<i32>(feed, FEED_HEIGHT) * load<i32>(feed, FEED_WIDTH);
  let end = <usize>load<u32>(feed, FEED_STARTS) + ((<usize>positions) << 2);
  let sum: i64 = 0;
  for (let step = 0; step < steps; step++) {
    sum += load<u32>(end);
    end += <usize>load<u32>(feed, FEED_STARTS_STEP);
  }
  return sum;
}

/**
 * Whether the spikes of a term pick enough of its rows. A spike picks `taps · positions / inputs` of the `taps · channels` rows
 * of a block, where windows lie close.
 *
 * @param positions - outputs that are computed
 */
export function picksMany(term: usize, steps: i32, positions: i32): bool {
  const feed = <usize>load<u32>(term, TERM_FEED);
  const inputs = <i64>load<i32>(feed, FEED_HEIGHT) * load<i32>(feed, FEED_WIDTH);
  return countSpikes(feed, steps) * positions >= PICKS * inputs * load<i32>(feed, FEED_CHANNELS);
}

/** Reads the weights of a block of `width` channels, a vector of each cache line. */
export function warmBlock(term: usize, block: usize, width: usize): void {
  const record = <usize>load<u32>(term, TERM_BLOCKS) + block * TERM_BLOCK_BYTES;
  const range = load<i32>(record, TERM_BLOCK_TO) - load<i32>(record, TERM_BLOCK_FROM);
  const rows = <usize>(load<i32>(term, TERM_KERNEL_HEIGHT) * load<i32>(term, TERM_KERNEL_WIDTH) * range);
  const kind = load<i32>(term, TERM_KIND);
  const rowBytes = kind === KIND_GATHER_7 || kind === KIND_GATHER_8 ? width : width << 2;
  let at = <usize>load<u32>(record, TERM_BLOCK_WEIGHTS);
  let sum = i32x4.splat(0);
  for (const end = at + rows * rowBytes; at < end; at += LINE) sum = v128.or(sum, v128.load(at));
  pin(sum);
}
