import { isWeighted, type Network, type Neuron, type Node } from '@spikewright/snn-core';
import * as tf from '@tensorflow/tfjs-core';
import { denseNode, imageTensor } from './dense-node.js';

/** Steps over which rates are measured. */
const STEPS = 24;

/** Halvings of the interval in which θ is sought. */
const HALVINGS = 18;

/** Currents of one layer: the same in every step, or one part a step. */
interface Currents {
  readonly data: Float32Array;
  /** Values of one step. */
  readonly size: number;
}

/**
 * Chooses a θ for every layer so that over 24 steps it spikes at the rate, a mean over its neurons; then divides weights
 * and bias by it, so that θ = 1 again.
 *
 * Works layer by layer on all steps at once: the currents of a layer are computed once, and only its threshold is
 * sought, by bisection.
 *
 * @param network - a chain in which every neuron node reads a node with weights
 * @param images - intensities of the calibration images, one after another
 * @param rate - spikes a neuron and step, from 0 to 1
 */
export function calibrate(network: Network, images: Float32Array, rate: number): Network {
  const nodes: Node[] = [];
  let output = imageTensor(network, images);
  for (const node of network.nodes) {
    if (node.op === 'input') nodes.push(node);
    else if (node.op === 'neuron') {
      const constant = !nodes.some(({ op }) => op === 'neuron');
      const steps = constant ? 1 : STEPS;
      const currents = { data: output.dataSync() as Float32Array, size: output.size / steps };
      const threshold = findThreshold(node, currents, rate);
      nodes.push(divided(nodes.pop()!, threshold), node);
      const spikes = new Float32Array(currents.size * STEPS);
      countSpikes(node, currents, threshold, spikes);
      output = replaced(output, tf.tensor(spikes, [(output.shape[0] * STEPS) / steps, ...output.shape.slice(1)]));
    } else {
      const { forward, dispose } = denseNode(node);
      output = replaced(output, forward(output));
      dispose();
      nodes.push(node);
    }
  }
  output.dispose();
  return { ...network, nodes };
}

function replaced(before: tf.Tensor, after: tf.Tensor): tf.Tensor {
  before.dispose();
  return after;
}

function findThreshold(neuron: Neuron, currents: Currents, rate: number): number {
  const wanted = rate * currents.size * STEPS;
  let low = 0;
  let high = currents.data.reduce((most, value) => Math.max(most, value), 0) * STEPS;
  for (let halving = 0; halving < HALVINGS; halving++) {
    const middle = (low + high) / 2;
    if (countSpikes(neuron, currents, middle) > wanted) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** Integrates and fires over all steps; writes the spikes, step after step, if there is a place for them. */
function countSpikes({ initial }: Neuron, { data, size }: Currents, threshold: number, spikes?: Float32Array): number {
  const potential = new Float32Array(size).fill(initial.data[0] * threshold);
  let count = 0;
  for (let step = 0; step < STEPS; step++) {
    const from = data.length === size ? 0 : step * size;
    for (let i = 0; i < size; i++) {
      const v = potential[i] + data[from + i];
      const fires = v >= threshold;
      potential[i] = fires ? v - threshold : v;
      if (!fires) continue;
      count += 1;
      if (spikes) spikes[step * size + i] = 1;
    }
  }
  return count;
}

function divided(node: Node, threshold: number): Node {
  if (!isWeighted(node) || node.op === 'scale') {
    throw new TypeError(`Cannot calibrate: neurons must read a node with weights: '${node.name}'`);
  }
  const divide = (data: Float32Array): Float32Array => data.map((value) => value / threshold);
  const kernel = { ...node.kernel, data: divide(node.kernel.data) };
  return { ...node, kernel, ...(node.bias && { bias: { ...node.bias, data: divide(node.bias.data) } }) };
}
