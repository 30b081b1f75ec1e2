import { PLACES_BYTES } from '../src/layout';
import { prepareMasks } from './diagonal';
import { preparePin } from './pin';
import { preparePlaces } from './spike-lists';

export { countBits, countMaskedBits, sumAtBits } from './count';
export { runLayer } from './layer';
export { runNeurons } from './neurons';
export { listSpikes } from './spike-lists';
export { convolveDouble, convolveFloat } from './values';

/**
 * Writes the tables that kernels look into; to be called once by every thread.
 *
 * @param tables - where they are, for all threads
 * @param own - 16 bytes of the thread's own
 */
export function prepare(tables: usize, own: usize): void {
  preparePlaces(tables);
  prepareMasks(tables + PLACES_BYTES);
  preparePin(own);
}
