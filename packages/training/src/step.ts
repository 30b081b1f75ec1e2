import type { Network } from '@spikewright/snn-core';
import * as tf from '@tensorflow/tfjs-core';
import type { LabelledBatch } from './batches.js';
import type { Gate } from './bounded.js';
import { forward } from './forward.js';
import type { Tensors } from './parameters.js';
import type { Regularizer } from './regularizer.js';

/** What one batch says of the weights. */
export interface StepResult {
  /** Mean cross-entropy, without the regularizer's penalty. */
  readonly loss: number;
  readonly penalty: number;
  /** How many samples were classified rightly. */
  readonly correct: number;
  /** By parameter. */
  readonly gradients: Record<string, Float32Array>;
  /** Mean and variance of the batch, by `node.mean` and `node.variance`. */
  readonly statistics: Record<string, Float32Array>;
}

/** What a step needs beside weights and samples. */
export interface StepContext {
  readonly network: Network;
  /** Shape of one sample. */
  readonly shape: readonly number[];
  readonly labelSmoothing: number;
  readonly gate: Gate;
  readonly regularizer: Regularizer;
}

/** Computes loss and gradients of one batch. Frees every tensor it makes, in an error too. */
export function gradientStep(context: StepContext, parameters: Readonly<Tensors>, batch: LabelledBatch): StepResult {
  const seen: Record<string, tf.Tensor> = {};
  const names = Object.keys(parameters);
  const failures: unknown[] = [];
  const note = (name: string, tensor: tf.Tensor): void => {
    seen[name] = tf.keep(tensor);
  };
  try {
    const computed = tf.tidy(() => {
      const images = tf.tensor(batch.data, [batch.size, ...context.shape]);
      const labels = tf.tensor1d(batch.labels, 'int32');
      const loss = (...values: tf.Tensor[]): tf.Tensor => {
        const byName = Object.fromEntries(names.map((name, index) => [name, values[index]]));
        try {
          return objective(context, images, labels, byName, note);
        } catch (error) {
          // tfjs frees what it saved for the gradients only if the function returns: return something, throw later.
          failures.push(error);
          return tf.addN(values.map((value) => tf.sum(value)));
        }
      };
      const weights = names.map((name) => tf.tensor(parameters[name].data, [...parameters[name].shape]));
      const { value, grads } = tf.valueAndGrads(loss)(weights);
      return [value, ...grads];
    });
    Object.assign(seen, Object.fromEntries(computed.map((tensor, index) => [`gradient ${index}`, tensor])));
    if (failures.length > 0) throw failures[0];
    const read = (name: string): Float32Array => seen[name].dataSync<'float32'>();
    const statistics = Object.keys(seen).filter((name) => name.endsWith('.mean') || name.endsWith('.variance'));
    return {
      loss: read('loss')[0],
      penalty: read('penalty')[0],
      correct: read('correct')[0],
      gradients: Object.fromEntries(names.map((name, index) => [name, read(`gradient ${index + 1}`)])),
      statistics: Object.fromEntries(statistics.map((name) => [name, read(name)])),
    };
  } finally {
    tf.dispose(seen);
  }
}

/** Mean cross-entropy plus penalty. `note` keeps a tensor for the result. */
function objective(
  context: StepContext,
  images: tf.Tensor,
  labels: tf.Tensor1D,
  values: Readonly<Record<string, tf.Tensor>>,
  note: (name: string, tensor: tf.Tensor) => void,
): tf.Tensor {
  const activations = forward(context.network, images, values, {
    gate: context.gate,
    observe: (node, { mean, variance }) => {
      note(`${node.name}.mean`, mean);
      note(`${node.name}.variance`, variance);
    },
  });
  const logits = activations[context.network.nodes[context.network.nodes.length - 1].name];
  const classes = logits.shape[1] as number;
  const smoothing = context.labelSmoothing;
  const target = tf.add(tf.mul(tf.oneHot(labels, classes), 1 - smoothing), smoothing / classes);
  const loss = tf.neg(tf.mean(tf.sum(tf.mul(target, tf.logSoftmax(logits)), -1)));
  const penalty = context.regularizer.penalty(activations, labels);
  note('loss', loss);
  note('penalty', penalty);
  note('correct', tf.sum(tf.cast(tf.equal(tf.argMax(logits, -1), labels), 'float32')));
  return tf.add(loss, penalty);
}
