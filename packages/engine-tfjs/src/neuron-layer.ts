import type { Neuron, Shape, Tensor } from '@spikewright/snn-core';
import * as tf from '@tensorflow/tfjs-core';

/** A layer of neurons, its tensors in shapes that spread over `[batch, ...]`. */
export interface NeuronLayer extends Pick<Neuron, 'leak' | 'reset' | 'fires' | 'levels'> {
  /** θ. */
  readonly threshold: tf.Tensor;
  /** v(0), in the units of the currents. */
  readonly initial: tf.Tensor;
}

/**
 * Makes the tensors of a layer of neurons.
 *
 * @param shape - of the layer, for one sample
 */
export function neuronLayer(node: Neuron, shape: Shape): NeuronLayer {
  const { leak, reset, fires, levels } = node;
  const threshold = spread(node.threshold, shape);
  return { threshold, initial: tf.mul(spread(node.initial, shape), threshold), leak, reset, fires, levels };
}

/** Whether neurons give one spike or none. */
export const isPlain = ({ levels: [min, max] }: Pick<Neuron, 'levels'>): boolean => min === 0 && max === 1;

/** v after a step's current came in: `leak · u + current`. */
export const charged = (rest: tf.Tensor, current: tf.Tensor, { leak }: Pick<NeuronLayer, 'leak'>): tf.Tensor =>
  tf.add(leak === 1 ? rest : tf.mul(rest, leak), current);

/**
 * The spikes of one step: the largest number k with k θ reached (`>=`) or passed (`>`), within the levels.
 *
 * @param sent - the sum of the spikes sent before, which a negative one may not take below 0; none before the first step
 */
export function fired(potential: tf.Tensor, layer: Omit<NeuronLayer, 'initial'>, sent?: tf.Tensor): tf.Tensor {
  const { threshold, fires, levels } = layer;
  // `step` is 1 above 0: comparisons take ten times as long on the wasm back end.
  if (isPlain(layer))
    return fires === '>' ? tf.step(tf.sub(potential, threshold)) : tf.sub(1, tf.step(tf.sub(threshold, potential)));
  const [min, max] = levels;
  const height = tf.div(potential, threshold);
  const upwards = reached(height, fires, max);
  if (min === 0 || !sent) return upwards;
  return tf.sub(upwards, tf.minimum(reached(tf.neg(height), fires, -min), tf.relu(sent)));
}

/** u after the spikes of a step. */
export function afterReset(potential: tf.Tensor, spikes: tf.Tensor, layer: Omit<NeuronLayer, 'initial'>): tf.Tensor {
  if (layer.reset === 'subtract') return tf.sub(potential, tf.mul(spikes, layer.threshold));
  const any = isPlain(layer) ? spikes : tf.minimum(tf.abs(spikes), 1);
  return tf.sub(potential, tf.mul(any, potential));
}

/** The largest whole number k from 0 to `most` with height >= k, or height > k. */
const reached = (height: tf.Tensor, fires: '>=' | '>', most: number): tf.Tensor =>
  tf.clipByValue(fires === '>=' ? tf.floor(height) : tf.sub(tf.ceil(height), 1), 0, most);

/** A tensor of one value for all, one a channel or one a neuron, in a shape that spreads over a layer of `shape`. */
function spread({ data }: Tensor, shape: Shape): tf.Tensor {
  if (data.length === 1) return tf.tensor(data, []);
  return tf.tensor(data, data.length === shape[shape.length - 1] ? [data.length] : [...shape]);
}
