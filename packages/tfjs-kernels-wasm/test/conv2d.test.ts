import { registerTrainingKernels } from '@spikewright/tfjs-kernels-wasm';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { expectSameOnBothBackends, random } from './two-backends.js';

type Pad = 'same' | 'valid' | [[number, number], [number, number], [number, number], [number, number]];
type Four = [number, number, number, number];

beforeAll(async () => {
  tf.enableProdMode();
  await tf.setBackend('wasm');
  registerTrainingKernels();
});

/** Gradients of a convolution's input and filter for a random gradient of its output. */
function convolutionGradients(x: Four, filter: Four, strides: [number, number], pad: Pad): tf.Tensor[] {
  const forward = (a: tf.Tensor, b: tf.Tensor): tf.Tensor =>
    tf.conv2d(a as tf.Tensor4D, b as tf.Tensor4D, strides, pad);
  const [a, b] = [random(x, 1), random(filter, 2)];
  return tf.grads(forward)([a, b], random(forward(a, b).shape, 3));
}

//   input [n, h, w, c]   filter [h, w, c, out]  strides  padding
const convolutions: [Four, Four, [number, number], Pad][] = [
  [[2, 8, 8, 4], [3, 3, 4, 8], [1, 1], 'same'],
  [[3, 7, 5, 3], [3, 3, 3, 5], [1, 1], 'valid'], // odd channels, not square
  [[2, 9, 6, 1], [5, 2, 1, 7], [1, 1], 'same'], // even width: one zero more at the end
  [[2, 8, 8, 3], [3, 3, 3, 4], [2, 2], 'same'],
  [[2, 8, 7, 3], [3, 3, 3, 4], [2, 2], 'valid'], // the stride leaves a remainder
  [[2, 9, 9, 5], [1, 1, 5, 3], [2, 2], 'valid'],
  [[1, 8, 9, 2], [3, 2, 2, 3], [2, 1], 'same'],
  [
    [2, 6, 7, 3],
    [3, 3, 3, 2],
    [1, 1],
    [
      [0, 0],
      [1, 2],
      [0, 1],
      [0, 0],
    ],
  ],
  [
    [2, 6, 7, 3],
    [3, 3, 3, 2],
    [2, 2],
    [
      [0, 0],
      [1, 2],
      [0, 1],
      [0, 0],
    ],
  ],
  [
    [1, 5, 5, 2],
    [2, 2, 2, 3],
    [1, 1],
    [
      [0, 0],
      [2, 2],
      [2, 2],
      [0, 0],
    ],
  ], // more padding than the filter reaches
];

test.each(convolutions)('Conv2D gradients equal the cpu back end: %j, %j, %j, %j', async (...args) => {
  await expectSameOnBothBackends(() => convolutionGradients(...args));
});

/** Any convolution of a small image, stride or dilation 1 as tfjs wants it. */
const anyConvolution = fc.record({
  input: fc.tuple(
    fc.integer({ min: 1, max: 3 }),
    fc.integer({ min: 5, max: 11 }),
    fc.integer({ min: 5, max: 11 }),
    fc.integer({ min: 1, max: 7 }),
  ),
  taps: fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 })),
  to: fc.integer({ min: 1, max: 10 }),
  strides: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
  pad: fc.constantFrom('same', 'valid'),
});

test('Conv2D gradients equal the cpu back end, whatever the filter, stride, padding and channels', async () => {
  const property = fc.asyncProperty(anyConvolution, async ({ input, taps, to, strides, pad }) => {
    await expectSameOnBothBackends(() =>
      convolutionGradients(input, [...taps, input[3], to], strides, pad as 'same' | 'valid'),
    );
  });
  await fc.assert(property, { numRuns: 40 });
});

test('the kernels differentiate stride and dilation together, which tf.conv2d does not offer', async () => {
  await tf.setBackend('wasm');
  // x [1, 7, 7, 1], 2x2 taps 2 apart, stride 3: outputs at 0 and 3, inputs 0, 2 and 3, 5 in both directions.
  const attrs = { strides: [3, 3], dilations: [2, 2], pad: 'valid', dataFormat: 'NHWC' };
  const x = tf.reshape(tf.range(0, 49), [1, 7, 7, 1]);
  const dy = tf.tensor4d([1, 10, 100, 1000], [1, 2, 2, 1]);
  const run = (name: string, inputs: tf.NamedTensorMap, more: tf.NamedAttrMap): number[] => [
    ...tf
      .engine()
      .runKernel<tf.Tensor>(name, inputs, { ...attrs, ...more })
      .dataSync(),
  ];
  // Tap (0, 0) sees x at (0,0) (0,3) (3,0) (3,3): 0, 3, 21, 24; taps to the right add 2, taps below 14.
  const first = 0 + 30 + 2100 + 24000;
  const taps = [first, first + 2 * 1111, first + 14 * 1111, first + 16 * 1111];
  expect(run('Conv2DBackpropFilter', { x, dy }, { filterShape: [2, 2, 1, 1] })).toEqual(taps);
  const filter = tf.tensor4d([1, 2, 3, 4], [2, 2, 1, 1]);
  const dx = run('Conv2DBackpropInput', { dy, filter }, { inputShape: [1, 7, 7, 1] });
  const at = (row: number, column: number): number => dx[7 * row + column];
  expect([at(0, 0), at(0, 2), at(2, 0), at(2, 2)]).toEqual([1, 2, 3, 4]);
  expect([at(0, 3), at(0, 5), at(5, 3), at(5, 5)]).toEqual([10, 20, 3000, 4000]);
  expect(dx.reduce((sum, value) => sum + value)).toBe(10 * 1111);
});

test.each(['same', 'valid'] as const)(
  'Conv2D gradients of a dilated filter equal those of the spread filter, %s',
  async (pad) => {
    await tf.setBackend('wasm');
    const [x, filter] = [random([2, 8, 7, 3], 1) as tf.Tensor4D, random([3, 2, 3, 4], 2) as tf.Tensor4D];
    // A dilation of 2 puts zeros between the taps: 3 x 2 taps reach over 5 x 3.
    const spread = (f: tf.Tensor): tf.Tensor4D => {
      const stuffed = tf.pad(tf.reshape(f, [3, 1, 2, 1, 3, 4]), [
        [0, 0],
        [0, 1],
        [0, 0],
        [0, 1],
        [0, 0],
        [0, 0],
      ]);
      return tf.slice(tf.reshape(stuffed, [6, 4, 3, 4]), [0, 0, 0, 0], [5, 3, 3, 4]) as tf.Tensor4D;
    };
    const dilated = (a: tf.Tensor, b: tf.Tensor): tf.Tensor =>
      tf.conv2d(a as tf.Tensor4D, b as tf.Tensor4D, 1, pad, 'NHWC', 2);
    const plain = (a: tf.Tensor, b: tf.Tensor): tf.Tensor => tf.conv2d(a as tf.Tensor4D, spread(b), 1, pad);
    const dy = random(dilated(x, filter).shape, 3);
    const actual = tf.grads(dilated)([x, filter], dy);
    const expected = tf.grads(plain)([x, filter], dy);
    actual.forEach((gradient, i) => {
      expect(gradient.dataSync()).toBeAllClose(expected[i].dataSync(), { relative: 1e-5, absolute: 1e-5 });
    });
  },
);

test('Conv2D refuses to differentiate a dilated filter on another back end, which would ignore the dilation', async () => {
  await tf.setBackend('cpu');
  const gradient = tf.grad((x: tf.Tensor) => tf.conv2d(x as tf.Tensor4D, tf.ones([2, 2, 1, 1]), 1, 'valid', 'NHWC', 2));
  expect(() => gradient(tf.ones([1, 5, 5, 1]))).toThrow(
    'Cannot differentiate conv2d: a dilation above 1 needs the wasm back end: dilations 2 on cpu',
  );
});
