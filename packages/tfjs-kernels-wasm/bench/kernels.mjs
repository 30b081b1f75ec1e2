// @ts-check
// Compares our kernels with the stock ones of the same back end, one thread. Operands are fresh each time: XNNPACK
// keeps packed operands, and a benchmark that repeats itself measures only the first half of the work. The least of some
// times is shown: other work on the machine changes it least.
import '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { batchNormTraining, registerTrainingKernels } from '../dist/index.js';
import { qcfs, registerNeuronKernels, spikingNeurons } from '../dist/neurons/index.js';

const REPEATS = 21;

/** @param {() => tf.Tensor[]} operands @param {(...operands: any[]) => tf.Tensor} compute */
function least(operands, compute) {
  const times = [];
  for (let i = 0; i < REPEATS; i++) {
    const inputs = operands();
    const start = performance.now();
    const output = tf.tidy(() => compute(...inputs));
    times.push(performance.now() - start);
    tf.dispose([...inputs, output]);
  }
  return Math.min(...times);
}

/** @param {number[]} shape */
const random = (...shape) => tf.randomUniform(shape, -1, 1, 'float32', 1);
/** @param {string} name @param {any} inputs @param {any} attrs */
const kernel = (name, inputs, attrs) => tf.engine().runKernel(name, inputs, attrs);
const same = { strides: [1, 1], pad: 'same', dataFormat: 'NHWC' };
const tiles = { filterSize: [2, 2], strides: [2, 2], pad: 'valid' };

/** @param {tf.Tensor} x */
const normalise = (x) => batchNormTraining(x, tf.ones([16]), tf.zeros([16])).y;

/** @param {tf.Tensor} current */
const fire = (current) =>
  spikingNeurons(current, { steps: 4, threshold: tf.scalar(0.5), initial: tf.scalar(0), leak: 0.5 }).spikes;

/** Kernels that the stock back end lacks. */
const NEW = /^Conv2DBackpropFilter|^Depthwise|gradient/;

/** @type {[string, () => tf.Tensor[], (...operands: any[]) => tf.Tensor][]} */
const cases = [
  ...[
    [14, 16, 32],
    [7, 32, 32],
    [32, 32, 32],
    [16, 64, 64],
    [8, 128, 128],
  ].flatMap(([side, from, to]) => {
    const label = `[16, ${side}, ${side}, ${from}] to ${to}`;
    const x = () => random(16, side, side, from);
    const dy = () => random(16, side, side, to);
    const filter = () => random(3, 3, from, to);
    return /** @type {typeof cases} */ ([
      [`Conv2D (forward)      ${label}`, () => [x(), filter()], (a, b) => tf.conv2d(a, b, 1, 'same')],
      [
        `Conv2DBackpropFilter  ${label}`,
        () => [x(), dy()],
        (a, b) => kernel('Conv2DBackpropFilter', { x: a, dy: b }, { ...same, filterShape: [3, 3, from, to] }),
      ],
      [
        `Conv2DBackpropInput   ${label}`,
        () => [dy(), filter()],
        (a, b) => kernel('Conv2DBackpropInput', { dy: a, filter: b }, { ...same, inputShape: [16, side, side, from] }),
      ],
    ]);
  }),
  [
    'BatchMatMul, transposeA [512, 512] [512, 512]',
    () => [random(512, 512), random(512, 512)],
    (a, b) => tf.matMul(a, b, true),
  ],
  [
    'AvgPoolGrad 2x2 [64, 28, 28, 16]',
    () => [random(64, 14, 14, 16), random(64, 28, 28, 16)],
    (dy, input) => kernel('AvgPoolGrad', { dy, input }, tiles),
  ],
  [
    'MaxPoolGrad 2x2 [64, 28, 28, 16]',
    () => [random(64, 14, 14, 16), random(64, 28, 28, 16)],
    (dy, input) => kernel('MaxPoolGrad', { dy, input, output: dy }, tiles),
  ],
  [
    'DepthwiseConv2dNativeBackpropFilter [16, 32, 32, 32], 3x3',
    () => [random(16, 32, 32, 32), random(16, 32, 32, 32)],
    (x, dy) => kernel('DepthwiseConv2dNativeBackpropFilter', { x, dy }, { ...same, filterShape: [3, 3, 32, 1] }),
  ],
  [
    'DepthwiseConv2dNativeBackpropInput [16, 32, 32, 32], 3x3',
    () => [random(16, 32, 32, 32), random(3, 3, 32, 1)],
    (dy, filter) =>
      kernel('DepthwiseConv2dNativeBackpropInput', { dy, filter }, { ...same, inputShape: [16, 32, 32, 32] }),
  ],
  ['batchNormTraining [50176, 16]', () => [random(50176, 16)], normalise],
  ['batchNormTraining and gradient [50176, 16]', () => [random(50176, 16)], (x) => tf.grad(normalise)(x)],
  ['qcfs [50176, 16]', () => [random(50176, 16)], (z) => qcfs(z, tf.scalar(1), 8)],
  ['qcfs and gradient [50176, 16]', () => [random(50176, 16)], (z) => tf.grad((x) => qcfs(x, tf.scalar(1), 8))(z)],
  ['spikingNeurons, 4 steps [256, 14, 14, 32]', () => [random(256, 14, 14, 32)], (current) => fire(current)],
  [
    'spikingNeurons, 4 steps, and gradient [256, 14, 14, 32]',
    () => [random(256, 14, 14, 32)],
    (current) => tf.grad(fire)(current),
  ],
  ['Sum over rows [50176, 16]', () => [random(50176, 16)], (x) => tf.sum(x, 0)],
  ['Identity [50176, 16]', () => [random(50176, 16)], (x) => tf.clone(x)],
];

await tf.setBackend('wasm');
const stock = cases.map(([name, operands, compute]) => (NEW.test(name) ? Number.NaN : least(operands, compute)));
registerTrainingKernels();
registerNeuronKernels();
cases.forEach(([name, operands, compute], place) => {
  const before = Number.isNaN(stock[place]) ? '   none' : stock[place].toFixed(2).padStart(7);
  process.stdout.write(
    `${name.padEnd(60)} stock ${before} ms, ours ${least(operands, compute).toFixed(2).padStart(7)} ms\n`,
  );
});
