import { elements, type Neuron, type Shape, type Tensor } from '@spikewright/snn-core';
import { channelsFirst, fromNirOrder } from '../axes.js';
import { common, type Layer, numbersOf, type Outcome } from './layer.js';
import { type Statements, statements } from './statements.js';

/** Reads IF: v' = R I, a step being the unit of time: v ← v + R I, which is v ← v + I with the threshold θ / R. */
export function readIf(layer: Layer): Outcome {
  const said = statements(layer, false);
  if (said.problems.length > 0) return said.problems.join('; ');
  const r = common(numbersOf(layer.node.fields, 'r'));
  if (r === undefined || !(r > 0)) return 'r must be the same positive number for all neurons';
  return readNeuron(layer, said, 1, r);
}

/**
 * Reads LIF: τ v' = (v_leak - v) + R I, a step of dt by Euler's forward method: v ← (1 - dt/τ) v + (R dt/τ) I, which is
 * v ← leak v + I with the threshold θ τ / (R dt).
 */
export function readLif(layer: Layer): Outcome {
  const said = statements(layer, true);
  if (said.problems.length > 0) return said.problems.join('; ');
  const { dt } = said;
  const [r, tau, leakTo] = ['r', 'tau', 'v_leak'].map((name) => common(numbersOf(layer.node.fields, name)));
  if (r === undefined || !(r > 0)) return 'r must be the same positive number for all neurons';
  if (tau === undefined || !(tau > dt)) return `tau must be the same for all neurons and more than dt, ${dt}`;
  if (leakTo !== 0) return 'v_leak must be 0 for all neurons';
  return readNeuron(layer, said, 1 - dt / tau, (r * dt) / tau);
}

/** @param gain - what the input is multiplied by; the threshold is divided by it instead */
function readNeuron(layer: Layer, { reset, fires, levels }: Statements, leak: number, gain: number): Outcome {
  const { name, node, from, shape, image } = layer;
  const { fields, metadata } = node;
  if (fields.has('v_reset') && common(numbersOf(fields, 'v_reset')) !== 0) return 'v_reset must be 0 for all neurons';
  const threshold = numbersOf(fields, 'v_threshold');
  const initial = metadata.get('initial') ?? { shape: threshold.shape, data: new Float32Array(threshold.data.length) };
  if (!fits(threshold, shape))
    return `v_threshold must be [${channelsFirst(shape)}], one for each neuron: [${threshold.shape}]`;
  if (typeof initial === 'string' || !fits(initial, shape)) return 'initial must have a value for each neuron';
  const neuron: Neuron = {
    op: 'neuron',
    name,
    inputs: [from],
    threshold: compact(
      fromNirOrder(
        threshold.data.map((value) => value / gain),
        image,
      ),
      shape,
    ),
    initial: compact(fromNirOrder(initial.data, image), shape),
    reset,
    fires,
    leak,
    levels,
  };
  return { nodes: [neuron], shape, image, fate: 'kept', why: 'a layer of neurons' };
}

/** Whether values are those of neurons of a shape; a vector may also be written as an image of one place. */
const fits = ({ shape, data }: Tensor, neurons: Shape): boolean =>
  data.length === elements(neurons) && (neurons.length === 1 || String(shape) === String(channelsFirst(neurons)));

/** One value for all, or one a channel, where that says the same. */
export function compact(values: Float32Array, shape: Shape): Tensor {
  if (values.every((value) => value === values[0])) return { shape: [], data: values.slice(0, 1) };
  const channels = shape.at(-1)!;
  if (values.every((value, place) => value === values[place % channels])) {
    return { shape: [channels], data: values.slice(0, channels) };
  }
  return { shape, data: values };
}
