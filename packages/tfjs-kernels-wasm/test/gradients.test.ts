import { registerTrainingKernels } from '@spikewright/tfjs-kernels-wasm';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { expectSameOnBothBackends, random } from './two-backends.js';

beforeAll(async () => {
  tf.enableProdMode();
  await tf.setBackend('wasm');
  registerTrainingKernels();
});

type Operation = (...inputs: tf.Tensor[]) => tf.Tensor;
const condition = (): tf.Tensor => tf.tensor1d([1, 0, 1, 1, 0, 1], 'bool');

const x = [-1.6, -0.7, 0.4, 0.9, 1.3, 2.2];
const positive = [0.3, 0.7, 1.1, 1.6, 2.4, 0.5];
const other = [0.8, -1.1, 0.6, 1.2, -0.4, 1.9];

const unary: [string, Operation, number[]][] = [
  ['abs', (a) => tf.abs(a), x],
  ['clipByValue', (a) => tf.clipByValue(a, -1, 1), x],
  ['exp', (a) => tf.exp(a), x],
  ['clone', (a) => tf.clone(a), x],
  ['log', (a) => tf.log(a), positive],
  ['log1p', (a) => tf.log1p(a), positive],
  ['neg', (a) => tf.neg(a), x],
  ['reciprocal', (a) => tf.reciprocal(a), positive],
  ['relu', (a) => tf.relu(a), x],
  ['relu6', (a) => tf.relu6(tf.mul(a, 4)), x],
  ['rsqrt', (a) => tf.rsqrt(a), positive],
  ['sigmoid', (a) => tf.sigmoid(a), x],
  ['softplus', (a) => tf.softplus(a), x],
  ['sqrt', (a) => tf.sqrt(a), positive],
  ['square', (a) => tf.square(a), x],
  ['tanh', (a) => tf.tanh(a), x],
  ['floor', (a) => tf.add(tf.floor(a), tf.mul(a, 0.5)), x],
  ['step, sign, ceil', (a) => tf.add(tf.addN([tf.step(a), tf.sign(a), tf.ceil(a), tf.round(a)]), a), x],
  ['reshape', (a) => tf.reshape(a, [2, 3]), x],
  ['expandDims', (a) => tf.expandDims(a, 0), x],
  ['broadcastTo', (a) => tf.broadcastTo(tf.reshape(a, [2, 1, 3]), [2, 4, 3]), x],
  ['tile', (a) => tf.tile(tf.reshape(a, [2, 3]), [3, 2]), x],
  ['reverse', (a) => tf.reverse(tf.reshape(a, [2, 3]), [0, 1]), x],
  ['transpose', (a) => tf.transpose(tf.reshape(a, [1, 2, 3]), [2, 0, 1]), x],
  [
    'pad',
    (a) =>
      tf.pad(tf.reshape(a, [2, 3]), [
        [1, 0],
        [2, 1],
      ]),
    x,
  ],
  ['slice', (a) => tf.slice(tf.reshape(a, [2, 3]), [0, 1], [-1, 2]), x],
  ['concat', (a) => tf.concat([tf.reshape(a, [2, 3]), tf.reshape(tf.square(a), [2, 3])], -1), x],
  ['stack', (a) => tf.stack([a, tf.square(a)], 1), x],
  ['sum', (a) => tf.sum(tf.reshape(a, [2, 3]), 0), x],
  ['mean', (a) => tf.mean(tf.reshape(a, [2, 3]), -1), x],
  ['mean of all', (a) => tf.mean(a), x],
  ['max', (a) => tf.max(tf.reshape(a, [2, 3]), 0), x],
  ['min', (a) => tf.min(tf.reshape(a, [2, 3]), 1), x],
  ['softmax', (a) => tf.softmax(tf.reshape(a, [2, 3])), x],
  ['logSoftmax', (a) => tf.logSoftmax(tf.reshape(a, [2, 3])), x],
  ['moments', (a) => tf.moments(tf.reshape(a, [2, 3]), 0).variance, x],
];

const binary: [string, Operation, number[], number[]][] = [
  ['add', (a, b) => tf.add(a, b), x, other],
  ['add of a scalar', (a, b) => tf.add(a, b), x, [0.3]],
  ['sub', (a, b) => tf.sub(a, b), x, [0.3]],
  ['mul', (a, b) => tf.mul(a, b), x, [0.3]],
  ['mul of rows', (a, b) => tf.mul(tf.reshape(a, [2, 3]), b), x, [0.3, 0.1, -0.5]],
  ['div', (a, b) => tf.div(a, b), x, positive],
  ['squaredDifference', (a, b) => tf.squaredDifference(a, b), x, [0.3]],
  ['maximum', (a, b) => tf.maximum(a, b), x, other],
  ['minimum', (a, b) => tf.minimum(a, b), x, other],
  ['pow', (a, b) => tf.pow(a, b), positive, x],
  ['addN', (a, b) => tf.addN([a, b, a]), x, other],
  ['where', (a, b) => tf.where(condition(), a, b), x, other],
];

/** Compares the gradient of every input with central differences of the weighted sum of the outputs, on the cpu. */
async function expectDerivative(operation: Operation, ...inputs: number[][]): Promise<void> {
  await tf.setBackend('cpu');
  const run = (values: number[][]): Float32Array =>
    tf.tidy(() => operation(...values.map((value) => tf.tensor1d(value)))).dataSync() as Float32Array;
  const weights = run(inputs).map((_, i) => Math.cos(3 * i + 1));
  const objective = (values: number[][]): number => run(values).reduce((sum, y, i) => sum + y * weights[i], 0);
  const tensors = inputs.map((input) => tf.tensor1d(input));
  const dy = tf.tensor(weights, operation(...tensors).shape);
  const gradients = tf
    .grads(operation)(tensors, dy)
    .map((gradient) => [...gradient.dataSync()]);
  const h = 0.01;
  inputs.forEach((input, place) => {
    const differences = input.map((value, i) => {
      const moved = (by: number): number[][] =>
        inputs.map((other, j) => (j === place ? other.with(i, value + by) : other));
      return (objective(moved(h)) - objective(moved(-h))) / (2 * h);
    });
    expect(gradients[place]).toBeAllClose(differences, { relative: 2e-3, absolute: 2e-4 });
  });
}

test.each(unary)('the gradient of %s is its derivative', async (_, operation, input) => {
  await expectDerivative(operation, input);
});

test.each(binary)('the gradients of %s are its derivatives', async (_, operation, left, right) => {
  await expectDerivative(operation, left, right);
});

test('the gradients of batchNorm are its derivatives in all five inputs', async () => {
  const operation: Operation = (a, mean, variance, offset, scale) =>
    tf.batchNorm(
      tf.reshape(a, [3, 2]) as tf.Tensor2D,
      mean as tf.Tensor1D,
      variance as tf.Tensor1D,
      offset as tf.Tensor1D,
      scale as tf.Tensor1D,
      0.1,
    );
  await expectDerivative(operation, x, [0.2, -0.3], [0.9, 1.4], [0.1, 0.5], [1.2, -0.7]);
});

test.each(unary)('the gradient of %s is the same on the wasm back end', async (_, operation, input) => {
  await expectSameOnBothBackends(() => {
    const a = tf.tensor1d(input);
    return [tf.grad(operation)(a, random(operation(a).shape, 1))];
  });
});

test('a small network has the same gradients on both back ends', async () => {
  await expectSameOnBothBackends(() => {
    const loss = (k1: tf.Tensor, gamma: tf.Tensor, k2: tf.Tensor): tf.Tensor => {
      const conv = tf.conv2d(random([4, 6, 6, 2], 1) as tf.Tensor4D, k1 as tf.Tensor4D, 1, 'same');
      const { mean, variance } = tf.moments(conv, [0, 1, 2]);
      const norm = tf.batchNorm(
        conv,
        mean as tf.Tensor1D,
        variance as tf.Tensor1D,
        tf.zeros([5]),
        gamma as tf.Tensor1D,
        1e-3,
      );
      const pooled = tf.avgPool(tf.relu(norm as tf.Tensor4D), 2, 2, 'valid');
      const logits = tf.matMul(tf.reshape(pooled, [4, -1]), k2);
      return tf.neg(tf.mean(tf.mul(tf.oneHot([0, 1, 2, 0], 3), tf.logSoftmax(logits))));
    };
    return tf.grads(loss)([random([3, 3, 2, 5], 2), random([5], 3), random([45, 3], 4)]);
  });
});
