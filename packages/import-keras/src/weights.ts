import type { Hdf5 } from '@spikewright/hdf5';
import type { Tensor } from '@spikewright/snn-core';
import { faulty } from './errors.js';
import { tensorAt, textsAt } from './from-hdf5.js';
import type { FindWeight } from './graph.js';

/** Finds weights in an HDF5 file, in the layout of Keras 3 or in the one before it. */
export function weightsIn(file: Hdf5): FindWeight {
  // Keras 2.12 to 2.15 call the same folder otherwise.
  for (const folder of ['layers', '_layer_checkpoint_dependencies']) {
    if (file.has(folder) && !file.attribute('', 'layer_names0') && !file.attribute('', 'layer_names')) {
      return ({ storage }, _variable, position) => {
        const path = `${storage.replaceAll(/(^|\/)layers\//g, `$1${folder}/`)}/vars/${position}`;
        return file.has(path) ? tensorAt(file, path) : undefined;
      };
    }
  }
  return legacyWeights(file, file.has('model_weights') ? 'model_weights' : '');
}

/** Keras 2, and .h5 files of Keras 3: a group for each layer, which lists its weights as `conv1/kernel:0`. */
function legacyWeights(file: Hdf5, root: string): FindWeight {
  const listed = new Map<string, readonly string[]>();
  return ({ layer, within }, variable) => {
    const group = [root, within[0] ?? layer].filter((part) => part !== '').join('/');
    const names = listed.get(group) ?? textList(file, group, 'weight_names');
    listed.set(group, names);
    const ending = within.length > 0 ? `${layer}/${variable}` : variable;
    const found = names.find((name) => isCalled(name, ending));
    return found === undefined ? undefined : tensorAt(file, `${group}/${found}`);
  };
}

/** A list of texts; where it is too long for one attribute, Keras writes `name0`, `name1`, … */
function textList(file: Hdf5, path: string, name: string): readonly string[] {
  const whole = textsAt(file, path, name);
  if (whole) return whole;
  const list: string[] = [];
  for (let index = 0; ; index++) {
    const part = textsAt(file, path, `${name}${index}`);
    if (!part) return list;
    list.push(...part);
  }
}

/** Whether a path such as `model/conv1/kernel:0` ends with a name. */
function isCalled(path: string, ending: string): boolean {
  const plain = path.replace(/:\d+$/, '');
  return plain === ending || plain.endsWith(`/${ending}`);
}

/** Finds weights by name in a TensorFlow.js manifest. */
export function weightsNamed(tensors: ReadonlyMap<string, Tensor>): FindWeight {
  return ({ layer }, variable) => {
    const ending = `${layer}/${variable}`;
    const exact = tensors.get(ending);
    if (exact) return exact;
    const found = [...tensors].filter(([name]) => isCalled(name, ending));
    if (found.length > 1)
      throw faulty(
        layer,
        `one ${variable} must belong to it`,
        found.map(([name]) => name),
      );
    return found[0]?.[1];
  };
}
