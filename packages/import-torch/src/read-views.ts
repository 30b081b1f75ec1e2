import type { Tensor } from '@spikewright/snn-core';
import { NUMBER_TYPES, readNumbers } from './number-types.js';
import { damaged, show } from './show.js';
import { isTensorView, type Storage, type TensorView } from './unpickle.js';

/** What people call the state dict inside a checkpoint. */
const WRAPPERS = ['state_dict', 'model_state_dict', 'model', 'net'];

/**
 * Finds the state dict in what a checkpoint holds, and reads its tensors.
 *
 * @param most - how many numbers may come of it: views could repeat a storage without end
 * @param memoryOf - finds the bytes of a storage
 */
export function readViews(
  value: unknown,
  most: number,
  memoryOf: (storage: Storage) => Uint8Array,
): Record<string, Tensor> {
  const dict = stateDictIn(value);
  const tensors: Record<string, Tensor> = Object.create(null);
  let left = most;
  for (const [name, view] of dict) {
    if (typeof name !== 'string' || !isTensorView(view)) continue;
    const count = view.shape.reduce((product, size) => product * size, 1);
    left -= count;
    if (!(left >= 0)) throw damaged(`tensor '${show(name)}' must not repeat its storage over and over`, count);
    tensors[name] = { shape: view.shape, data: contiguous(name, view, count, memoryOf(view.storage)) };
  }
  if (Object.keys(tensors).length === 0) throw damaged('it must hold a state dict', 'no tensors found');
  return tensors;
}

function stateDictIn(value: unknown): Map<unknown, unknown> {
  if (!(value instanceof Map)) throw damaged('it must hold a state dict', value);
  if (Array.from(value.values()).some(isTensorView)) return value;
  const inner = WRAPPERS.map((name) => value.get(name)).find((candidate) => candidate instanceof Map);
  return inner ?? value;
}

function contiguous(name: string, view: TensorView, count: number, memory: Uint8Array): Float32Array {
  const { storage, offset, shape, strides } = view;
  const last = shape.reduce((place, size, axis) => place + (size - 1) * strides[axis], offset);
  if (count > 0 && last >= storage.count) {
    throw damaged(`tensor '${show(name)}' must lie within its storage of ${storage.count} numbers`, last);
  }
  const type = NUMBER_TYPES[storage.type];
  if (isContiguous(view)) {
    return readNumbers(type, memory.subarray(offset * type.bytes, (offset + count) * type.bytes));
  }
  const bytes = new DataView(memory.buffer, memory.byteOffset, memory.byteLength);
  const numbers = new Float32Array(count);
  const place = shape.map(() => 0);
  for (let i = 0; i < count; i++) {
    const at = place.reduce((sum, position, axis) => sum + position * strides[axis], offset);
    numbers[i] = type.read(bytes, at * type.bytes);
    for (let axis = shape.length - 1; axis >= 0 && ++place[axis] === shape[axis]; axis--) place[axis] = 0;
  }
  return numbers;
}

function isContiguous({ shape, strides }: TensorView): boolean {
  let step = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] !== 1 && strides[axis] !== step) return false;
    step *= shape[axis];
  }
  return true;
}
