import type { Tensor } from '@spikewright/snn-core';
import type { PerChannel } from '../affine.js';
import { emit } from '../build.js';
import { type Call, constantOf, numberOf, type Operator } from '../layer.js';
import { type Activation, type Constant, imageOf, isActivation, isConstant } from '../values.js';
import { addSides, isPadded, slidingOf } from '../windows.js';

/** `Conv`: `[outputs, inputs / groups, height, width]` turned round to `[height, width, inputs / groups, outputs]`. */
export const conv: Operator = (call) => {
  const { layer, inputs, build } = call;
  const image = imageOf(inputs[0]);
  const weights = constantOf(call, 1, 'weights');
  if (weights.dims.length !== 4) throw new TypeError(`it must have two spatial axes: weights [${weights.dims}]`);
  const [outputs, channels, height, width] = weights.dims;
  const bias = inputs[2] === undefined ? {} : { bias: vector(constantOf(call, 2, 'bias').data) };
  const groups = numberOf(layer, 'group', 1);
  if (image.shape.length === 1) return onePosition(call, image, weights, bias, groups);
  const { strides, dilation, padding } = slidingOf(layer, image, [height, width]);
  const data = transposed(weights.data, [outputs, channels, height, width]);
  const kernel = { shape: [height, width, channels, outputs], data };
  const value = emit(build, [image], {
    op: 'conv2d',
    name: layer.name,
    kernel,
    ...bias,
    strides,
    padding: addSides(padding, image.pad),
    dilation,
    groups,
  });
  return { value, fate: 'kept', why: 'a conv2d node does the same', nodes: [value.node] };
};

/** After a global pool, a 1 × 1 convolution is a matrix product. */
function onePosition(
  { layer, build }: Call,
  image: Activation,
  { dims: [outputs, channels, height, width], data }: Constant,
  bias: object,
  groups: number,
): ReturnType<Operator> {
  const padded = isPadded(slidingOf(layer, { ...image, shape: [1, 1, channels] }, [height, width]).padding);
  if (height !== 1 || width !== 1 || groups !== 1 || padded) {
    throw new TypeError('after a global pool it must be 1 × 1, with 1 group and no padding');
  }
  const kernel = { shape: [channels, outputs], data: transposed(data, [outputs, channels, 1, 1]) };
  const value = emit(build, [image], { op: 'dense', name: layer.name, kernel, ...bias });
  return { value, fate: 'replaced', why: 'for one position a dense node does the same', nodes: [value.node] };
}

/** `[o, i, h, w]` to `[h, w, i, o]`. */
function transposed(data: PerChannel, [outputs, inputs, height, width]: readonly number[]): Float32Array {
  const turned = new Float32Array(data.length);
  const area = height * width;
  let at = 0;
  for (let tap = 0; tap < area; tap++) {
    for (let input = 0; input < inputs; input++) {
      for (let output = 0; output < outputs; output++) turned[at++] = data[(output * inputs + input) * area + tap];
    }
  }
  return turned;
}

/** `Gemm`: `alpha A B + beta C`. */
export const gemm: Operator = (call) => {
  const { layer } = call;
  if (numberOf(layer, 'transA', 0) !== 0) throw new TypeError('transA must be 0');
  const weights = constantOf(call, 1, 'weights');
  const [alpha, beta] = [numberOf(layer, 'alpha', 1), numberOf(layer, 'beta', 1)];
  const given = call.inputs[2] === undefined ? undefined : constantOf(call, 2, 'bias');
  const outputs = weights.dims[numberOf(layer, 'transB', 0) ? 0 : 1];
  if (given && given.data.length !== 1 && (given.data.length !== outputs || given.dims.at(-1) !== outputs)) {
    throw new TypeError(`its bias must be one number, or one for each of ${outputs} outputs: [${given.dims}]`);
  }
  const bias = given && Float32Array.from({ length: outputs }, (_, i) => beta * given.data[i % given.data.length]);
  return dense(call, weights, numberOf(layer, 'transB', 0) !== 0, alpha, bias);
};

/** `MatMul` of a vector and weights. */
export const matMul: Operator = (call) => {
  if (isConstant(call.inputs[0])) throw new TypeError('its weights must be its second input');
  return dense(call, constantOf(call, 1, 'weights'), false, 1);
};

function dense(
  { layer, inputs: [x], build }: Call,
  { dims, data }: Constant,
  turned: boolean,
  alpha: number,
  bias?: Float32Array,
): ReturnType<Operator> {
  if (!isActivation(x) || x.axes || x.dims.length !== 2) {
    throw new TypeError('its input must be [batch, features] (flatten it first)');
  }
  if (dims.length !== 2) throw new TypeError(`its weights must have two axes: [${dims}]`);
  const [inputs, outputs] = turned ? [dims[1], dims[0]] : dims;
  if (inputs !== x.shape[0]) throw new TypeError(`its weights must have ${x.shape[0]} inputs: [${dims}]`);
  const kernel = new Float32Array(inputs * outputs);
  for (let i = 0; i < inputs; i++) {
    const to = x.order ? x.order[i] : i;
    for (let k = 0; k < outputs; k++)
      kernel[to * outputs + k] = alpha * data[turned ? k * inputs + i : i * outputs + k];
  }
  const value = emit(
    build,
    [x],
    {
      op: 'dense',
      name: layer.name,
      kernel: { shape: [inputs, outputs], data: kernel },
      ...(bias && { bias: vector(bias) }),
    },
    { dims: [x.dims[0], outputs] },
  );
  return { value, fate: 'kept', why: 'a dense node does the same', nodes: [value.node] };
}

const vector = (values: PerChannel): Tensor => ({ shape: [values.length], data: Float32Array.from(values) });
