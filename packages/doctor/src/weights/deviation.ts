import { type Layer, lambdaAt, thresholdAt } from '../layers.js';
import type { Values } from '../values.js';

/** What arrives at a layer, in units in which 1 is a spike a step: as the ANN has it, and as the spiking network has it. */
export interface Arrival {
  readonly node: string;
  readonly channels: number;
  /** The ANN's values divided by λ. */
  readonly expected: Float32Array;
  /** The spiking network's currents divided by θ, its rates being exact. */
  readonly found: Float32Array;
}

/** What arrives at a layer's neurons. */
export function arrivalAt(layer: Layer, ann: Values, snn: Values): Arrival {
  return {
    node: layer.name,
    channels: layer.channels,
    expected: ann.get(layer.annInput)!.map((value, place) => value / lambdaAt(layer, place)),
    found: snn.get(layer.neuron.inputs[0])!.map((value, place) => value / thresholdAt(layer, place)),
  };
}

/**
 * How far what was found is from what was expected: the root of the mean square of the difference, as a share of that of
 * the expected values.
 */
export function deviation({ expected, found }: Pick<Arrival, 'expected' | 'found'>): number {
  let [difference, size] = [0, 0];
  for (let i = 0; i < expected.length; i++) {
    difference += (found[i] - expected[i]) ** 2;
    size += expected[i] ** 2;
  }
  return difference === 0 ? 0 : Math.sqrt(difference / size);
}

/** What an explanation may leave of a deviation: rounding alone. */
export const EXPLAINED = 0.01;

/** Whether what is left once a supposed fault is undone is nothing, beside what was there. */
export const explains = (arrival: Arrival, undone: Pick<Arrival, 'expected' | 'found'>): boolean =>
  deviation(undone) < EXPLAINED * deviation(arrival);

/** The best straight line of each channel: found = slope · expected + offset. */
export interface Line {
  readonly slope: number;
  readonly offset: number;
}

/** Fits a line to each channel by least squares; a channel whose expected values are constant keeps the slope 1. */
export function fitChannels({ expected, found, channels }: Arrival): Line[] {
  return Array.from({ length: channels }, (_, channel) => {
    let [n, x, y, xx, xy] = [0, 0, 0, 0, 0];
    for (let i = channel; i < expected.length; i += channels) {
      n += 1;
      x += expected[i];
      y += found[i];
      xx += expected[i] ** 2;
      xy += expected[i] * found[i];
    }
    const spread = n * xx - x * x;
    const slope = spread > 1e-9 * n * xx ? (n * xy - x * y) / spread : 1;
    return { slope, offset: (y - slope * x) / n };
  });
}

/** Whether the whole deviation is that each channel follows a line. */
export function linesExplain(arrival: Arrival, lines: readonly Line[]): boolean {
  const expected = arrival.expected.map((value, place) => {
    const { slope, offset } = lines[place % arrival.channels];
    return slope * value + offset;
  });
  return explains(arrival, { expected, found: arrival.found });
}
