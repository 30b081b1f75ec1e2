// @ts-check
// Compares our kernels with the stock ones of the same back end, one thread. Operands are fresh each time: XNNPACK
// keeps packed operands, and a benchmark that repeats itself measures only the first half of the work.
import '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { registerTrainingKernels } from '../dist/index.js';

const REPEATS = 21;

/** @param {() => tf.Tensor[]} operands @param {(...operands: any[]) => tf.Tensor} compute */
function median(operands, compute) {
  const times = [];
  for (let i = 0; i < REPEATS; i++) {
    const inputs = operands();
    const start = performance.now();
    const output = tf.tidy(() => compute(...inputs));
    times.push(performance.now() - start);
    tf.dispose([...inputs, output]);
  }
  return times.sort((a, b) => a - b)[REPEATS >> 1];
}

/** @param {number[]} shape */
const random = (...shape) => tf.randomUniform(shape, -1, 1, 'float32', 1);
/** @param {string} name @param {any} inputs @param {any} attrs */
const kernel = (name, inputs, attrs) => tf.engine().runKernel(name, inputs, attrs);
const same = { strides: [1, 1], pad: 'same', dataFormat: 'NHWC' };
const tiles = { filterSize: [2, 2], strides: [2, 2], pad: 'valid' };

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
  ['Sum over rows [50176, 16]', () => [random(50176, 16)], (x) => tf.sum(x, 0)],
  ['Identity [50176, 16]', () => [random(50176, 16)], (x) => tf.clone(x)],
];

await tf.setBackend('wasm');
const stock = cases.map(([name, operands, compute]) =>
  name.startsWith('Conv2DBackpropFilter') ? Number.NaN : median(operands, compute),
);
registerTrainingKernels();
cases.forEach(([name, operands, compute], place) => {
  const before = Number.isNaN(stock[place]) ? '   none' : stock[place].toFixed(2).padStart(7);
  process.stdout.write(
    `${name.padEnd(50)} stock ${before} ms, ours ${median(operands, compute).toFixed(2).padStart(7)} ms\n`,
  );
});
