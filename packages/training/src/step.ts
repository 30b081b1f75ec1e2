import * as tf from '@tensorflow/tfjs-core';
import { augment } from './augment.js';
import type { LabelledBatch } from './batches.js';
import { correctAnswers } from './classification.js';
import type { Tensors } from './parameters.js';
import type { Task } from './task.js';

/** What one batch says of the weights. */
export interface StepResult {
  /** Mean over the batch, without the regularizers' penalty. */
  readonly loss: number;
  readonly penalty: number;
  /** How many samples were classified rightly. */
  readonly correct: number;
  /** By parameter. */
  readonly gradients: Record<string, Float32Array>;
  /** Mean and variance of the batch, by `node.mean` and `node.variance`. */
  readonly statistics: Record<string, Float32Array>;
}

/** Computes loss and gradients of a batch. Frees every tensor it makes, in an error too. */
export function gradientStep(
  task: Task,
  parameters: Readonly<Tensors>,
  batch: LabelledBatch,
  epoch: number,
): StepResult {
  const { input: shape } = task.sizes;
  const input = task.input(batch);
  augment({ data: input, shape, indices: batch.indices }, task.options, epoch);
  const seen: Record<string, tf.Tensor> = {};
  const names = Object.keys(parameters);
  const failures: unknown[] = [];
  const note = (name: string, tensor: tf.Tensor): void => {
    seen[name] = tf.keep(tensor);
  };
  try {
    const computed = tf.tidy(() => {
      const images = tf.tensor(input, [(input.length / batch.data.length) * batch.size, ...shape]);
      const classes = tf.tensor1d(batch.labels, 'int32');
      const total = (...values: tf.Tensor[]): tf.Tensor => {
        const byName = Object.fromEntries(names.map((name, index) => [name, values[index]]));
        try {
          return objective(task, images, classes, byName, note);
        } catch (error) {
          // tfjs frees what it saved for the gradients only if the function returns: return something, throw later.
          failures.push(error);
          return tf.addN(values.map((value) => tf.sum(value)));
        }
      };
      const weights = names.map((name) => tf.tensor(parameters[name].data, [...parameters[name].shape]));
      const { value, grads } = tf.valueAndGrads(total)(weights);
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

/** Loss plus penalty. `note` keeps a tensor for the result. */
function objective(
  task: Task,
  images: tf.Tensor,
  labels: tf.Tensor1D,
  values: Readonly<Record<string, tf.Tensor>>,
  note: (name: string, tensor: tf.Tensor) => void,
): tf.Tensor {
  const { loss, penalty, scores } = task.objective(images, labels, values, (node, { mean, variance }) => {
    note(`${node.name}.mean`, mean);
    note(`${node.name}.variance`, variance);
  });
  note('loss', loss);
  note('penalty', penalty);
  note('correct', correctAnswers(scores, labels));
  return tf.add(loss, penalty);
}
