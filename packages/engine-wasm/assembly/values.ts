// Convolution of values: analog input and the activations of an ANN, in 64-bit or 32-bit floats. Sums start at the bias and
// take the inputs in the order of the reference engine (tap by tap, channel by channel, zeros skipped), so that those of
// 64 bits are the reference's to the last bit. Weights lie in rows of one block of output channels, eight vectors wide: 16
// channels of 64 bits or 32 of 32 bits.
//
//   block > (kernel row · kernel width + kernel column) · channels + channel > output channel of the block

import {
  TERM_BLOCK_BYTES,
  TERM_BLOCK_FROM,
  TERM_BLOCK_TO,
  TERM_BLOCK_WEIGHTS,
  VALUES_BIAS,
  VALUES_BLOCKS,
  VALUES_CHANNELS,
  VALUES_DILATION_X,
  VALUES_DILATION_Y,
  VALUES_FROM_ROW,
  VALUES_HEIGHT,
  VALUES_INPUT,
  VALUES_INPUT_STEP,
  VALUES_KERNEL_HEIGHT,
  VALUES_KERNEL_WIDTH,
  VALUES_LEFT,
  VALUES_OUT_CHANNELS,
  VALUES_OUT_WIDTH,
  VALUES_OUTPUT,
  VALUES_OUTPUT_STEP,
  VALUES_STRIDE_X,
  VALUES_STRIDE_Y,
  VALUES_SUMS,
  VALUES_TO_ROW,
  VALUES_TOP,
  VALUES_WIDTH,
} from '../src/layout';
import { copyVectors } from './copy';
import { pin } from './pin';

/**
 * Adds inputs times their rows of weights to eight vectors of sums in memory: `pieces` pieces of `count` inputs that follow one
 * another.
 *
 * @param inputStep - bytes between the beginnings of pieces
 * @param rowStep - bytes between their first rows
 */
function addPieces<T>(
  sums: usize,
  pieces: i32,
  count: i32,
  input: usize,
  inputStep: usize,
  row: usize,
  rowStep: usize,
): void {
  let sum0 = v128.load(sums);
  let sum1 = v128.load(sums, 16);
  let sum2 = v128.load(sums, 32);
  let sum3 = v128.load(sums, 48);
  let sum4 = v128.load(sums, 64);
  let sum5 = v128.load(sums, 80);
  let sum6 = v128.load(sums, 96);
  let sum7 = v128.load(sums, 112);
  for (; pieces > 0; pieces--) {
    const end = input + <usize>count * sizeof<T>();
    for (let from = input, weights = row; from < end; from += sizeof<T>(), weights += 128) {
      const value = load<T>(from);
      if (value === <T>0) continue;
      const all = v128.splat<T>(value);
      sum0 = v128.add<T>(sum0, v128.mul<T>(all, v128.load(weights)));
      sum1 = v128.add<T>(sum1, v128.mul<T>(all, v128.load(weights, 16)));
      sum2 = v128.add<T>(sum2, v128.mul<T>(all, v128.load(weights, 32)));
      sum3 = v128.add<T>(sum3, v128.mul<T>(all, v128.load(weights, 48)));
      pin(sum0);
      sum4 = v128.add<T>(sum4, v128.mul<T>(all, v128.load(weights, 64)));
      sum5 = v128.add<T>(sum5, v128.mul<T>(all, v128.load(weights, 80)));
      sum6 = v128.add<T>(sum6, v128.mul<T>(all, v128.load(weights, 96)));
      sum7 = v128.add<T>(sum7, v128.mul<T>(all, v128.load(weights, 112)));
    }
    input += inputStep;
    row += rowStep;
  }
  v128.store(sums, sum0);
  v128.store(sums, sum1, 16);
  v128.store(sums, sum2, 32);
  v128.store(sums, sum3, 48);
  v128.store(sums, sum4, 64);
  v128.store(sums, sum5, 80);
  v128.store(sums, sum6, 96);
  v128.store(sums, sum7, 112);
}

/** The first tap of an axis that lies on an input: taps are at `start + tap · dilation`. */
function firstTap(start: i32, dilation: i32): i32 {
  return start >= 0 ? 0 : (dilation - 1 - start) / dilation;
}

/** The tap after the last one that lies on an input. */
function lastTap(start: i32, dilation: i32, taps: i32, size: i32): i32 {
  return start >= size ? 0 : min(taps, (size - start + dilation - 1) / dilation);
}

/** Adds all taps of one position to the sums of one block. */
function addTaps<T>(record: usize, input: usize, block: usize, y: i32, x: i32, sums: usize): void {
  const width = load<i32>(record, VALUES_WIDTH);
  const channels = load<i32>(record, VALUES_CHANNELS);
  const kernelWidth = load<i32>(record, VALUES_KERNEL_WIDTH);
  const dilationY = load<i32>(record, VALUES_DILATION_Y);
  const dilationX = load<i32>(record, VALUES_DILATION_X);
  const first = load<i32>(block, TERM_BLOCK_FROM);
  const range = load<i32>(block, TERM_BLOCK_TO) - first;
  const weights = <usize>load<u32>(block, TERM_BLOCK_WEIGHTS);
  const top = y * load<i32>(record, VALUES_STRIDE_Y) - load<i32>(record, VALUES_TOP);
  const left = x * load<i32>(record, VALUES_STRIDE_X) - load<i32>(record, VALUES_LEFT);
  const fromRow = firstTap(top, dilationY);
  const toRow = lastTap(top, dilationY, load<i32>(record, VALUES_KERNEL_HEIGHT), load<i32>(record, VALUES_HEIGHT));
  const fromColumn = firstTap(left, dilationX);
  const columns = lastTap(left, dilationX, kernelWidth, width) - fromColumn;
  if (fromRow >= toRow || columns <= 0) return;
  const begin = ((top + fromRow * dilationY) * width + left + fromColumn * dilationX) * channels + first;
  let from = input + <usize>begin * sizeof<T>();
  let row = weights + <usize>((fromRow * kernelWidth + fromColumn) * range) * 128;
  const inputStep = <usize>(dilationY * width * channels) * sizeof<T>();
  const rowStep = <usize>(kernelWidth * range) * 128;
  if (dilationX === 1 && range === channels) {
    addPieces<T>(sums, toRow - fromRow, columns * range, from, inputStep, row, rowStep);
    return;
  }
  const tapStep = <usize>(dilationX * channels) * sizeof<T>();
  for (let tap = fromRow; tap < toRow; tap++) {
    addPieces<T>(sums, columns, range, from, tapStep, row, <usize>range * 128);
    from += inputStep;
    row += rowStep;
  }
}

function convolve<T>(record: usize, input: usize, output: usize): void {
  const width = load<i32>(record, VALUES_OUT_WIDTH);
  const first = load<i32>(record, VALUES_FROM_ROW);
  const last = load<i32>(record, VALUES_TO_ROW);
  const channels = <usize>load<u32>(record, VALUES_OUT_CHANNELS) * sizeof<T>();
  const bias = <usize>load<u32>(record, VALUES_BIAS);
  const sums = <usize>load<u32>(record, VALUES_SUMS);
  const blocks = <usize>load<u32>(record, VALUES_BLOCKS);
  output += <usize>(first * width) * channels;
  for (let y = first; y < last; y++) {
    for (let x = 0; x < width; x++) {
      for (let at: usize = 0, block = blocks; at < channels; at += 128, block += TERM_BLOCK_BYTES) {
        const whole = channels - at >= 128;
        const target = whole ? output + at : sums;
        copyVectors(target, bias + at, 128);
        addTaps<T>(record, input, block, y, x, target);
        if (!whole) memory.copy(output + at, sums, channels - at);
      }
      output += channels;
    }
  }
}

/** What has one output for all steps is computed once. */
function convolveSteps<T>(record: usize, steps: i32): void {
  let input = <usize>load<u32>(record, VALUES_INPUT);
  let output = <usize>load<u32>(record, VALUES_OUTPUT);
  if (load<u32>(record, VALUES_OUTPUT_STEP) === 0) steps = min(steps, 1);
  for (let step = 0; step < steps; step++) {
    convolve<T>(record, input, output);
    input += <usize>load<u32>(record, VALUES_INPUT_STEP);
    output += <usize>load<u32>(record, VALUES_OUTPUT_STEP);
  }
}

/** Convolves 64-bit values. */
export function convolveDouble(record: usize, steps: i32): void {
  convolveSteps<f64>(record, steps);
}

/** Convolves 32-bit values. */
export function convolveFloat(record: usize, steps: i32): void {
  convolveSteps<f32>(record, steps);
}
