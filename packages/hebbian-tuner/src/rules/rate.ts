import { type Conv2d, compileNetwork, type Dense, elements, type Node, type Shape } from '@spikewright/snn-core';
import type { Layer } from '../layer.js';
import { correlate, synapsesOf } from '../synapses.js';
import { near, nearWeights, spread, vector } from './near.js';
import type { Rule } from './rule.js';
import { meanByChannel, type Tally, tally } from './tally.js';

/** The rates of H3. */
export interface RateRates {
  /** η */
  readonly eta: number;
  /** ηb */
  readonly etaBias: number;
}

/**
 * H3: `w ← w + η θ mean(x (a - r) / |x|²)`, x what the synapses received and r the rate over T steps, a the rate in the long run; the
 * mean is over samples and places. `b ← b + ηb θ mean(a - r)`, at most ρ θ away from what it was.
 */
export const rate =
  ({ eta, etaBias }: RateRates, bound: number): Rule =>
  (original) =>
  (current, group) => {
    const seen = tally(current, group);
    return {
      see: seen.see,
      learnt: () =>
        current.weights.map(({ node, shape }, place): Node => {
          const first = original.weights[place].node;
          const sums =
            eta === 0 ? new Float64Array(node.kernel.data.length) : deltas(node, shape, seen, current, group.samples);
          const changed = node.kernel.data.map((w, i) => w + eta * sums[i]);
          const kernel = nearWeights(first.kernel, changed, bound);
          // Where several nodes meet in an addition, the first one's bias stands for all.
          if (place > 0 || etaBias === 0) return { ...node, kernel };
          return { ...node, kernel, bias: vector(movedBias(first, node, seen, current, etaBias, bound)) };
        }),
    };
  };

/** `mean(x (a - r) θ / |x|²)` of every weight. */
function deltas(node: Conv2d | Dense, shape: Shape, seen: Tally, layer: Layer, samples: number): Float64Array {
  const { size, channels, neuron } = layer;
  const theta = neuron.threshold.data;
  const synapses = synapsesOf(node, shape);
  const norms = squaredNorms(node, shape);
  const groups = node.op === 'conv2d' ? node.groups : 1;
  const sums = new Float64Array(node.kernel.data.length);
  for (let sample = 0; sample < samples; sample++) {
    const x = seen.received(sample, node.name);
    const norm = norms(x);
    const behind = seen.lack(sample).map((lack, i) => {
      const square = norm[Math.floor((i * groups) / channels)];
      return square > 0 ? (lack * theta[i % theta.length]) / square : 0;
    });
    correlate(synapses, x, behind, sums);
  }
  return sums.map((sum) => (sum * channels) / (samples * size));
}

function movedBias(
  first: Conv2d | Dense,
  node: Conv2d | Dense,
  seen: Tally,
  { channels, neuron }: Layer,
  etaBias: number,
  bound: number,
): Float64Array {
  const theta = neuron.threshold.data;
  const lack = seen.meanLack().map((value, i) => value * theta[i % theta.length]);
  const least = Math.min(...theta);
  const before = node.bias ? spread(node.bias, channels) : new Float64Array(channels);
  const original = first.bias ? spread(first.bias, channels) : new Float64Array(channels);
  return meanByChannel(lack, channels).map((value, c) => near(original[c], before[c] + etaBias * value, bound * least));
}

/** Makes the function that gives |x|² of what neurons receive through a node, one value for each place and group. */
function squaredNorms(node: Conv2d | Dense, shape: Shape): (x: Float64Array) => Float64Array {
  if (node.op === 'dense') return (x) => Float64Array.of(x.reduce((sum, value) => sum + value * value, 0));
  const [height, width, inputs] = node.kernel.shape;
  const kernelShape = [height, width, inputs, node.groups];
  const { bias: _, ...plain } = node;
  const ones: Conv2d = {
    ...plain,
    inputs: ['x'],
    kernel: { shape: kernelShape, data: new Float32Array(elements(kernelShape)).fill(1) },
  };
  const input: Node = { op: 'input', name: 'x', inputs: [], shape };
  const { forward, shapes } = compileNetwork({ format: 1, nodes: [input, ones], meta: {} });
  const places = elements(shapes.get(node.name)!);
  return (x) => {
    const output = new Float64Array(places);
    forward.get(node.name)!([x.map((value) => value * value)], output, 1);
    return output;
  };
}
