import type { Shapes } from '../network/check.js';
import { elements, forEachTap, slidingWindow, type Window } from '../network/geometry.js';
import type { AvgPool2d, Conv2d, Dense, Node, Scale, Shape } from '../network/network.js';

/**
 * Computes a node's output for one sample.
 *
 * @param steps - how many steps the inputs were summed over: a bias counts that often
 */
export type Forward = (inputs: readonly ArrayLike<number>[], output: Float64Array, steps: number) => void;

/**
 * Makes the function that computes a linear node, or returns undefined for other nodes.
 *
 * Sums are float64. Weighted nodes go through their inputs in order and skip zeros, so that sparse spikes cost little.
 */
export function linearForward(node: Node, shapes: Shapes): Forward | undefined {
  const shape = node.inputs.length > 0 ? shapes.get(node.inputs[0])! : [];
  switch (node.op) {
    case 'conv2d':
      return conv2d(node, shape, shapes.get(node.name)!);
    case 'dense':
      return dense(node);
    case 'scale':
      return scale(node);
    case 'avgPool2d':
      return avgPool2d(node, shape);
    case 'globalAvgPool':
      return globalAvgPool(shape);
    case 'flatten':
      return ([input], output) => output.set(input);
    case 'add':
      return add;
    case 'concat':
      return concat(node.inputs.map((name) => shapes.get(name)!));
    default:
      return undefined;
  }
}

/** The taps of a window sorted by input position: `start[i]` to `start[i + 1]` are those of input position i. */
export interface TapTable {
  readonly start: Int32Array;
  readonly outputs: Int32Array;
  readonly taps: Int32Array;
}

/** Lists, for every input position, the output positions it reaches and through which tap. */
export function tapTable(window: Window): TapTable {
  const positions = window.rows.input * window.columns.input;
  const start = new Int32Array(positions + 1);
  forEachTap(window, (_, input) => start[input + 1]++);
  for (let i = 0; i < positions; i++) start[i + 1] += start[i];
  const next = start.slice();
  const outputs = new Int32Array(start[positions]);
  const taps = new Int32Array(start[positions]);
  forEachTap(window, (output, input, tap) => {
    const place = next[input]++;
    outputs[place] = output;
    taps[place] = tap;
  });
  return { start, outputs, taps };
}

/** The window of a convolution over an image. */
export function convWindow(node: Conv2d, image: Shape): Window {
  const [height, width] = node.kernel.shape;
  return slidingWindow(image, [height, width], node.strides, node.padding, node.dilation);
}

function conv2d(node: Conv2d, image: Shape, outputShape: Shape): Forward {
  const { start, outputs, taps } = tapTable(convWindow(node, image));
  // Copied when first needed: fast engines, which compile networks too, have kernels of their own.
  let copy: Float64Array | undefined;
  const [, , groupInputs, channels] = node.kernel.shape;
  const groupOutputs = channels / node.groups;
  const [positions, inputs] = [image[0] * image[1], image[2]];
  const bias = node.bias?.data ?? new Float32Array(channels);
  const size = elements(outputShape);
  return ([input], output, steps) => {
    copy ??= Float64Array.from(node.kernel.data);
    const kernel = copy;
    for (let at = 0; at < size; at += channels) {
      for (let k = 0; k < channels; k++) output[at + k] = bias[k] * steps;
    }
    for (let position = 0; position < positions; position++) {
      for (let channel = 0; channel < inputs; channel++) {
        const value = input[position * inputs + channel];
        if (value === 0) continue;
        const group = Math.floor(channel / groupInputs);
        for (let place = start[position]; place < start[position + 1]; place++) {
          const to = outputs[place] * channels + group * groupOutputs;
          const from = (taps[place] * groupInputs + (channel % groupInputs)) * channels + group * groupOutputs;
          addRow(output, to, kernel, from, groupOutputs, value);
        }
      }
    }
  };
}

/** `output[to + k] += value · kernel[from + k]`; four at a time, which V8 runs much faster than one. */
function addRow(
  output: Float64Array,
  to: number,
  kernel: Float64Array,
  from: number,
  count: number,
  value: number,
): void {
  let k = 0;
  for (; k + 3 < count; k += 4) {
    output[to + k] += value * kernel[from + k];
    output[to + k + 1] += value * kernel[from + k + 1];
    output[to + k + 2] += value * kernel[from + k + 2];
    output[to + k + 3] += value * kernel[from + k + 3];
  }
  for (; k < count; k++) output[to + k] += value * kernel[from + k];
}

function dense({ kernel: { shape, data: kernel }, bias }: Dense): Forward {
  const [inputs, outputs] = shape;
  const shift = bias?.data ?? new Float32Array(outputs);
  return ([input], output, steps) => {
    for (let k = 0; k < outputs; k++) output[k] = shift[k] * steps;
    for (let i = 0; i < inputs; i++) {
      const value = input[i];
      if (value === 0) continue;
      for (let k = 0; k < outputs; k++) output[k] += value * kernel[i * outputs + k];
    }
  };
}

function scale({ factor: { data: factor }, bias }: Scale): Forward {
  const shift = bias?.data ?? new Float32Array(1);
  return ([input], output, steps) => {
    for (let i = 0; i < input.length; i++) {
      output[i] = input[i] * factor[i % factor.length] + shift[i % shift.length] * steps;
    }
  };
}

function avgPool2d(node: AvgPool2d, image: Shape): Forward {
  const window = slidingWindow(image, node.size, node.strides, node.padding);
  const { start, outputs } = tapTable(window);
  const [positions, channels] = [image[0] * image[1], image[2]];
  const counts = windowCounts(window);
  return ([input], output) => {
    output.fill(0);
    for (let position = 0; position < positions; position++) {
      for (let place = start[position]; place < start[position + 1]; place++) {
        const to = outputs[place] * channels;
        const from = position * channels;
        for (let channel = 0; channel < channels; channel++) output[to + channel] += input[from + channel];
      }
    }
    for (let position = 0; position < counts.length; position++) {
      for (let channel = 0; channel < channels; channel++) output[position * channels + channel] /= counts[position];
    }
  };
}

/** How many real inputs lie under each output position. */
function windowCounts(window: Window): Int32Array {
  const counts = new Int32Array(window.rows.output * window.columns.output);
  forEachTap(window, (output) => counts[output]++);
  return counts;
}

function globalAvgPool([height, width, channels]: Shape): Forward {
  return ([input], output) => {
    output.fill(0);
    for (let i = 0; i < input.length; i++) output[i % channels] += input[i];
    for (let channel = 0; channel < channels; channel++) output[channel] /= height * width;
  };
}

function add(inputs: readonly ArrayLike<number>[], output: Float64Array): void {
  output.fill(0);
  for (const input of inputs) for (let i = 0; i < output.length; i++) output[i] += input[i];
}

function concat(shapes: readonly Shape[]): Forward {
  const widths = shapes.map((shape) => shape.at(-1)!);
  const total = widths.reduce((sum, width) => sum + width, 0);
  return (inputs, output) => {
    let offset = 0;
    inputs.forEach((input, part) => {
      const width = widths[part];
      for (let i = 0; i < input.length; i++) output[Math.floor(i / width) * total + offset + (i % width)] = input[i];
      offset += width;
    });
  };
}
