import type { Padding, Shape } from './network.js';

/** How many values an array of this shape holds. */
export const elements = (shape: Shape): number => shape.reduce((product, size) => product * size, 1);

/** One axis of a sliding window. */
export interface Axis {
  /** Positions of the input. */
  readonly input: number;
  /** Positions of the output. */
  readonly output: number;
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  /** Zeros before the first input. */
  readonly before: number;
}

/** A window that slides over an image. */
export interface Window {
  readonly rows: Axis;
  readonly columns: Axis;
}

/** Lays a sliding window over an image of shape `[height, width, channels]`. */
export function slidingWindow(
  image: Shape,
  size: readonly [number, number],
  strides: readonly [number, number],
  padding: Padding,
  dilation: readonly [number, number] = [1, 1],
): Window {
  const [top, bottom, left, right] = typeof padding === 'string' ? [0, 0, 0, 0] : padding;
  const same = padding === 'same';
  return {
    rows: axis(image[0], size[0], strides[0], dilation[0], top, bottom, same),
    columns: axis(image[1], size[1], strides[1], dilation[1], left, right, same),
  };
}

/**
 * Visits every pair of output position and window tap that lies on a real input.
 *
 * @param visit - receives the flat output position, the flat input position and the flat tap, all without channels
 */
export function forEachTap(window: Window, visit: (output: number, input: number, tap: number) => void): void {
  const { rows, columns } = window;
  const across = Array.from({ length: columns.output }, (_, outColumn) => realTaps(columns, outColumn));
  for (let outRow = 0; outRow < rows.output; outRow++) {
    const [topTap, tapRows] = realTaps(rows, outRow);
    for (let tapRow = topTap; tapRow < tapRows; tapRow++) {
      const inRow = inputAt(rows, outRow, tapRow);
      for (let outColumn = 0; outColumn < columns.output; outColumn++) {
        const [leftTap, tapColumns] = across[outColumn];
        for (let tapColumn = leftTap; tapColumn < tapColumns; tapColumn++) {
          const inColumn = inputAt(columns, outColumn, tapColumn);
          const output = outRow * columns.output + outColumn;
          visit(output, inRow * columns.input + inColumn, tapRow * columns.kernel + tapColumn);
        }
      }
    }
  }
}

/** The first tap that lies on a real input, and the one after the last: a window may be far larger than its image. */
function realTaps({ input, kernel, stride, dilation, before }: Axis, output: number): [number, number] {
  const first = output * stride - before;
  return [Math.max(0, Math.ceil(-first / dilation)), Math.min(kernel, Math.ceil((input - first) / dilation))];
}

/** The input position under a tap. */
const inputAt = ({ stride, dilation, before }: Axis, output: number, tap: number): number =>
  output * stride - before + tap * dilation;

function axis(
  input: number,
  kernel: number,
  stride: number,
  dilation: number,
  before: number,
  after: number,
  same: boolean,
): Axis {
  const reach = (kernel - 1) * dilation + 1;
  if (!same) {
    return {
      input,
      output: Math.floor((input + before + after - reach) / stride) + 1,
      kernel,
      stride,
      dilation,
      before,
    };
  }
  const output = Math.ceil(input / stride);
  const padded = Math.max(0, (output - 1) * stride + reach - input);
  return { input, output, kernel, stride, dilation, before: Math.floor(padded / 2) };
}
