import { affine, scaleOf } from '../affine.js';
import { emit } from '../build.js';
import { type Call, constantOf, numberOf, type Operator, type Outcome } from '../layer.js';
import { type Activation, isActivation, isConstant, perChannel } from '../values.js';

/** Splits the inputs of a layer of two into the computed one and the constant. */
function operands({ inputs }: Call): [Activation, Float64Array, first: boolean] | undefined {
  const [a, b] = inputs;
  if (isActivation(a) && isConstant(b)) return [a, perChannel(a, b), true];
  if (isConstant(a) && isActivation(b)) return [b, perChannel(b, a), false];
  return undefined;
}

const ONE = [1];
const ZERO = [0];
const negative = (values: Float64Array): Float64Array => values.map((value) => -value);

/** `Add`: of two signals, or of a signal and a bias. */
export const add: Operator = (call) => {
  const found = operands(call);
  return found ? affine(call, found[0], ONE, found[1]) : sum(call, pair(call));
};

/** `Sub`: a signal less a constant, a constant less a signal, or one signal less another. */
export const sub: Operator = (call) => {
  const found = operands(call);
  if (found) {
    const [x, values, first] = found;
    return first ? affine(call, x, ONE, negative(values)) : affine(call, x, [-1], values);
  }
  const [a, b] = pair(call);
  const turned = emit(call.build, [b], { ...scaleOf([-1], ZERO), name: `${call.layer.name}/negative` });
  const { value } = sum(call, [a, turned]);
  const why = 'an add node with a negative scale node before it does the same';
  return { value, fate: 'replaced', why, nodes: [turned.node, (value as Activation).node] };
};

/** `Mul` by a constant. */
export const mul: Operator = (call) => {
  const found = operands(call);
  if (!found) throw new TypeError('one factor must be a constant: a network has no product of two signals');
  return affine(call, found[0], found[1], ZERO);
};

/** `Div` by a constant. */
export const div: Operator = (call) => {
  const found = operands(call);
  if (!found?.[2]) throw new TypeError('its divisor must be a constant');
  const [x, values] = found;
  return affine(
    call,
    x,
    values.map((value) => 1 / value),
    ZERO,
  );
};

function pair({ inputs: [a, b] }: Call): [Activation, Activation] {
  if (!isActivation(a) || !isActivation(b)) throw new TypeError('it must have two inputs');
  return [a, b];
}

function sum({ layer, build }: Call, [a, b]: readonly [Activation, Activation]): Outcome {
  requireAlike(a, b);
  const value = emit(build, [a, b], { op: 'add', name: layer.name });
  return { value, fate: 'kept', why: 'an add node does the same', nodes: [value.node] };
}

function requireAlike(a: Activation, b: Activation): void {
  if (String(a.dims) !== String(b.dims))
    throw new TypeError(`its inputs must share one shape: [${a.dims}] and [${b.dims}]`);
  if (a.axes !== b.axes || String(a.order) !== String(b.order)) {
    throw new TypeError('its inputs must count their elements in the same order');
  }
}

/** `Concat` along the channels. */
export const concat: Operator = (call) => {
  const { layer, build } = call;
  const inputs = call.inputs.map((input) => {
    if (!isActivation(input)) throw new TypeError('all of its inputs must be computed');
    return input;
  });
  const [first] = inputs;
  if (inputs.length === 1) return { value: first, fate: 'dropped', why: 'it has one input', nodes: [] };
  const { axes, dims } = first;
  const axis = numberOf(layer, 'axis', Number.NaN);
  if ((axis < 0 ? axis + dims.length : axis) !== (axes ? axes.indexOf('C') : 1)) {
    throw new TypeError(`it must join channels: axis ${axis} of [${dims}]`);
  }
  if (inputs.some((input) => input.axes !== axes || input.order)) {
    throw new TypeError('its inputs must count their elements in the same order (concatenate before flattening)');
  }
  const total = inputs.reduce((all, { shape }) => all + shape.at(-1)!, 0);
  const joined = axes ? dims.map((size, i) => (axes[i] === 'C' ? total : size)) : [dims[0], total];
  const value = emit(build, inputs, { op: 'concat', name: layer.name }, { dims: joined, axes });
  return { value, fate: 'kept', why: 'a concat node does the same', nodes: [value.node] };
};

/** `BatchNormalization` with the statistics of training. */
export const batchNormalization: Operator = (call) => {
  const { layer, inputs, build } = call;
  const [x] = inputs;
  if (!isActivation(x)) throw new TypeError('its input must be computed from the input of the network');
  if (x.axes && x.axes.indexOf('C') !== 1) throw new TypeError(`it must normalise the channels: axis 1 of [${x.dims}]`);
  if (numberOf(layer, 'training_mode', 0) !== 0 || numberOf(layer, 'spatial', 1) !== 1) {
    throw new TypeError('it must use stored statistics, one a channel (export in evaluation mode)');
  }
  const channels = x.shape.at(-1)!;
  const [gamma, beta, mean, variance] = ['scale', 'bias', 'mean', 'variance'].map((what, i) => {
    const { dims, data } = constantOf(call, i + 1, what);
    if (dims.length !== 1 || data.length !== channels)
      throw new TypeError(`its ${what} must have ${channels} values: [${dims}]`);
    const image = { ...x, axes: undefined, dims: [1, channels] };
    return { shape: [channels], data: Float32Array.from(perChannel(image, { dims, data })) };
  });
  const epsilon = numberOf(layer, 'epsilon', 1e-5);
  const value = emit(build, [x], { op: 'batchNorm', name: layer.name, gamma, beta, mean, variance, epsilon });
  return { value, fate: 'kept', why: 'a batchNorm node does the same', nodes: [value.node] };
};
