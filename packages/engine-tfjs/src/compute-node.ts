import type { BatchNorm, Network, Node } from '@spikewright/snn-core';
import * as tf from '@tensorflow/tfjs-core';
import { type BatchStatistics, batchNorm } from './batch-norm.js';
import { clip, type Gate, qcfs } from './bounded.js';
import { convolve } from './convolve.js';
import { averagePool, maximumPool } from './pool.js';
import { type Values, valueName } from './values.js';

/** How nodes are computed while a network is trained. */
export interface ForwardOptions {
  /**
   * Receives the statistics of the batch, by which batch normalisations then normalise.
   *
   * @defaultValue none: they use their running statistics
   */
  readonly onStatistics?: ((node: BatchNorm, statistics: BatchStatistics) => void) | undefined;
  /** Where `qcfs` lets its gradient pass. @defaultValue 'code' */
  readonly gate?: Gate;
}

/**
 * Computes the output of every node of an ANN, differentiable in images and values. Tensors are left to the caller: call it
 * within `tidy`, or within what is differentiated.
 *
 * @param images - `[batch, ...input shape]`
 * @param values - the tensors of the network, see {@link valuesOf}; λ is taken from the node where it is not among them
 * @returns `[batch, ...]` by node name
 * @throws TypeError for a node with a memory
 */
export function forward(
  network: Network,
  images: tf.Tensor,
  values: Values,
  options: ForwardOptions = {},
): Record<string, tf.Tensor> {
  const outputs: Record<string, tf.Tensor> = {};
  for (const node of network.nodes) {
    const inputs = node.inputs.map((name) => outputs[name]);
    outputs[node.name] = node.op === 'input' ? images : computeNode(node, inputs, values, options);
  }
  return outputs;
}

/** Computes the output of a node without a memory. */
export function computeNode(node: Node, inputs: tf.Tensor[], values: Values, options: ForwardOptions): tf.Tensor {
  const [x] = inputs;
  const optional = (field: string): tf.Tensor | undefined => values[valueName(node, field)];
  const value = (field: string): tf.Tensor => optional(field) ?? missing(node, field);
  const bound = (lambda: number): tf.Scalar => (optional('lambda') ?? tf.scalar(lambda)) as tf.Scalar;
  switch (node.op) {
    case 'conv2d':
      return biased(convolve(x as tf.Tensor4D, value('kernel') as tf.Tensor4D, node), optional('bias'));
    case 'dense':
      return biased(tf.matMul(x as tf.Tensor2D, value('kernel') as tf.Tensor2D), optional('bias'));
    case 'scale':
      return biased(tf.mul(x, value('factor')), optional('bias'));
    case 'batchNorm':
      return normalised(node, x, value, options);
    case 'relu':
      return tf.relu(x);
    case 'clip':
      return clip(x, bound(node.lambda));
    case 'qcfs':
      return qcfs(x, bound(node.lambda), node.levels, options.gate ?? 'code');
    case 'softmax':
      return tf.softmax(x);
    case 'avgPool2d':
      return averagePool(x as tf.Tensor4D, node);
    case 'maxPool2d':
      return maximumPool(x as tf.Tensor4D, node);
    case 'globalAvgPool':
      return tf.mean(x, [1, 2]);
    case 'flatten':
      return tf.reshape(x, [x.shape[0], -1]);
    case 'add':
      return inputs.reduce((sum, input) => tf.add(sum, input));
    case 'concat':
      return tf.concat(inputs, -1);
    default:
      throw new TypeError(`Cannot compute node '${node.name}': it must have no memory (run it over time): ${node.op}`);
  }
}

const biased = (x: tf.Tensor, bias: tf.Tensor | undefined): tf.Tensor => (bias ? tf.add(x, bias) : x);

function normalised(
  node: BatchNorm,
  x: tf.Tensor,
  value: (field: string) => tf.Tensor,
  { onStatistics }: ForwardOptions,
): tf.Tensor {
  const [gamma, beta] = [value('gamma'), value('beta')];
  if (onStatistics) return batchNorm(x, gamma, beta, node.epsilon, (statistics) => onStatistics(node, statistics));
  const scale = tf.mul(gamma, tf.rsqrt(tf.add(value('variance'), node.epsilon)));
  return tf.add(tf.mul(tf.sub(x, value('mean')), scale), beta);
}

function missing(node: Node, field: string): never {
  throw new ReferenceError(`Cannot compute node '${node.name}': its tensor must be among the values: '${field}'`);
}
