import { type AvgPool2d, type Conv2d, type Dense, elements, type Network, type Node } from '@spikewright/snn-core';
import * as tf from '@tensorflow/tfjs-core';

/** Computes what one node without memory puts out for a batch of inputs. */
export type Forward = (input: tf.Tensor) => tf.Tensor;

/** A node's function and the weights that it holds until `dispose`. */
export interface DenseNode {
  readonly forward: Forward;
  dispose(): void;
}

/**
 * Makes the tfjs form of a node that comes between neurons.
 *
 * @throws TypeError for a node that the workloads do not have
 */
export function denseNode(node: Node): DenseNode {
  if (node.op === 'conv2d') return conv2d(node);
  if (node.op === 'dense') return dense(node);
  if (node.op === 'avgPool2d') return plain(avgPool2d(node));
  if (node.op === 'flatten') return plain((input) => tf.reshape(input, [input.shape[0], -1]));
  throw new TypeError(`Cannot simulate node '${node.name}': it must be of a plain chain of layers: ${node.op}`);
}

/** Puts a batch of images into a tensor. */
export function imageTensor(network: Network, data: Float32Array): tf.Tensor {
  const input = network.nodes.find((node) => node.op === 'input')!;
  return tf.tensor(data, [data.length / elements(input.shape), ...input.shape]);
}

const plain = (forward: Forward): DenseNode => ({ forward, dispose: () => undefined });

function conv2d({ name, kernel, bias, strides, padding, dilation, groups }: Conv2d): DenseNode {
  if (groups !== 1 || typeof padding !== 'string') {
    throw new TypeError(`Cannot simulate node '${name}': it must have one group and no padding of its own`);
  }
  const weights = tf.tensor4d(kernel.data, kernel.shape as [number, number, number, number]);
  const shift = biasTensor(bias?.data, kernel.shape[3]);
  return {
    forward: (x) =>
      tf.fused.conv2d({
        x: x as tf.Tensor4D,
        filter: weights,
        strides: [...strides] as [number, number],
        pad: padding,
        dilations: [...dilation] as [number, number],
        bias: shift,
      }),
    dispose: () => tf.dispose([weights, shift]),
  };
}

function dense({ kernel, bias }: Dense): DenseNode {
  const weights = tf.tensor2d(kernel.data, kernel.shape as [number, number]);
  const shift = biasTensor(bias?.data, kernel.shape[1]);
  return {
    forward: (a) => tf.fused.matMul({ a: a as tf.Tensor2D, b: weights, bias: shift }),
    dispose: () => tf.dispose([weights, shift]),
  };
}

const biasTensor = (bias: Float32Array | undefined, channels: number): tf.Tensor1D =>
  bias ? tf.tensor1d(bias) : tf.zeros([channels]);

const avgPool2d =
  ({ size, strides, padding }: AvgPool2d): Forward =>
  (input) =>
    tf.avgPool(
      input as tf.Tensor4D,
      [...size] as [number, number],
      [...strides] as [number, number],
      padding as 'valid' | 'same',
    );
