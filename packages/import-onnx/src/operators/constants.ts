import { constantOf, listOf, numberOf, type Operator, type Outcome } from '../layer.js';
import { isFloat } from '../number-types.js';
import { type Constant, isActivation, isConstant, product } from '../values.js';
import { permutationOf, squeezed, targetOf } from './shape.js';

/** Sums of shapes are short; a chain of joins could double a constant each time. */
const MOST_COMPUTED = 4096;

const fixed = (value: Constant): Outcome => ({
  value,
  fate: 'folded',
  why: 'the file fixes its value, which the layers that read it hold',
  nodes: [],
});

/** `Constant`, in each of its forms. */
export const constant: Operator = ({ layer: { attributes } }) => {
  const value = [...attributes.values()][0];
  if (attributes.size !== 1 || value === null || typeof value === 'string') {
    throw new TypeError(`its value must be numbers: ${[...attributes.keys()]}`);
  }
  if (typeof value === 'number') return fixed({ dims: [], data: Float64Array.of(value) });
  return fixed('data' in value ? value : { dims: [value.length], data: Float64Array.from(value) });
};

/** `Identity` of a constant. */
export const sameConstant: Operator = (call) => fixed(constantOf(call, 0, 'input'));

/** `Cast` of a constant, which cuts what follows the point where it makes whole numbers. */
export const castConstant: Operator = (call) => {
  const { dims, data } = constantOf(call, 0, 'input');
  const to = numberOf(call.layer, 'to', 0);
  if (isFloat(to)) return fixed({ dims, data });
  if (to === BOOLEAN) return fixed({ dims, data: data.map((value) => Number(value !== 0)) });
  return fixed({ dims, data: data.map(Math.trunc) });
};

const BOOLEAN = 9;

/** `Reshape` of a constant. */
export const reshapeConstant: Operator = (call) => {
  const { dims, data } = constantOf(call, 0, 'input');
  return fixed({ dims: targetOf(call, dims), data });
};

/** `Squeeze` of a constant. */
export const squeezeConstant: Operator = (call) => {
  const { dims, data } = constantOf(call, 0, 'input');
  return fixed({ dims: squeezed(call, dims), data });
};

/** `Unsqueeze` of a constant. */
export const unsqueezeConstant: Operator = (call) => {
  const { dims, data } = constantOf(call, 0, 'input');
  const axes = listOf(call, 'axes', 1) ?? [];
  const rank = dims.length + axes.length;
  const places = axes.map((axis) => (axis < 0 ? axis + rank : axis));
  if (rank > 8 || new Set(places).size !== axes.length || places.some((place) => !(place >= 0 && place < rank))) {
    throw new TypeError(`its axes must be new places, 8 in all: [${axes.slice(0, 8)}]`);
  }
  const rest = [...dims];
  return fixed({ dims: Array.from({ length: rank }, (_, axis) => (places.includes(axis) ? 1 : rest.shift()!)), data });
};

/** `Transpose` of a constant. */
export const transposeConstant: Operator = (call) => {
  const { dims, data } = constantOf(call, 0, 'input');
  const order = permutationOf(call, dims.length);
  call.build.budget -= data.length;
  if (call.build.budget < 0) throw new RangeError('the file must not turn its constants round that often');
  const turned = data.slice();
  const steps = dims.map((_, axis) => product(dims.slice(axis + 1)));
  const place = order.map(() => 0);
  for (let to = 0; to < data.length; to++) {
    turned[to] = data[order.reduce((from, axis, i) => from + place[i] * steps[axis], 0)];
    for (let i = order.length - 1; i >= 0 && ++place[i] === dims[order[i]]; i--) place[i] = 0;
  }
  return fixed({ dims: order.map((axis) => dims[axis]), data: turned });
};

/** `Shape` of anything, or a piece of it: the file's sizes are fixed here. */
export const shape: Operator = ({ layer, inputs: [x] }) => {
  if (!isActivation(x) && !isConstant(x)) throw new TypeError('it must have an input');
  const rank = x.dims.length;
  const sizes = x.dims.slice(numberOf(layer, 'start', 0), numberOf(layer, 'end', rank));
  return fixed({ dims: [sizes.length], data: Float64Array.from(sizes) });
};

/** `Gather` from a list of numbers. */
export const gatherConstant: Operator = (call) => {
  const from = constantOf(call, 0, 'input');
  const at = constantOf(call, 1, 'indices');
  if (from.dims.length !== 1 || at.data.length > MOST_COMPUTED) throw new TypeError('its input must be a short list');
  const data = Float64Array.from(at.data, (index) => from.data.at(index) ?? Number.NaN);
  if (data.some(Number.isNaN))
    throw new RangeError(`its indices must lie in a list of ${from.data.length}: [${at.data.slice(0, 8)}]`);
  return fixed({ dims: at.dims, data });
};

/** `Slice` of a short constant along one axis; a negative step goes backwards. */
export const sliceConstant: Operator = (call) => {
  const { dims, data } = constantOf(call, 0, 'input');
  const [starts, ends] = [listOf(call, 'starts', 1) ?? [], listOf(call, 'ends', 2) ?? []];
  const [axis] = listOf(call, 'axes', 3) ?? [0];
  const step = call.inputs[4] === undefined ? 1 : constantOf(call, 4, 'steps').data[0];
  const along = axis < 0 ? axis + dims.length : axis;
  const size = dims[along];
  if (
    starts.length !== 1 ||
    ends.length !== 1 ||
    size === undefined ||
    step % 1 !== 0 ||
    step === 0 ||
    data.length > MOST_COMPUTED
  ) {
    throw new TypeError('it must take a piece of a short constant along one axis');
  }
  const places: number[] = [];
  const [low, high] = step > 0 ? [0, size] : [-1, size - 1];
  const [from, to] = [starts[0], ends[0]].map((at) => Math.min(Math.max(at < 0 ? at + size : at, low), high));
  for (let at = from; step > 0 ? at < to : at > to; at += step) places.push(at);
  const inner = product(dims.slice(along + 1));
  const taken = places.length;
  const cut = data.slice(0, product(dims.with(along, taken)));
  for (let i = 0; i < cut.length; i++) {
    const [outer, place] = [Math.floor(i / (taken * inner)), Math.floor(i / inner) % taken];
    cut[i] = data[(outer * size + places[place]) * inner + (i % inner)];
  }
  return fixed({ dims: dims.with(along, taken), data: cut });
};

/** `ConstantOfShape`: one number many times. */
export const constantOfShape: Operator = (call) => {
  const dims = Array.from(constantOf(call, 0, 'shape').data);
  const value = call.layer.attributes.get('value') ?? 0;
  const size = product(dims);
  if (!dims.every((dim) => Number.isInteger(dim) && dim >= 0) || size > MOST_COMPUTED) {
    throw new TypeError(`it must make at most ${MOST_COMPUTED} numbers: [${dims.slice(0, 8)}]`);
  }
  const number = typeof value === 'object' && value !== null && 'data' in value ? value.data[0] : 0;
  return fixed({ dims, data: new Float64Array(size).fill(number) });
};

/** `Concat` of lists of numbers. */
export const concatConstant: Operator = (call) => {
  const parts = call.inputs.map((_, i) => constantOf(call, i, 'input'));
  const data = parts.flatMap((part) => (part.data.length > MOST_COMPUTED ? [] : Array.from(part.data)));
  if (parts.some(({ dims }) => dims.length !== 1) || data.length > MOST_COMPUTED) {
    throw new TypeError(`its inputs must be lists of at most ${MOST_COMPUTED} numbers together`);
  }
  return fixed({ dims: [data.length], data: Float64Array.from(data) });
};

/** Arithmetic of two constants, of one shape or with a single number. */
export const arithmetic =
  (compute: (a: number, b: number) => number): Operator =>
  (call) => {
    const [a, b] = [constantOf(call, 0, 'first input'), constantOf(call, 1, 'second input')];
    const larger = a.data.length >= b.data.length ? a : b;
    if (String(a.dims) !== String(b.dims) && Math.min(a.data.length, b.data.length) !== 1) {
      throw new TypeError(`its constants must share one shape: [${a.dims}] and [${b.dims}]`);
    }
    call.build.budget -= larger.data.length;
    if (call.build.budget < 0) throw new RangeError('the file must not compute that many constants');
    const data = larger.data.map((_, i) => compute(a.data[i % a.data.length], b.data[i % b.data.length]));
    return fixed({ dims: larger.dims, data });
  };
