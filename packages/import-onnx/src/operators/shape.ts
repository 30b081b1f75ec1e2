import { emit, put } from '../build.js';
import { type Call, constantOf, listOf, numberOf, numbersOf, type Operator, type Outcome } from '../layer.js';
import { isFloat } from '../number-types.js';
import { type Activation, flattenOrder, isActivation, isConstant, product } from '../values.js';

const signal = ({ inputs: [x] }: Call): Activation => {
  if (!isActivation(x)) throw new TypeError('its input must be computed from the input of the network');
  return x;
};

const dropped = (value: Activation, why: string): Outcome => ({ value, fate: 'dropped', why, nodes: [] });

/** `Identity`, and what does nothing when a network is used. */
export const identity: Operator = (call) => dropped(signal(call), 'it changes nothing');

/** `Cast` from one float type to another: all are float32 here. */
export const cast: Operator = (call) => {
  const to = numberOf(call.layer, 'to', 0);
  if (!isFloat(to)) throw new TypeError(`it must make floats of floats, not whole numbers: type ${to}`);
  return dropped(signal(call), 'all numbers are 32-bit floats here');
};

/** `Dropout`, which only training needs. */
export const dropout: Operator = (call) => {
  const training = call.inputs[2];
  if (training && !(isConstant(training) && training.data[0] === 0)) {
    throw new TypeError('it must be off (export in evaluation mode)');
  }
  return dropped(signal(call), 'dropout is for training only');
};

/** `Flatten` from the axis after the batch. */
export const flatten: Operator = (call) => {
  const x = signal(call);
  const axis = numberOf(call.layer, 'axis', 1);
  const from = axis < 0 ? axis + x.dims.length : axis;
  if (from !== 1) throw new TypeError(`it must keep the batch: axis ${axis}`);
  return reshaped(call, x, [x.dims[0], product(x.dims.slice(1))]);
};

/** `Reshape` to a shape that the file fixes. */
export const reshape: Operator = (call) => {
  const x = signal(call);
  return reshaped(call, x, targetOf(call, x.dims));
};

/** The sizes a `Reshape` asks for: 0 copies a size, -1 takes what is left. */
export function targetOf(call: Call, dims: readonly number[]): number[] {
  const zeroes = numberOf(call.layer, 'allowzero', 0) === 0;
  const wanted = Array.from(constantOf(call, 1, 'shape').data, (size, i) => (size === 0 && zeroes ? dims[i] : size));
  const known = product(wanted.filter((size) => size !== -1));
  const sizes = wanted.map((size) => (size === -1 ? product(dims) / known : size));
  if (product(sizes) !== product(dims) || !sizes.every((size) => Number.isSafeInteger(size) && size > 0)) {
    throw new TypeError(`its shape must hold as many values as [${dims}]: [${wanted.slice(0, 8)}]`);
  }
  return sizes;
}

/** `Squeeze` of axes of size 1. */
export const squeeze: Operator = (call) => {
  const x = signal(call);
  return reshaped(call, x, squeezed(call, x.dims));
};

/** The sizes that a `Squeeze` leaves. */
export function squeezed(call: Call, dims: readonly number[]): number[] {
  const axes = listOf(call, 'axes', 1)?.map((axis) => (axis < 0 ? axis + dims.length : axis));
  return dims.filter((size, axis) => size !== 1 || (axes !== undefined && !axes.includes(axis)));
}

function reshaped(call: Call, x: Activation, dims: readonly number[]): Outcome {
  if (String(dims) === String(x.dims)) return dropped(x, 'its input has that shape already');
  if (dims[0] !== x.dims[0]) throw new TypeError(`it must keep the batch of ${x.dims[0]}: [${dims}]`);
  if (dims.length === 2) return toVector(call, x, dims);
  if (dims.length === 4 && !x.axes) return toImage(call, x, dims);
  throw new TypeError(`it must make a vector of an image: [${x.dims}] to [${dims}]`);
}

function toVector({ layer, build }: Call, x: Activation, dims: readonly number[]): Outcome {
  const vector = { ...x, dims, axes: undefined };
  if (!x.axes || x.shape.length === 1) return dropped(vector, 'a vector has no further axes');
  const order = flattenOrder(x.shape, x.axes);
  const value = emit(build, [x], { op: 'flatten', name: layer.name }, { dims, order });
  const why = order
    ? 'a flatten node does the same in the order height, width, channel; weights after it are turned round to fit'
    : 'a flatten node does the same';
  return { value, fate: 'kept', why, nodes: [value.node] };
}

function toImage({ build }: Call, x: Activation, dims: readonly number[]): Outcome {
  const [, channels, height, width] = dims;
  const image = { ...x, dims, axes: 'NCHW' };
  if (height * width === 1 && !x.order) return dropped(image, 'an image of one position is a vector');
  const node = build.nodes.get(x.node)!;
  if (node.op !== 'input' || !x.sole) throw new TypeError(`only the input may become an image: [${dims}]`);
  const shape = [height, width, channels];
  put(build, { ...node, shape });
  return { value: { ...image, shape }, fate: 'folded', why: 'the input is read as that image', nodes: [x.node] };
}

/** `Transpose`: an image keeps its own order in the network, and the layers that read it follow. */
export const transpose: Operator = (call) => {
  const x = signal(call);
  const axes = x.axes ?? 'NF';
  const order = permutationOf(call, axes.length);
  if (order[0] !== 0) throw new TypeError(`it must keep the batch first: [${order}]`);
  const dims = order.map((axis) => x.dims[axis]);
  const value = { ...x, dims, axes: x.axes && order.map((axis) => axes[axis]).join('') };
  return { value, fate: 'folded', why: 'the layers after it read the other order of axes', nodes: [x.node] };
};

/** The order of axes that a `Transpose` asks for; without one, all are reversed. */
export function permutationOf({ layer }: Call, rank: number): readonly number[] {
  const axes = Array.from({ length: rank }, (_, axis) => axis);
  const order = numbersOf(layer, 'perm') ?? axes.toReversed();
  if (order.length !== rank || axes.some((axis) => !order.includes(axis))) {
    throw new TypeError(`its perm must name each of ${rank} axes once: [${order.slice(0, 8)}]`);
  }
  return order;
}
