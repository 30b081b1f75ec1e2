import type { Neuron, Weighted } from '@spikewright/snn-core';
import type { Branch } from './branches.js';

/** Thresholds stay below this, so that potentials have room. */
const MOST_LEVELS = 2 ** 15;

/** Initial potentials of no more binary places are kept as they are. */
const MOST_PLACES = 4;

/** How a layer of neurons is expressed in whole numbers. */
export interface Units {
  /** For each channel the value of 1. */
  readonly unit: Float64Array;
  /** What whole thresholds are multiples of, so that initial potentials are whole as well. */
  readonly multiple: number;
  /** Whether initial potentials are rounded to whole numbers, thresholds being powers of two. */
  readonly rounded: boolean;
}

/**
 * Chooses for each channel the smallest unit in which the largest weight is at most `most` and θ is whole.
 *
 * @throws RangeError naming the layer if a weight is so much larger than θ that there is none
 */
export function unitsOf(neuron: Neuron, branches: readonly Branch[], channels: number, most: number): Units {
  const places = neuron.initial.data.reduce((most, value) => Math.max(most, placesOf(value)), 0);
  const rounded = places > MOST_PLACES;
  const multiple = rounded ? 1 : 2 ** places;
  const largest = largestWeights(branches, channels);
  const unit = new Float64Array(channels);
  const thresholds = neuron.threshold.data;
  for (let c = 0; c < channels; c++) {
    let theta = Number.POSITIVE_INFINITY;
    for (let i = c; i < Math.max(thresholds.length, channels); i += channels) {
      theta = Math.min(theta, thresholds[i % thresholds.length]);
    }
    const room = largest[c] === 0 ? MOST_LEVELS : Math.min(MOST_LEVELS, (most * theta) / largest[c]);
    const levels = rounded ? 2 ** Math.floor(Math.log2(room)) : Math.floor(room / multiple) * multiple;
    if (levels < multiple) {
      const rule = `a weight may be at most ${most / multiple} times the threshold for so few bits`;
      throw new RangeError(`Cannot quantise weights of '${neuron.name}': ${rule}: ${largest[c] / theta}`);
    }
    unit[c] = theta / levels;
  }
  return { unit, multiple, rounded };
}

function placesOf(value: number): number {
  let places = 0;
  while (!Number.isInteger(value * 2 ** places)) places += 1;
  return places;
}

/** The largest weight of each channel, seen in the unit of the branch whose pooling divides most. */
function largestWeights(branches: readonly Branch[], channels: number): Float64Array {
  const largest = new Float64Array(channels);
  const most = Math.max(...branches.map(({ divisor }) => divisor));
  for (const { node, divisor } of branches) {
    // Scales and shortcuts have a kernel of their own, whose weights may be of any size.
    if (node.op === 'scale' || node.op === 'add') continue;
    node.kernel.data.forEach((weight, i) => {
      const c = i % channels;
      largest[c] = Math.max(largest[c], (Math.abs(weight) * most) / divisor);
    });
  }
  return largest;
}

/** The unit, a power of two, in which all weights of a read-out have `most` at most. */
export function readoutUnit(branches: readonly Branch[]): (most: number) => number {
  const channels = 1;
  const [largest] = largestWeights(branches, channels);
  return (most) => (largest === 0 ? 1 : 2 ** Math.ceil(Math.log2(largest / most)));
}

/** Rounds weights and bias of a node to whole multiples of the unit, and divides by it. */
export function inUnits(node: Weighted, unit: ArrayLike<number>, keepsUnit: boolean): Weighted {
  const outputs = unit.length;
  const whole = (data: Float32Array): Float32Array => {
    const size = node.op === 'scale' || data.length < outputs ? Math.max(outputs, data.length) : data.length;
    const result = new Float32Array(size);
    // A loop: `Float32Array.from` with a function takes seven times as long.
    for (let i = 0; i < size; i++) {
      const by = unit[i % outputs];
      const rounded = Math.round(data[i % data.length] / by) + 0;
      result[i] = keepsUnit ? rounded * by : rounded;
    }
    return result;
  };
  const vector = (data: Float32Array) => ({ shape: [Math.max(outputs, data.length)], data: whole(data) });
  const bias = node.bias && { bias: vector(node.bias.data) };
  if (node.op === 'scale') return { ...node, ...bias, factor: vector(node.factor.data) };
  const kernel = { shape: node.kernel.shape, data: whole(node.kernel.data) };
  return node.op === 'dense' ? { ...node, ...bias, kernel } : { ...node, ...bias, kernel };
}
