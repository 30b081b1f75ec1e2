import { prepareMasks } from './diagonal';
import { prepare as prepareLists } from './spike-lists';

export { countBits, sumAtBits } from './count';
export { runLayer } from './layer';
export { runNeurons } from './neurons';
export { listSpikes } from './spike-lists';
export { convolveDouble, convolveFloat } from './values';

/** Fills the tables; to be called once. @returns where memory is free from */
export function prepare(): usize {
  prepareLists();
  prepareMasks();
  return __heap_base;
}
