import { type AvgPool2d, type Axis, type MaxPool2d, slidingWindow, type Window } from '@spikewright/snn-core';
import * as tf from '@tensorflow/tfjs-core';
import { tfjsPadding } from './convolve.js';

/** Less than all that is pooled: the least 32-bit float. */
const LEAST = -3.4028234663852886e38;

/**
 * Averages over windows; padding takes no part. Where windows reach over the border, or hold one value, sums of a depthwise
 * convolution are divided by how many real values lie under each: TensorFlow.js knows no explicit padding, divides gradients
 * at borders by the whole window, and refuses windows of one on wasm.
 */
export function averagePool(image: tf.Tensor4D, node: AvgPool2d): tf.Tensor4D {
  const window = windowOf(image, node);
  if (isPlain(window)) return tf.avgPool(image, [...node.size], [...node.strides], named(node));
  const counts = tf.tensor(countsOf(window), [window.rows.output, window.columns.output, 1]);
  return tf.div(windowSums(image, node), counts);
}

/** Takes the largest value of windows; padding takes no part. */
export function maximumPool(image: tf.Tensor4D, node: MaxPool2d): tf.Tensor4D {
  const { size, strides, padding } = node;
  // The largest of one value is its sum.
  if (isOne(windowOf(image, node))) return windowSums(image, node);
  if (typeof padding === 'string') return tf.maxPool(image, [...size], [...strides], padding);
  const [top, bottom, left, right] = padding;
  const around: [number, number][] = [
    [0, 0],
    [top, bottom],
    [left, right],
    [0, 0],
  ];
  return tf.maxPool(tf.pad(image, around, LEAST), [...size], [...strides], 'valid');
}

type Pool = AvgPool2d | MaxPool2d;

const windowOf = ({ shape: [, ...image] }: tf.Tensor4D, { size, strides, padding }: Pool): Window =>
  slidingWindow(image, size, strides, padding);

const isOne = ({ rows, columns }: Window): boolean => rows.kernel * columns.kernel === 1;

/** Whether windows hold several values, all of the image. */
const isPlain = (window: Window): boolean =>
  !isOne(window) &&
  [window.rows, window.columns].every(
    ({ input, output, kernel, stride, before }) => before === 0 && (output - 1) * stride + kernel <= input,
  );

const named = ({ padding }: Pool): 'same' | 'valid' => (padding === 'same' ? 'same' : 'valid');

function windowSums(image: tf.Tensor4D, { size, strides, padding }: Pool): tf.Tensor4D {
  const ones = tf.ones([...size, image.shape[3], 1]) as tf.Tensor4D;
  return tf.depthwiseConv2d(image, ones, [...strides], tfjsPadding(padding));
}

/** How many real inputs lie under each output position. */
function countsOf({ rows, columns }: Window): Float32Array {
  const [down, across] = [rows, columns].map(countsAlong);
  return Float32Array.from(down.flatMap((count) => across.map((other) => count * other)));
}

const countsAlong = ({ input, output, kernel, stride, before }: Axis): number[] =>
  Array.from({ length: output }, (_, place) => {
    const first = place * stride - before;
    return Math.min(input, first + kernel) - Math.max(0, first);
  });
