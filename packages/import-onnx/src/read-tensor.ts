import type { TensorProto } from 'onnx-buf';
import { NUMBER_TYPES } from './number-types.js';
import { show } from './show.js';
import { type Constant, product } from './values.js';

/**
 * Reads a tensor of the file. Sizes are checked before anything is allocated.
 *
 * @throws TypeError if it is damaged, lies in another file, or holds no numbers
 */
export function readTensor(tensor: TensorProto): Constant {
  if (tensor.dataLocation === 1 || tensor.externalData.length > 0) {
    const file = tensor.externalData.find(({ key }) => key === 'location')?.value ?? 'another file';
    throw damaged(
      tensor,
      'its numbers must be in the file itself (onnx.save writes one file unless told otherwise)',
      file,
    );
  }
  if (tensor.segment) throw damaged(tensor, 'its numbers must be in one piece', 'a segment');
  const type = NUMBER_TYPES[tensor.dataType];
  if (!type) throw damaged(tensor, 'it must hold floats, whole numbers or booleans', `type ${tensor.dataType}`);
  const dims = tensor.dims.map(Number);
  const size = product(dims);
  if (!dims.every((dim) => Number.isSafeInteger(dim) && dim >= 0) || !Number.isSafeInteger(size)) {
    throw damaged(tensor, 'its sizes must be whole numbers of at least 0', dims);
  }
  const listed = tensor[type.field];
  const held = tensor.rawData.length > 0 ? tensor.rawData.length / type.bytes : listed.length;
  if (held !== size) throw damaged(tensor, `its shape [${dims}] must hold ${size} numbers`, held);
  const data = type.single ? new Float32Array(size) : new Float64Array(size);
  if (tensor.rawData.length > 0) {
    const { buffer, byteOffset, byteLength } = tensor.rawData;
    const view = new DataView(buffer, byteOffset, byteLength);
    for (let i = 0; i < size; i++) data[i] = type.read(view, i * type.bytes);
  } else {
    const decode = type.decode ?? Number;
    for (let i = 0; i < size; i++) data[i] = decode(Number(listed[i]));
  }
  return { dims, data };
}

const damaged = ({ name }: TensorProto, rule: string, value: unknown): TypeError =>
  new TypeError(`Cannot read tensor '${show(name)}' of the ONNX file: ${rule}: ${show(value)}`);
