import type { BatchNorm, Network, Node, Padding, Pool2d } from '@spikewright/snn-core';
import * as tf from '@tensorflow/tfjs-core';
import { type BatchStatistics, batchNorm } from './batch-norm.js';
import { clip, type Gate, qcfs } from './bounded.js';
import { parameterName } from './parameters.js';

/** tfjs tensors by node and field, such as `conv1.kernel`. */
export type Values = Readonly<Record<string, tf.Tensor>>;

/** Receives the batch statistics of a batch normalisation. */
export type Observe = (node: BatchNorm, statistics: BatchStatistics) => void;

/** What computing a network in training needs beside values. */
export interface Training {
  readonly observe: Observe;
  /** Needed by `qcfs` only. @defaultValue 'code' */
  readonly gate?: Gate;
}

/**
 * Computes the output of every node.
 *
 * @param images - `[batch, ...input shape]`
 * @param values - every tensor of the network's nodes; λ is taken from the node where it is not among them
 * @param training - without it batch normalisation uses its running statistics
 */
export function forward(
  network: Network,
  images: tf.Tensor,
  values: Values,
  training?: Training,
): Record<string, tf.Tensor> {
  const outputs: Record<string, tf.Tensor> = {};
  for (const node of network.nodes) {
    const inputs = node.inputs.map((name) => outputs[name]);
    outputs[node.name] = node.op === 'input' ? images : computeNode(node, inputs, values, training);
  }
  return outputs;
}

/** The output of the last node, `[batch, classes]`. */
export const readOut = ({ nodes }: Network, outputs: Readonly<Record<string, tf.Tensor>>): tf.Tensor2D =>
  outputs[nodes[nodes.length - 1].name] as tf.Tensor2D;

/** Computes the output of a node without a memory. */
export function computeNode(node: Node, inputs: tf.Tensor[], values: Values, training?: Training): tf.Tensor {
  const [x] = inputs;
  const value = (field: string): tf.Tensor | undefined => values[parameterName(node, field)];
  switch (node.op) {
    case 'conv2d': {
      const [kernel, image] = [value('kernel') as tf.Tensor4D, x as tf.Tensor4D];
      const dilation: [number, number] = [...node.dilation];
      return biased(
        tf.conv2d(image, kernel, [...node.strides], padding(node.padding), 'NHWC', dilation),
        value('bias'),
      );
    }
    case 'dense':
      return biased(tf.matMul(x as tf.Tensor2D, value('kernel') as tf.Tensor2D), value('bias'));
    case 'batchNorm':
      return normalised(node, x, value as (field: string) => tf.Tensor, training);
    case 'relu':
      return tf.relu(x);
    case 'clip':
      return clip(x, (value('lambda') ?? tf.scalar(node.lambda)) as tf.Scalar);
    case 'qcfs': {
      const bound = (value('lambda') ?? tf.scalar(node.lambda)) as tf.Scalar;
      return qcfs(x, bound, node.levels, training?.gate ?? 'code');
    }
    case 'avgPool2d':
      return tf.avgPool(x as tf.Tensor4D, ...poolWindow(node));
    case 'maxPool2d':
      return tf.maxPool(x as tf.Tensor4D, ...poolWindow(node));
    case 'globalAvgPool':
      return tf.mean(x, [1, 2]);
    case 'flatten':
      return tf.reshape(x, [x.shape[0], -1]);
    case 'add':
      return inputs.reduce((sum, input) => tf.add(sum, input));
    case 'concat':
      return tf.concat(inputs, -1);
    default:
      throw new TypeError(`Cannot train node '${node.name}': its op must be one that training knows: ${node.op}`);
  }
}

const biased = (x: tf.Tensor, bias: tf.Tensor | undefined): tf.Tensor => (bias ? tf.add(x, bias) : x);

function normalised(
  node: BatchNorm,
  x: tf.Tensor,
  value: (field: string) => tf.Tensor,
  training?: Training,
): tf.Tensor {
  const [gamma, beta] = [value('gamma'), value('beta')];
  if (training) return batchNorm(x, gamma, beta, node.epsilon, (statistics) => training.observe(node, statistics));
  const scale = tf.mul(gamma, tf.rsqrt(tf.add(value('variance'), node.epsilon)));
  return tf.add(tf.mul(tf.sub(x, value('mean')), scale), beta);
}

function padding(pad: Padding): 'same' | 'valid' | tf.backend_util.ExplicitPadding {
  if (typeof pad === 'string') return pad;
  const [top, bottom, left, right] = pad;
  return [
    [0, 0],
    [top, bottom],
    [left, right],
    [0, 0],
  ];
}

const poolWindow = (node: Pool2d<string>): [[number, number], [number, number], 'same' | 'valid'] => [
  [...node.size],
  [...node.strides],
  node.padding === 'same' ? 'same' : 'valid',
];
