import type { Conv2d, Padding } from '@spikewright/snn-core';
import * as tf from '@tensorflow/tfjs-core';

/**
 * The convolution of a `conv2d` node, without its bias. TensorFlow.js has no groups, and no dilation where there are strides:
 * groups are convolved apart (or all at once where each is one channel), kernels are spread out.
 *
 * @param image - `[batch, height, width, channels]`
 * @param kernel - `[kernel height, kernel width, channels / groups, output channels]`
 */
export function convolve(image: tf.Tensor4D, kernel: tf.Tensor4D, node: Omit<Conv2d, 'kernel'>): tf.Tensor4D {
  const { groups } = node;
  const strides: [number, number] = [...node.strides];
  const padding = tfjsPadding(node.padding);
  const spreads = strides.some((stride) => stride > 1) && node.dilation.some((reach) => reach > 1);
  const taps = spreads ? spread(kernel, node.dilation) : kernel;
  const dilation: [number, number] = spreads ? [1, 1] : [...node.dilation];
  const one = (x: tf.Tensor4D, weights: tf.Tensor4D): tf.Tensor4D =>
    tf.conv2d(x, weights, strides, padding, 'NHWC', dilation);
  if (groups === 1) return one(image, taps);
  const [height, width, , outputs] = taps.shape;
  const channels = image.shape[3];
  if (groups === channels) {
    const depthwise = tf.reshape(taps, [height, width, channels, outputs / channels]) as tf.Tensor4D;
    return tf.depthwiseConv2d(image, depthwise, strides, padding, 'NHWC', dilation);
  }
  const group = (x: tf.Tensor4D, place: number): tf.Tensor4D => {
    const [size, [a, b, c, all]] = [x.shape[3] / groups, x.shape];
    return tf.slice(x, [0, 0, 0, place * size], [a, b, c, all / groups]);
  };
  return tf.concat(
    Array.from({ length: groups }, (_, place) => one(group(image, place), group(taps, place))),
    -1,
  );
}

/** A padding as TensorFlow.js takes it. */
export function tfjsPadding(padding: Padding): 'same' | 'valid' | tf.backend_util.ExplicitPadding {
  if (typeof padding === 'string') return padding;
  const [top, bottom, left, right] = padding;
  return [
    [0, 0],
    [top, bottom],
    [left, right],
    [0, 0],
  ];
}

/** Puts zeros between the taps of a kernel, where a dilated one leaves places out. */
function spread(kernel: tf.Tensor4D, [down, across]: Conv2d['dilation']): tf.Tensor4D {
  const [height, width, inputs, outputs] = kernel.shape;
  const [tall, wide] = [(height - 1) * down + 1, (width - 1) * across + 1];
  const rows = tf.slice(withZeros(kernel, height, down), [0, 0], [tall, width * inputs * outputs]);
  const spaced = tf.reshape(withZeros(rows, tall * width, across), [tall, width * across, inputs, outputs]);
  return tf.slice(spaced as tf.Tensor4D, [0, 0, 0, 0], [tall, wide, inputs, outputs]);
}

/** Cuts a tensor into rows and puts `reach - 1` rows of zeros behind each: `[count · reach, size / count]`. */
function withZeros(x: tf.Tensor, count: number, reach: number): tf.Tensor2D {
  const size = x.size / count;
  const padded = tf.pad(tf.reshape(x, [count, size]), [
    [0, 0],
    [0, (reach - 1) * size],
  ]);
  return tf.reshape(padded, [count * reach, size]);
}
