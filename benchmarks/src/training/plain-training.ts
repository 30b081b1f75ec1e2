// What a user of tfjs writes, with nothing of ours but the one kernel without which there is no training:
// Conv2DBackpropFilter, as a composition of tfjs's own kernels. Gradients and all other kernels are tfjs's.
import { registerTrainingKernels } from '@spikewright/tfjs-kernels-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { useTfjs } from '../engine/use-tfjs.js';
import { noise } from './data.js';
import type { TrainingJob } from './job.js';
import type { TakeSteps } from './our-training.js';
import { registerStockGradients } from './stock-gradients.js';

/** Training in plain tfjs. */
export async function plainTraining(job: TrainingJob): Promise<TakeSteps> {
  await useTfjs();
  await registerStockGradients();
  addMissingKernel();
  const model = makeModel(job);
  const optimizer = tf.train.adam(job.rate);
  const { data, labels } = noise(job, 1);
  const images = tf.tensor(data, [job.batch, ...job.input]) as tf.Tensor4D;
  const target = tf.oneHot(tf.tensor1d(labels, 'int32'), job.classes);
  return async (count) => {
    for (let step = 0; step < count; step++) {
      const loss = optimizer.minimize(() => tf.losses.softmaxCrossEntropy(target, model(images)) as tf.Scalar, true);
      loss?.dataSync();
      loss?.dispose();
    }
  };
}

/** Registers our kernels, and then puts back what they replaced: the new one stays. */
function addMissingKernel(): void {
  const kernels = tf.getKernelsForBackend('wasm');
  const gradients = ['Conv2D', 'FusedBatchNorm'].map((name) => tf.getGradient(name));
  registerTrainingKernels({ simd: false });
  for (const kernel of kernels) {
    tf.unregisterKernel(kernel.kernelName, 'wasm');
    tf.registerKernel(kernel);
  }
  for (const gradient of gradients) {
    tf.unregisterGradient(gradient.kernelName);
    tf.registerGradient(gradient);
  }
}

function makeModel({ input, layers, classes, bound, levels }: TrainingJob): (images: tf.Tensor4D) => tf.Tensor {
  const steps: ((x: tf.Tensor4D) => tf.Tensor4D)[] = [];
  let [height, width, channels] = input;
  for (const layer of layers) {
    if (layer === 'pool') {
      steps.push((x) => tf.avgPool(x, 2, 2, 'valid'));
      [height, width] = [Math.floor(height / 2), Math.floor(width / 2)];
      continue;
    }
    steps.push(block(channels, layer, bound, levels));
    channels = layer;
  }
  const features = height * width * channels;
  const kernel = tf.variable(tf.randomNormal([features, classes], 0, Math.sqrt(2 / features))) as tf.Tensor2D;
  const bias = tf.variable(tf.zeros([classes]));
  return (images) => {
    const last = steps.reduce((x, step) => step(x), images);
    return tf.add(tf.matMul(tf.reshape(last, [-1, features]), kernel), bias);
  };
}

/** Convolution, batch normalisation, QCFS. */
function block(from: number, to: number, start: number, levels: number): (x: tf.Tensor4D) => tf.Tensor4D {
  const deviation = Math.sqrt(2 / (9 * from));
  const kernel = tf.variable(tf.randomNormal([3, 3, from, to], 0, deviation)) as tf.Tensor4D;
  const [gamma, beta] = [tf.variable(tf.ones([to])), tf.variable(tf.zeros([to]))] as tf.Tensor1D[];
  const bound = tf.variable(tf.scalar(start));
  return (x) => {
    const z = tf.conv2d(x, kernel, 1, 'same');
    const { mean, variance } = tf.moments(z, [0, 1, 2]) as { mean: tf.Tensor1D; variance: tf.Tensor1D };
    const normalised = tf.batchNorm(z, mean, variance, beta, gamma, 1e-5);
    const share = tf.clipByValue(tf.div(normalised, bound), 0, 1);
    const quantised = tf.div(straightFloor(tf.add(tf.mul(share, levels), 0.5)), levels);
    return tf.mul(quantised, bound);
  };
}

/** Floor, whose gradient passes unchanged. */
const straightFloor = tf.customGrad((x) => ({
  value: tf.floor(x as tf.Tensor),
  gradFunc: (dy) => dy,
}));
