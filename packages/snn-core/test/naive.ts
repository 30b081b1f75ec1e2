import type { Padding, Shape } from '@spikewright/snn-core';

/** One axis of a window, laid out by trying positions one after another. */
export interface NaiveAxis {
  readonly outputs: number;
  readonly before: number;
}

export function naiveAxis(
  input: number,
  kernel: number,
  stride: number,
  dilation: number,
  padding: 'valid' | 'same' | readonly [number, number],
): NaiveAxis {
  const reach = (kernel - 1) * dilation + 1;
  if (padding === 'same') {
    let outputs = 0;
    while (outputs * stride < input) outputs += 1;
    const zeros = Math.max(0, (outputs - 1) * stride + reach - input);
    return { outputs, before: (zeros - (zeros % 2)) / 2 };
  }
  const [before, after] = padding === 'valid' ? [0, 0] : padding;
  let outputs = 0;
  while (outputs * stride + reach <= before + input + after) outputs += 1;
  return { outputs, before };
}

/** What a window over an image is. */
export interface NaiveWindow {
  readonly image: Shape;
  readonly size: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly dilation: readonly [number, number];
  readonly padding: Padding;
}

export function naiveWindow({ image, size, strides, dilation, padding }: NaiveWindow): [NaiveAxis, NaiveAxis] {
  const [vertical, horizontal] =
    typeof padding === 'string'
      ? ([padding, padding] as const)
      : ([[padding[0], padding[1]] as const, [padding[2], padding[3]] as const] as const);
  return [
    naiveAxis(image[0], size[0], strides[0], dilation[0], vertical),
    naiveAxis(image[1], size[1], strides[1], dilation[1], horizontal),
  ];
}

/**
 * Visits every real input under every output position by seven nested loops, as the definition of a grouped convolution
 * reads: group, output row and column, output channel of the group, tap row and column, input channel of the group.
 *
 * @param visit - receives flat places in output `[h, w, c]`, input `[h, w, c]` and kernel `[kh, kw, cin / groups, cout]`
 */
export function naiveConv(
  window: NaiveWindow,
  channels: number,
  groups: number,
  visit: (output: number, input: number, weight: number) => void,
): Shape {
  const [rows, columns] = naiveWindow(window);
  const [height, width, inputs] = window.image;
  const [perGroupIn, perGroupOut] = [inputs / groups, channels / groups];
  for (let group = 0; group < groups; group++) {
    for (let y = 0; y < rows.outputs; y++) {
      for (let x = 0; x < columns.outputs; x++) {
        for (let out = 0; out < perGroupOut; out++) {
          for (let tapY = 0; tapY < window.size[0]; tapY++) {
            for (let tapX = 0; tapX < window.size[1]; tapX++) {
              for (let into = 0; into < perGroupIn; into++) {
                const inY = y * window.strides[0] + tapY * window.dilation[0] - rows.before;
                const inX = x * window.strides[1] + tapX * window.dilation[1] - columns.before;
                if (inY < 0 || inY >= height || inX < 0 || inX >= width) continue;
                const channel = group * perGroupOut + out;
                visit(
                  (y * columns.outputs + x) * channels + channel,
                  (inY * width + inX) * inputs + group * perGroupIn + into,
                  ((tapY * window.size[1] + tapX) * perGroupIn + into) * channels + channel,
                );
              }
            }
          }
        }
      }
    }
  }
  return [rows.outputs, columns.outputs, channels];
}

/** The values of an image under each output position of a pooling window, real inputs only. */
export function naivePool(window: NaiveWindow, values: ArrayLike<number>): { shape: Shape; under: number[][] } {
  const channels = window.image[2];
  const under: number[][] = [];
  // Pooling is a depthwise convolution that looks at values instead of multiplying them.
  const shape = naiveConv(window, channels, channels, (output, from) => {
    under[output] ??= [];
    under[output].push(values[from]);
  });
  return { shape, under };
}
