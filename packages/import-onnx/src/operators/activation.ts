import { affine, scaleOf } from '../affine.js';
import { emit } from '../build.js';
import { type Call, constantOf, numberOf, type Operator, type Outcome } from '../layer.js';
import { type Activation, isActivation, perChannel } from '../values.js';

const signal = ({ inputs: [x] }: Call): Activation => {
  if (!isActivation(x)) throw new TypeError('its input must be computed from the input of the network');
  return x;
};

/** `Relu`. */
export const relu: Operator = (call) => {
  const value = emit(call.build, [signal(call)], { op: 'relu', name: call.layer.name });
  return { value, fate: 'kept', why: 'a relu node does the same', nodes: [value.node] };
};

/** `Clip`: from 0 it is a clip node (or ReLU without an upper bound), from elsewhere one between two shifts. */
export const clip: Operator = (call) => {
  const { layer, build } = call;
  const x = signal(call);
  const least = boundOf(call, 'min', 1, Number.NEGATIVE_INFINITY);
  const most = boundOf(call, 'max', 2, Number.POSITIVE_INFINITY);
  if (least === Number.NEGATIVE_INFINITY && most === Number.POSITIVE_INFINITY) {
    return { value: x, fate: 'dropped', why: 'it has no bounds', nodes: [] };
  }
  if (!Number.isFinite(least)) throw new TypeError('it must have a lower bound');
  if (!(most > least)) throw new RangeError(`its upper bound must be above its lower bound ${least}: ${most}`);
  const { name } = layer;
  const bounded = (input: Activation, wish: string): Activation =>
    most === Number.POSITIVE_INFINITY
      ? emit(build, [input], { op: 'relu', name: wish })
      : emit(build, [input], { op: 'clip', name: wish, lambda: most - least });
  if (least === 0) {
    const value = bounded(x, name);
    const why = `a ${build.nodes.get(value.node)!.op} node does the same`;
    return { value, fate: 'kept', why, nodes: [value.node] };
  }
  const down = affine({ ...call, layer: { ...layer, name: `${name}/down` } }, x, [1], [-least]);
  const middle = bounded(down.value as Activation, name);
  const up = emit(build, [middle], { ...scaleOf([1], [least]), name: `${name}/up` });
  const nodes = [...down.nodes, middle.node, up.node];
  return { value: up, fate: 'replaced', why: 'a bound from 0 between two shifts does the same', nodes };
};

/** A bound is an attribute in old operator sets and an input in newer ones; the largest float stands for none. */
function boundOf(call: Call, name: string, place: number, none: number): number {
  const given = call.inputs[place] === undefined ? undefined : constantOf(call, place, name).data;
  if (given && given.length !== 1) throw new TypeError(`its ${name} must be one number: ${given.length}`);
  const bound = given ? given[0] : numberOf(call.layer, name, none);
  return Math.abs(bound) >= LARGEST_FLOAT ? none : bound;
}

const LARGEST_FLOAT = 3.4e38;

/** `LeakyRelu`: `max(0, x) - slope · max(0, -x)`. */
export const leakyRelu: Operator = (call) => leaky(call, [numberOf(call.layer, 'alpha', 0.01)]);

/** `PRelu`: the same with slopes that were trained. */
export const pRelu: Operator = (call) => leaky(call, perChannel(signal(call), constantOf(call, 1, 'slope')));

function leaky(call: Call, slopes: ArrayLike<number>): Outcome {
  const { layer, build } = call;
  const x = signal(call);
  const { name } = layer;
  const positive = emit(build, [x], { op: 'relu', name: `${name}/positive` });
  const turned = emit(build, [x], { ...scaleOf([-1], [0]), name: `${name}/turned` });
  const negative = emit(build, [turned], { op: 'relu', name: `${name}/negative` });
  const leak = emit(build, [negative], {
    ...scaleOf(
      Array.from(slopes, (slope) => -slope),
      [0],
    ),
    name: `${name}/leak`,
  });
  const value = emit(build, [positive, leak], { op: 'add', name });
  const why = 'two relu nodes, one for each sign, do the same together';
  return { value, fate: 'replaced', why, nodes: [positive, turned, negative, leak, value].map(({ node }) => node) };
}

/** `Softmax` over the channels. Before operator set 13 it was over all axes from `axis` on. */
export const softmax: Operator = (call) => {
  const { layer, build } = call;
  const x = signal(call);
  const rank = x.dims.length;
  const given = numberOf(layer, 'axis', build.opset < 13 ? 1 : -1);
  const axis = given < 0 ? given + rank : given;
  const alone = build.opset >= 13 || x.dims.slice(axis).filter((size) => size > 1).length <= 1;
  if (axis !== (x.axes ? x.axes.indexOf('C') : 1) || !alone) {
    throw new TypeError(`it must be over the channels: axis ${given} of [${x.dims}]`);
  }
  const value = emit(build, [x], { op: 'softmax', name: layer.name });
  return { value, fate: 'kept', why: 'a softmax node does the same', nodes: [value.node] };
};
