import {
  cast,
  clone,
  div,
  type GradConfig,
  greater,
  greaterEqual,
  less,
  lessEqual,
  log,
  logicalAnd,
  logicalNot,
  mul,
  neg,
  pow,
  sigmoid,
  sign,
  square,
  step,
  sub,
  type Tensor,
  where,
  zerosLike,
} from '@tensorflow/tfjs-core';
import { byIndex, ofInput, ofOutput, ofPair } from './gradient.js';

const where1 = (condition: Tensor, dy: Tensor): Tensor => mul(dy, cast(condition, 'float32'));
const zero = (kernelName: string): GradConfig => ({
  kernelName,
  gradFunc: (dy) => ({ x: () => zerosLike(dy as Tensor) }),
});

/** Gradients of kernels of one input that work on every element by itself. */
export const unaryGradients: readonly GradConfig[] = [
  ofInput('Abs', (dy, x) => mul(dy, sign(x))),
  ofInput('Cast', (dy) => cast(dy, 'float32')),
  ofInput('ClipByValue', (dy, x, { clipValueMin, clipValueMax }) =>
    where1(logicalAnd(greaterEqual(x, clipValueMin as number), lessEqual(x, clipValueMax as number)), dy),
  ),
  ofOutput('Exp', (dy, y) => mul(dy, y)),
  ofInput('Identity', (dy) => cast(dy, 'float32')),
  ofInput('Log', (dy, x) => div(dy, x)),
  ofInput('Log1p', (dy, x) => div(dy, sub(x, -1))),
  { kernelName: 'Neg', gradFunc: (dy) => ({ x: () => neg(dy as Tensor) }) },
  ofOutput('Reciprocal', (dy, y) => neg(mul(dy, square(y)))),
  ofOutput('Relu', (dy, y) => mul(dy, step(y))),
  ofOutput('Relu6', (dy, y) => where1(logicalAnd(greater(y, 0), less(y, 6)), dy)),
  ofOutput('Rsqrt', (dy, y) => mul(dy, mul(-0.5, mul(y, square(y))))),
  ofOutput('Sigmoid', (dy, y) => mul(dy, mul(y, sub(1, y)))),
  ofInput('Softplus', (dy, x) => mul(dy, sigmoid(x))),
  ofOutput('Sqrt', (dy, y) => div(dy, mul(2, y))),
  ofInput('Square', (dy, x) => mul(dy, mul(2, x))),
  ofOutput('Tanh', (dy, y) => mul(dy, sub(1, square(y)))),
  ...['Ceil', 'Floor', 'OnesLike', 'Round', 'Sign', 'Step', 'ZerosLike'].map(zero),
];

/** Gradients of kernels of two or more inputs that are broadcast to one shape. */
export const binaryGradients: readonly GradConfig[] = [
  ofPair(
    'Add',
    (dy) => dy,
    (dy) => dy,
  ),
  ofPair(
    'Sub',
    (dy) => dy,
    (dy) => neg(dy),
  ),
  ofPair(
    'Multiply',
    (dy, _a, b) => mul(dy, b),
    (dy, a) => mul(dy, a),
  ),
  ofPair(
    'RealDiv',
    (dy, _a, b) => div(dy, b),
    (dy, a, b) => neg(div(mul(dy, a), square(b))),
  ),
  ofPair(
    'SquaredDifference',
    (dy, a, b) => mul(dy, mul(2, sub(a, b))),
    (dy, a, b) => mul(dy, mul(2, sub(b, a))),
  ),
  ofPair(
    'Maximum',
    (dy, a, b) => where1(greaterEqual(a, b), dy),
    (dy, a, b) => where1(less(a, b), dy),
  ),
  ofPair(
    'Minimum',
    (dy, a, b) => where1(lessEqual(a, b), dy),
    (dy, a, b) => where1(greater(a, b), dy),
  ),
  ofPair(
    'Pow',
    (dy, a, b) => mul(dy, mul(b, pow(a, sub(b, 1)))),
    (dy, a, b) => mul(dy, mul(pow(a, b), where(greater(a, 0), log(a), zerosLike(a)))),
  ),
  {
    kernelName: 'AddN',
    saveAllInputs: true,
    gradFunc: (dy, saved) => byIndex(saved.map(() => () => clone(dy as Tensor))),
  },
  {
    kernelName: 'Select',
    inputsToSave: ['condition'],
    gradFunc: (dy, [condition]) => ({
      condition: () => zerosLike(cast(condition, 'float32')),
      t: () => where1(condition, dy as Tensor),
      e: () => where1(logicalNot(condition), dy as Tensor),
    }),
  },
];
