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
  VALUES_BLOCK_COUNT,
  VALUES_BLOCKS,
  VALUES_CHANNELS,
  VALUES_DILATION_X,
  VALUES_DILATION_Y,
  VALUES_HEIGHT,
  VALUES_INPUT,
  VALUES_KERNEL_HEIGHT,
  VALUES_KERNEL_WIDTH,
  VALUES_LEFT,
  VALUES_OUT_CHANNELS,
  VALUES_OUT_HEIGHT,
  VALUES_OUT_WIDTH,
  VALUES_OUTPUT,
  VALUES_STRIDE_X,
  VALUES_STRIDE_Y,
  VALUES_TOP,
  VALUES_WIDTH,
} from '../src/layout';

/** Adds `count` inputs times their rows to eight vectors of sums in memory. */
function addInputs<T>(sums: usize, input: usize, count: usize, row: usize): void {
  let sum0 = v128.load(sums);
  let sum1 = v128.load(sums, 16);
  let sum2 = v128.load(sums, 32);
  let sum3 = v128.load(sums, 48);
  let sum4 = v128.load(sums, 64);
  let sum5 = v128.load(sums, 80);
  let sum6 = v128.load(sums, 96);
  let sum7 = v128.load(sums, 112);
  const end = input + count * sizeof<T>();
  for (; input < end; input += sizeof<T>(), row += 128) {
    const value = load<T>(input);
    if (value === <T>0) continue;
    const all = v128.splat<T>(value);
    sum0 = v128.add<T>(sum0, v128.mul<T>(all, v128.load(row)));
    sum1 = v128.add<T>(sum1, v128.mul<T>(all, v128.load(row, 16)));
    sum2 = v128.add<T>(sum2, v128.mul<T>(all, v128.load(row, 32)));
    sum3 = v128.add<T>(sum3, v128.mul<T>(all, v128.load(row, 48)));
    sum4 = v128.add<T>(sum4, v128.mul<T>(all, v128.load(row, 64)));
    sum5 = v128.add<T>(sum5, v128.mul<T>(all, v128.load(row, 80)));
    sum6 = v128.add<T>(sum6, v128.mul<T>(all, v128.load(row, 96)));
    sum7 = v128.add<T>(sum7, v128.mul<T>(all, v128.load(row, 112)));
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

/** Adds all taps of one position to the sums of one block. */
function addTaps<T>(record: usize, block: usize, y: i32, x: i32, sums: usize): void {
  const height = load<i32>(record, VALUES_HEIGHT);
  const width = load<i32>(record, VALUES_WIDTH);
  const channels = load<i32>(record, VALUES_CHANNELS);
  const first = load<i32>(block, TERM_BLOCK_FROM);
  const range = load<i32>(block, TERM_BLOCK_TO) - first;
  const weights = <usize>load<u32>(block, TERM_BLOCK_WEIGHTS);
  const kernelHeight = load<i32>(record, VALUES_KERNEL_HEIGHT);
  const kernelWidth = load<i32>(record, VALUES_KERNEL_WIDTH);
  const input = <usize>load<u32>(record, VALUES_INPUT);
  for (let row = 0; row < kernelHeight; row++) {
    const inY =
      y * load<i32>(record, VALUES_STRIDE_Y) -
      load<i32>(record, VALUES_TOP) +
      row * load<i32>(record, VALUES_DILATION_Y);
    if (inY < 0 || inY >= height) continue;
    for (let column = 0; column < kernelWidth; column++) {
      const inX =
        x * load<i32>(record, VALUES_STRIDE_X) -
        load<i32>(record, VALUES_LEFT) +
        column * load<i32>(record, VALUES_DILATION_X);
      if (inX < 0 || inX >= width) continue;
      const from = input + <usize>((inY * width + inX) * channels + first) * sizeof<T>();
      addInputs<T>(sums, from, <usize>range, weights + <usize>((row * kernelWidth + column) * range) * 128);
    }
  }
}

function convolve<T>(record: usize): void {
  const outHeight = load<i32>(record, VALUES_OUT_HEIGHT);
  const outWidth = load<i32>(record, VALUES_OUT_WIDTH);
  const pitch = <usize>load<u32>(record, VALUES_OUT_CHANNELS) * sizeof<T>();
  const bias = <usize>load<u32>(record, VALUES_BIAS);
  const blocks = <usize>load<u32>(record, VALUES_BLOCK_COUNT);
  let output = <usize>load<u32>(record, VALUES_OUTPUT);
  for (let y = 0; y < outHeight; y++) {
    for (let x = 0; x < outWidth; x++) {
      memory.copy(output, bias, pitch);
      for (let block: usize = 0; block < blocks; block++) {
        const entry = <usize>load<u32>(record, VALUES_BLOCKS) + block * TERM_BLOCK_BYTES;
        addTaps<T>(record, entry, y, x, output + block * 128);
      }
      output += pitch;
    }
  }
}

/** Convolves 64-bit values. */
export function convolveDouble(record: usize): void {
  convolve<f64>(record);
}

/** Convolves 32-bit values. */
export function convolveFloat(record: usize): void {
  convolve<f32>(record);
}
