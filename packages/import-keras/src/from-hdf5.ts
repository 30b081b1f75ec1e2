import type { Hdf5 } from '@spikewright/hdf5';
import type { Tensor } from '@spikewright/snn-core';
import { damaged, show } from './errors.js';

/** The text or texts of an attribute; undefined where there is none. */
export function textsAt(file: Hdf5, path: string, name: string): readonly string[] | undefined {
  const value = file.attribute(path, name);
  if (value && !('texts' in value)) throw damaged('HDF5', `attribute '${show(name)}' must be text`, 'numbers');
  return value?.texts;
}

/** The numbers of a dataset, which must be there. */
export function tensorAt(file: Hdf5, path: string): Tensor {
  if (!file.has(path)) throw new ReferenceError(`Cannot read the HDF5 file: weights must exist: '${show(path)}'`);
  const value = file.dataset(path);
  if ('texts' in value) throw damaged('HDF5', `'${show(path)}' must hold numbers`, 'text');
  return value;
}
