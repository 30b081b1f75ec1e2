import type { Operator } from '../layer.js';
import { clip, leakyRelu, pRelu, relu, softmax } from './activation.js';
import { add, batchNormalization, concat, div, mul, sub } from './arithmetic.js';
import {
  arithmetic,
  castConstant,
  concatConstant,
  constant,
  constantOfShape,
  gatherConstant,
  reshapeConstant,
  sameConstant,
  shape,
  sliceConstant,
  squeezeConstant,
  transposeConstant,
  unsqueezeConstant,
} from './constants.js';
import { conv, gemm, matMul } from './conv.js';
import { pad } from './pad.js';
import { averagePool, globalAveragePool, globalMaxPool, maxPool, reduceMean } from './pool.js';
import { cast, dropout, flatten, identity, reshape, squeeze, transpose } from './shape.js';
import { slice } from './slice.js';

/** What becomes of a layer that reads a signal. */
export const OPERATORS: Readonly<Record<string, Operator>> = {
  Add: add,
  AveragePool: averagePool,
  BatchNormalization: batchNormalization,
  Cast: cast,
  Clip: clip,
  Concat: concat,
  Conv: conv,
  Div: div,
  Dropout: dropout,
  Flatten: flatten,
  Gemm: gemm,
  GlobalAveragePool: globalAveragePool,
  GlobalMaxPool: globalMaxPool,
  Identity: identity,
  LeakyRelu: leakyRelu,
  MatMul: matMul,
  MaxPool: maxPool,
  Mul: mul,
  PRelu: pRelu,
  Pad: pad,
  ReduceMean: reduceMean,
  Relu: relu,
  Reshape: reshape,
  Shape: shape,
  Slice: slice,
  Softmax: softmax,
  Squeeze: squeeze,
  Sub: sub,
  Transpose: transpose,
};

/** What becomes of a layer that reads constants only. */
export const CONSTANT_OPERATORS: Readonly<Record<string, Operator>> = {
  Add: arithmetic((a, b) => a + b),
  Cast: castConstant,
  Concat: concatConstant,
  Constant: constant,
  ConstantOfShape: constantOfShape,
  Div: arithmetic((a, b) => a / b),
  Gather: gatherConstant,
  Identity: sameConstant,
  Mul: arithmetic((a, b) => a * b),
  Reshape: reshapeConstant,
  Shape: shape,
  Slice: sliceConstant,
  Squeeze: squeezeConstant,
  Sub: arithmetic((a, b) => a - b),
  Transpose: transposeConstant,
  Unsqueeze: unsqueezeConstant,
};

const TRAIN_WITH_RELU = 'neurons have no such curve: train with ReLU instead';

/** What a user can do about some operators. */
export const WAYS_OUT: Readonly<Record<string, string>> = {
  Elu: TRAIN_WITH_RELU,
  Gelu: TRAIN_WITH_RELU,
  HardSigmoid: TRAIN_WITH_RELU,
  HardSwish: TRAIN_WITH_RELU,
  LogSoftmax: 'export the model without it: the order of the classes stays the same',
  Selu: TRAIN_WITH_RELU,
  Sigmoid: TRAIN_WITH_RELU,
  Softplus: TRAIN_WITH_RELU,
  Tanh: TRAIN_WITH_RELU,
};
