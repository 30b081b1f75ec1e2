import { randomStream } from '../random.js';
import type { RunOptions } from './engine.js';

/** Beyond all steps, so that no draw here is one of an encoder, which knows (seed, sample, step) alone. */
const LAYER_STRIDE = 2 ** 17;

/**
 * Loses some of the spikes that a layer of neurons sends in a step: sets them to 0, and writes what the next layers see, spikes
 * of height 1 / (1 - share).
 *
 * @param spikes - the spikes of the step, changed in place
 * @param into - as many values, what arrives
 * @param place - where the sample takes its draws from: its place in the data set, the step from 1, and the neuron node's
 * place among the network's nodes
 */
export function loseSpikes(
  spikes: Int32Array,
  into: Float64Array,
  { seed, dropout = 0 }: Pick<RunOptions, 'seed' | 'dropout'>,
  place: { readonly sample: number; readonly step: number; readonly node: number },
): void {
  const random = randomStream(seed, place.sample, (place.node + 1) * LAYER_STRIDE + place.step);
  const height = 1 / (1 - dropout);
  for (let i = 0; i < spikes.length; i++) {
    if (spikes[i] !== 0 && random() < dropout) spikes[i] = 0;
    into[i] = spikes[i] * height;
  }
}
