import { type Pair, pairOf, type Recipe, sidesOf } from './weighted.js';

/** Options of a pooling, with PyTorch's defaults. */
export interface PoolOptions {
  /** The size of the window, unless given. */
  readonly stride?: Pair;
  /** @defaultValue 0 */
  readonly padding?: Pair;
}

/** Options of a mean. */
export interface AvgPoolOptions extends PoolOptions {
  /** Whether padding counts in the mean (`count_include_pad`). @defaultValue true */
  readonly countPadding?: boolean;
}

const free = { needs: [], takes: [] };

/** `nn.MaxPool2d`. */
export const maxPool = (size: Pair, { stride = size, padding = 0 }: PoolOptions): Recipe => ({
  ...free,
  make: () => ({ op: 'maxPool2d', size: pairOf(size), strides: pairOf(stride), padding: sidesOf(padding) }),
});

/** `nn.AvgPool2d`. Where padding counts, it is a depthwise convolution with equal weights. */
export const avgPool = (size: Pair, { stride = size, padding = 0, countPadding = true }: AvgPoolOptions): Recipe => ({
  ...free,
  make: ([{ shape }]) => {
    const [height, width] = pairOf(size);
    const [strides, sides] = [pairOf(stride), sidesOf(padding)];
    if (!countPadding || sides.every((zeros) => zeros === 0)) {
      return { op: 'avgPool2d', size: [height, width], strides, padding: sides };
    }
    const channels = shape.at(-1)!;
    const data = new Float32Array(height * width * channels).fill(1 / (height * width));
    const kernel = { shape: [height, width, 1, channels], data };
    return { op: 'conv2d', kernel, strides, padding: sides, dilation: [1, 1], groups: channels };
  },
});

/** Option A of He et al. 2015: every second position, and zeros for the channels that are new, half of them on each side. */
export const shortcutA = (channels: number): Recipe => ({
  ...free,
  make: ([{ shape }]) => {
    const inputs = shape.at(-1)!;
    const before = (channels - inputs) / 2;
    if (!Number.isInteger(before) || before < 0) {
      throw new RangeError(
        `Cannot build network: shortcutA must add an even number of channels to ${inputs}: ${channels}`,
      );
    }
    const data = new Float32Array(inputs * channels);
    for (let channel = 0; channel < inputs; channel++) data[channel * channels + before + channel] = 1;
    const kernel = { shape: [1, 1, inputs, channels], data };
    return { op: 'conv2d', kernel, strides: [2, 2], padding: 'valid', dilation: [1, 1], groups: 1 };
  },
});
