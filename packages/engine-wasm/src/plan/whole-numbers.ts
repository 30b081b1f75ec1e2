import type { Neuron } from '@spikewright/snn-core';
import { countPlaces, placesOf } from './binary-digits.js';
import { windowSize } from './feeds.js';
import type { Current, Term } from './terms.js';

/** How a layer is computed in whole numbers: the same sums as in real ones, in a unit of 2^-places a channel. */
export interface WholeNumbers {
  /** What a value is multiplied by to be whole, a power of two for each channel. */
  readonly scale: Float64Array;
  /** 7 where all weights are from -64 to 63, else 8. */
  readonly bits: 7 | 8;
  /** The most rows of weights that 16 bits surely add up, for each term; even. */
  readonly limits: readonly number[];
  /** Whether `limits` leave room for the bias in 16 bits. */
  readonly biasFits: boolean;
  /** The most that a potential can move in a step. */
  readonly reach: number;
}

/** Sums of 16 bits. */
const LARGEST_SUM = 32_767;
/** Larger biases would leave too little of a sum for weights. */
const LARGEST_BIAS = 16_384;
/** Potentials and thresholds beyond this are left to floats. */
const LARGEST = 2 ** 29;

/**
 * Finds for each channel a unit in which weights are whole and have 8 bits at most, and biases, thresholds and initial
 * potentials are whole too; undefined where there is none.
 *
 * @param neuron - the layer's neurons, or undefined for plain currents
 */
export function wholeNumbers(current: Current, channels: number, neuron: Neuron | undefined): WholeNumbers | undefined {
  const places = new Uint8Array(channels);
  for (const term of current.terms) {
    const shift = Math.log2(term.feed.divisor);
    if (!Number.isInteger(shift) || !countPlaces(spread(valuesOf(term), channels), shift, places)) return undefined;
  }
  for (const { data } of current.biases) if (!countPlaces(spread(data, channels), 0, places)) return undefined;
  if (neuron && !countNeuron(neuron, places)) return undefined;
  const scale = Float64Array.from(places, (count) => 2 ** count);
  return measure(current, scale, neuron);
}

const valuesOf = (term: Term): Float32Array => (term.kind === 'gather' ? term.kernel : term.factor);

/** A single value repeated, so that values go through the channels in turn. */
const spread = (values: Float32Array, channels: number): Float32Array =>
  values.length === 1 && channels > 1 ? new Float32Array(channels).fill(values[0]) : values;

function countNeuron({ threshold, initial }: Neuron, places: Uint8Array): boolean {
  const size = Math.max(threshold.data.length, initial.data.length, places.length);
  for (let i = 0; i < size; i++) {
    const theta = threshold.data[i % threshold.data.length];
    const start = theta * initial.data[i % initial.data.length];
    const needed = Math.max(placesOf(theta), placesOf(start));
    if (!Number.isFinite(needed)) return false;
    const c = i % places.length;
    places[c] = Math.max(places[c], needed);
  }
  return true;
}

function measure(current: Current, scale: Float64Array, neuron: Neuron | undefined): WholeNumbers | undefined {
  const bias = current.biases.reduce((sum, { data }) => sum + largest(data, scale), 0);
  const biasFits = bias <= LARGEST_BIAS;
  const room = biasFits ? LARGEST_SUM - bias : LARGEST_SUM;
  let [least, most, reach] = [0, 0, 0];
  const limits: number[] = [];
  for (const term of current.terms) {
    const range = rangeOf(term, scale);
    reach += range.reach;
    limits.push(range.reach <= room ? 2 ** 30 : Math.floor(room / range.single / 2) * 2);
    if (term.kind === 'diagonal') continue;
    least = Math.min(least, range.least);
    most = Math.max(most, range.most);
  }
  const theta = neuron ? largest(neuron.threshold.data, scale) : 0;
  const start = neuron ? theta * neuron.initial.data.reduce((peak, value) => Math.max(peak, Math.abs(value)), 0) : 0;
  if (least < -128 || most > 127 || Math.max(theta, start, reach + bias) > LARGEST) return undefined;
  return { scale, bits: least >= -64 && most <= 63 ? 7 : 8, limits, biasFits, reach: reach + bias };
}

const largest = (values: Float32Array, scale: Float64Array): number =>
  values.reduce((peak, value, i) => Math.max(peak, Math.abs(value) * scale[i % scale.length]), 0);

interface Range {
  readonly least: number;
  readonly most: number;
  /** The largest sum, positive or negative, when every input spikes. */
  readonly reach: number;
  /** The largest weight. */
  readonly single: number;
}

function rangeOf(term: Term, scale: Float64Array): Range {
  const values = spread(valuesOf(term), scale.length);
  const channels = scale.length;
  const [positive, negative] = [new Float64Array(channels), new Float64Array(channels)];
  let [least, most] = [0, 0];
  for (let i = 0, c = 0; i < values.length; i++, c = c + 1 === channels ? 0 : c + 1) {
    const value = (values[i] * scale[c]) / term.feed.divisor;
    if (value > 0) positive[c] += value;
    else negative[c] -= value;
    if (value > most) most = value;
    if (value < least) least = value;
  }
  // A row is listed once for each spike under its pooling window, and for each part that fills its channel.
  const furthest = Math.max(peak(positive), peak(negative));
  const reach = term.feed.parts.reduce((sum, part) => sum + windowSize(part), 0) * furthest;
  return { least, most, reach, single: Math.max(most, -least, 1) };
}

const peak = (values: Float64Array): number => values.reduce((most, value) => Math.max(most, value), 0);
