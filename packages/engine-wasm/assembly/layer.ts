// Runs one layer through some steps. The order of work is
//
//   group of blocks (their weights stay in the level-2 cache) > position > block > step > term
//
// so that the lists of a position serve all blocks of a group, and the potentials of a block stay close by for all steps.
// Steps are those of one sample, or the one step that each of several samples takes: only the distances differ.

import {
  BLOCK_BYTES,
  BLOCK_CHANNEL,
  BLOCK_WIDTH,
  FEED_PARTS,
  KIND_DIAGONAL,
  KIND_DIAGONAL_FLOAT,
  KIND_GATHER_7,
  KIND_GATHER_8,
  KIND_GATHER_DOUBLE,
  LAYER_BIAS,
  LAYER_BITS,
  LAYER_BITS_STEP,
  LAYER_BLOCKS,
  LAYER_CHANNELS,
  LAYER_FLOAT,
  LAYER_FROM_BLOCK,
  LAYER_FROM_ROW,
  LAYER_GROUP,
  LAYER_LEVEL,
  LAYER_MODE,
  LAYER_START,
  LAYER_STATE,
  LAYER_STATE_STEP,
  LAYER_TERM_COUNT,
  LAYER_TERMS,
  LAYER_THETA,
  LAYER_THETA_POSITION,
  LAYER_TO_BLOCK,
  LAYER_TO_ROW,
  LAYER_WIDTH,
  MODE_CURRENTS,
  MODE_DOUBLES,
  MODE_ZERO,
  PART_BITS,
  PART_BITS_STEP,
  PART_POSITION_BYTES,
  TERM_BLOCK_BYTES,
  TERM_BLOCK_FROM,
  TERM_BLOCK_TO,
  TERM_BLOCK_WEIGHTS,
  TERM_BLOCKS,
  TERM_BYTES,
  TERM_COUNTS,
  TERM_DIAGONAL,
  TERM_FEED,
  TERM_KIND,
  TERM_LIMIT,
  TERM_RANGED,
  TERM_ROWS,
  TERM_ROWS_STEP,
  TERM_SCALE,
} from '../src/layout';
import { copyVectors } from './copy';
import { addDiagonal, addDiagonalFloat } from './diagonal';
import { fire, fireFloat } from './fire';
import { gather7, gather8, Whole } from './gather';
import { gatherDouble } from './gather-double';
import { gatherFloat } from './gather-float';
import { receiveRange, receiveRows } from './receptive-fields';
import { picksMany, warmBlock } from './warm';

/** Runs a layer, or a thread's part of it, whose feeds are listed. */
export function runLayer(layer: usize, steps: i32): void {
  const blocks = load<i32>(layer, LAYER_TO_BLOCK);
  const group = load<i32>(layer, LAYER_GROUP);
  const bottom = load<i32>(layer, LAYER_TO_ROW);
  const width = load<i32>(layer, LAYER_WIDTH);
  for (let first = load<i32>(layer, LAYER_FROM_BLOCK); first < blocks; first += group) {
    const last = min(first + group, blocks);
    warm(layer, first, last, steps);
    for (let y = load<i32>(layer, LAYER_FROM_ROW); y < bottom; y++) {
      for (let x = 0; x < width; x++) {
        receive(layer, y, x, steps, -1);
        for (let block = first; block < last; block++) {
          receive(layer, y, x, steps, block);
          runBlock(layer, <usize>(y * width + x), <usize>block, <usize>steps);
        }
      }
    }
  }
}

/** Fetches the weights of blocks, unless few of them will be needed. */
function warm(layer: usize, first: i32, last: i32, steps: i32): void {
  const rows = load<i32>(layer, LAYER_TO_ROW) - load<i32>(layer, LAYER_FROM_ROW);
  const positions = rows * load<i32>(layer, LAYER_WIDTH);
  let term = <usize>load<u32>(layer, LAYER_TERMS);
  const end = term + <usize>load<u32>(layer, LAYER_TERM_COUNT) * TERM_BYTES;
  for (; term < end; term += TERM_BYTES) {
    const kind = load<i32>(term, TERM_KIND);
    if (kind === KIND_DIAGONAL || kind === KIND_DIAGONAL_FLOAT || !picksMany(term, steps, positions)) continue;
    for (let block = first; block < last; block++) {
      const record = <usize>load<u32>(layer, LAYER_BLOCKS) + <usize>block * BLOCK_BYTES;
      warmBlock(term, <usize>block, <usize>load<u32>(record, BLOCK_WIDTH));
    }
  }
}

/** Lists the rows of one position: of terms that read all channels (`block` -1), or those of a block's own range. */
function receive(layer: usize, y: i32, x: i32, steps: i32, block: i32): void {
  let term = <usize>load<u32>(layer, LAYER_TERMS);
  const end = term + <usize>load<u32>(layer, LAYER_TERM_COUNT) * TERM_BYTES;
  for (; term < end; term += TERM_BYTES) {
    const kind = load<i32>(term, TERM_KIND);
    if (kind === KIND_DIAGONAL || kind === KIND_DIAGONAL_FLOAT) continue;
    const ranged = load<i32>(term, TERM_RANGED) !== 0;
    if (!ranged && block < 0) receiveRows(term, y, x, steps);
    if (ranged && block >= 0) {
      const record = <usize>load<u32>(term, TERM_BLOCKS) + <usize>block * TERM_BLOCK_BYTES;
      receiveRange(term, y, x, steps, load<i32>(record, TERM_BLOCK_FROM), load<i32>(record, TERM_BLOCK_TO));
    }
  }
}

function runBlock(layer: usize, position: usize, block: usize, steps: usize): void {
  const record = <usize>load<u32>(layer, LAYER_BLOCKS) + block * BLOCK_BYTES;
  const channel = <usize>load<u32>(record, BLOCK_CHANNEL);
  const width = <usize>load<u32>(record, BLOCK_WIDTH);
  const mode = load<i32>(layer, LAYER_MODE);
  const float = load<i32>(layer, LAYER_FLOAT) !== 0;
  const place = position * <usize>load<u32>(layer, LAYER_CHANNELS) + channel;
  const stateStep = <usize>load<u32>(layer, LAYER_STATE_STEP);
  const bitsStep = <usize>load<u32>(layer, LAYER_BITS_STEP);
  const thresholds = position * <usize>load<u32>(layer, LAYER_THETA_POSITION) + (channel << 2);
  const wide: usize = mode === MODE_DOUBLES ? 3 : 2;
  const bias = <usize>load<u32>(layer, LAYER_BIAS) + (channel << wide);
  const level = <usize>load<u32>(layer, LAYER_LEVEL) + thresholds;
  const theta = <usize>load<u32>(layer, LAYER_THETA) + thresholds;
  let state = <usize>load<u32>(layer, LAYER_STATE) + (place << wide);
  let bits = <usize>load<u32>(layer, LAYER_BITS) + (place >> 3);
  const start = <usize>load<u32>(layer, LAYER_START);
  if (start !== 0) {
    const term = <usize>load<u32>(layer, LAYER_TERMS);
    gatherAndFire(term, block, width, state, stateStep, start + (channel << 1), theta, bits, bitsStep, steps);
    return;
  }
  for (let step: usize = 0; step < steps; step++) {
    if (mode >= MODE_CURRENTS) copyVectors(state, bias, width << wide);
    addTerms(layer, position, block, channel, width, step, state);
    if (mode < MODE_CURRENTS) {
      if (float) fireFloat(state, bias, level, theta, bits, width, mode === MODE_ZERO);
      else fire(state, bias, level, theta, bits, width, mode === MODE_ZERO);
    }
    state += stateStep;
    bits += bitsStep;
  }
}

function addTerms(
  layer: usize,
  position: usize,
  block: usize,
  channel: usize,
  width: usize,
  step: usize,
  state: usize,
): void {
  let term = <usize>load<u32>(layer, LAYER_TERMS);
  const end = term + <usize>load<u32>(layer, LAYER_TERM_COUNT) * TERM_BYTES;
  for (; term < end; term += TERM_BYTES) {
    const kind = load<i32>(term, TERM_KIND);
    if (kind === KIND_DIAGONAL || kind === KIND_DIAGONAL_FLOAT)
      addOwn(term, kind, position, channel, width, step, state);
    else addRows(term, kind, block, width, step, state);
  }
}

function addOwn(
  term: usize,
  kind: i32,
  position: usize,
  channel: usize,
  width: usize,
  step: usize,
  state: usize,
): void {
  const part = <usize>load<u32>(<usize>load<u32>(term, TERM_FEED), FEED_PARTS);
  const bits =
    <usize>load<u32>(part, PART_BITS) +
    step * <usize>load<u32>(part, PART_BITS_STEP) +
    position * <usize>load<u32>(part, PART_POSITION_BYTES) +
    (channel >> 3);
  const weights = <usize>load<u32>(term, TERM_DIAGONAL) + (channel << 2);
  if (kind === KIND_DIAGONAL) addDiagonal(bits, weights, state, width);
  else addDiagonalFloat(bits, weights, state, width);
}

/** Takes the neurons of a block that a single term leads into through all steps. */
function gatherAndFire(
  term: usize,
  block: usize,
  width: usize,
  state: usize,
  stateStep: usize,
  start: usize,
  theta: usize,
  bits: usize,
  bitsStep: usize,
  steps: usize,
): void {
  const rows = <usize>load<u32>(<usize>load<u32>(term, TERM_BLOCKS) + block * TERM_BLOCK_BYTES, TERM_BLOCK_WEIGHTS);
  if (load<i32>(term, TERM_KIND) === KIND_GATHER_7) {
    if (width === 64) allSteps7<u64>(term, rows, state, stateStep, start, theta, bits, bitsStep, steps);
    else if (width === 32) allSteps7<u32>(term, rows, state, stateStep, start, theta, bits, bitsStep, steps);
    else allSteps7<u16>(term, rows, state, stateStep, start, theta, bits, bitsStep, steps);
  } else if (width === 64) allSteps8<u64>(term, rows, state, stateStep, start, theta, bits, bitsStep, steps);
  else if (width === 32) allSteps8<u32>(term, rows, state, stateStep, start, theta, bits, bitsStep, steps);
  else allSteps8<u16>(term, rows, state, stateStep, start, theta, bits, bitsStep, steps);
}

function allSteps7<T>(
  term: usize,
  rows: usize,
  state: usize,
  stateStep: usize,
  start: usize,
  theta: usize,
  bits: usize,
  bitsStep: usize,
  steps: usize,
): void {
  const limit = load<i32>(term, TERM_LIMIT);
  const listStep = <usize>load<u32>(term, TERM_ROWS_STEP);
  let lists = <usize>load<u32>(term, TERM_ROWS);
  let counts = <usize>load<u32>(term, TERM_COUNTS);
  for (const end = counts + (steps << 2); counts < end; counts += 4) {
    let list = lists;
    let count = load<i32>(counts);
    for (; count > limit; count -= limit) {
      gather7<T>(list, limit, rows, state, 0, 0, 0);
      list += (<usize>limit) << 1;
    }
    Whole.gather7<T>(list, count, rows, state, start, theta, bits);
    lists += listStep;
    state += stateStep;
    bits += bitsStep;
  }
}

function allSteps8<T>(
  term: usize,
  rows: usize,
  state: usize,
  stateStep: usize,
  start: usize,
  theta: usize,
  bits: usize,
  bitsStep: usize,
  steps: usize,
): void {
  const limit = load<i32>(term, TERM_LIMIT);
  const listStep = <usize>load<u32>(term, TERM_ROWS_STEP);
  let lists = <usize>load<u32>(term, TERM_ROWS);
  let counts = <usize>load<u32>(term, TERM_COUNTS);
  for (const end = counts + (steps << 2); counts < end; counts += 4) {
    let list = lists;
    let count = load<i32>(counts);
    for (; count > limit; count -= limit) {
      gather8<T>(list, limit, rows, state, 0, 0, 0);
      list += (<usize>limit) << 1;
    }
    Whole.gather8<T>(list, count, rows, state, start, theta, bits);
    lists += listStep;
    state += stateStep;
    bits += bitsStep;
  }
}

/** Gathers rows of whole numbers; with a `start`, the neurons fire. */
function gatherWhole(
  kind: i32,
  width: usize,
  list: usize,
  count: i32,
  rows: usize,
  state: usize,
  start: usize,
  theta: usize,
  bits: usize,
): void {
  if (kind === KIND_GATHER_7) {
    if (width === 64) gather7<u64>(list, count, rows, state, start, theta, bits);
    else if (width === 32) gather7<u32>(list, count, rows, state, start, theta, bits);
    else gather7<u16>(list, count, rows, state, start, theta, bits);
  } else if (width === 64) gather8<u64>(list, count, rows, state, start, theta, bits);
  else if (width === 32) gather8<u32>(list, count, rows, state, start, theta, bits);
  else gather8<u16>(list, count, rows, state, start, theta, bits);
}

/** Gathers the rows of one term, in pieces that 16 bits can add up. */
function addRows(term: usize, kind: i32, block: usize, width: usize, step: usize, state: usize): void {
  const rows = <usize>load<u32>(<usize>load<u32>(term, TERM_BLOCKS) + block * TERM_BLOCK_BYTES, TERM_BLOCK_WEIGHTS);
  const count = load<i32>(<usize>load<u32>(term, TERM_COUNTS) + (step << 2));
  const limit = load<i32>(term, TERM_LIMIT);
  let list = <usize>load<u32>(term, TERM_ROWS) + step * <usize>load<u32>(term, TERM_ROWS_STEP);
  for (let left = count; left > 0; left -= limit) {
    const some = min(left, limit);
    if (kind === KIND_GATHER_7 || kind === KIND_GATHER_8) gatherWhole(kind, width, list, some, rows, state, 0, 0, 0);
    else if (kind === KIND_GATHER_DOUBLE) gatherDouble(list, some, rows, state);
    else if (width === 32) gatherFloat<u32>(list, some, rows, state, load<f32>(term, TERM_SCALE));
    else gatherFloat<u16>(list, some, rows, state, load<f32>(term, TERM_SCALE));
    list += (<usize>some) << 1;
  }
}
