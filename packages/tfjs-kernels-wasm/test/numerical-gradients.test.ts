import { registerTrainingKernels } from '@spikewright/tfjs-kernels-wasm';
import '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { expectNumericalGradient, random } from './two-backends.js';

beforeAll(async () => {
  tf.enableProdMode();
  await tf.setBackend('wasm');
  registerTrainingKernels();
});

/** All values differ by more than the step of the differences, so that no maximum changes hands. */
function distinct(shape: number[]): tf.Tensor {
  const size = tf.util.sizeFromShape(shape);
  return tf.tensor(
    Float32Array.from({ length: size }, (_, place) => ((place * 37) % size) / 8),
    shape,
  );
}

const image = [2, 7, 8, 3];
const matrix = [5, 7];

/** What is differentiated, by the kernel whose gradient it takes, and with respect to what. */
const cases: readonly [name: string, compute: (x: tf.Tensor) => tf.Tensor, x: () => tf.Tensor][] = [
  ...([1, 2, 3] as const).flatMap((stride) =>
    (['same', 'valid'] as const).flatMap((pad): (typeof cases)[number][] => {
      const taps = [3, 2, 3, 5];
      const convolve = (x: tf.Tensor, w: tf.Tensor) => tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, stride, pad);
      const single = (x: tf.Tensor, w: tf.Tensor) =>
        tf.depthwiseConv2d(x as tf.Tensor4D, w as tf.Tensor4D, stride, pad);
      return [
        [`Conv2DBackpropInput, stride ${stride}, ${pad}`, (x) => convolve(x, random(taps, 2)), () => random(image, 1)],
        [`Conv2DBackpropFilter, stride ${stride}, ${pad}`, (w) => convolve(random(image, 1), w), () => random(taps, 2)],
        [
          `DepthwiseConv2dNativeBackpropInput, stride ${stride}, ${pad}`,
          (x) => single(x, random([3, 2, 3, 2], 2)),
          () => random(image, 1),
        ],
        [
          `DepthwiseConv2dNativeBackpropFilter, stride ${stride}, ${pad}`,
          (w) => single(random(image, 1), w),
          () => random([3, 2, 3, 2], 2),
        ],
      ];
    }),
  ),
  [
    'Conv2D, 4 to 16 channels, 3x3',
    (x) => tf.conv2d(x as tf.Tensor4D, random([3, 3, 4, 16], 2) as tf.Tensor4D, 1, 'same'),
    () => random([1, 8, 8, 4], 1),
  ],
  ...([2, 3] as const).flatMap((stride): (typeof cases)[number][] => [
    [
      `MaxPoolGrad, 2x2, stride ${stride}`,
      (x) => tf.maxPool(x as tf.Tensor4D, 2, stride, 'valid'),
      () => distinct(image),
    ],
    [
      `MaxPoolGrad, 3x2, stride ${stride}, same`,
      (x) => tf.maxPool(x as tf.Tensor4D, [3, 2], stride, 'same'),
      () => distinct(image),
    ],
    [
      `AvgPoolGrad, 3x2, stride ${stride}`,
      (x) => tf.avgPool(x as tf.Tensor4D, [3, 2], stride, 'valid'),
      () => random(image, 1),
    ],
  ]),
  ['BatchMatMul, left', (x) => tf.matMul(x, random([7, 4], 2)), () => random(matrix, 1)],
  ['BatchMatMul, right', (x) => tf.matMul(random([4, 5], 2), x), () => random(matrix, 1)],
  ['BatchMatMul, both transposed', (x) => tf.matMul(x, random([4, 5], 2), true, true), () => random(matrix, 1)],
  ['Sum, last axis', (x) => tf.square(tf.sum(x, -1)), () => random(matrix, 1)],
  ['Sum, first axis', (x) => tf.square(tf.sum(x, 0)), () => random(matrix, 1)],
  ['Identity', (x) => tf.mul(tf.clone(x), x), () => random(matrix, 1)],
  ['UnsortedSegmentSum', (x) => tf.gather(x, tf.tensor1d([4, 0, 4, 2, 1], 'int32')), () => random(matrix, 1)],
];

test.each(cases)('gradient agrees with central differences: %s', (_, compute, x) => {
  expectNumericalGradient(compute, x());
  expect.hasAssertions();
});
