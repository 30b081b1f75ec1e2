import { elements, type Shape, type Value } from './data.js';
import { datasetBytes } from './dataset.js';
import { type Datatype, readDatatype } from './datatype.js';
import { damaged, show } from './errors.js';
import { readNumbers } from './numbers.js';
import { MESSAGE, type Message } from './object-header.js';
import { cursor, type Source, UNDEFINED } from './source.js';
import { readTexts } from './texts.js';

/** Reads a dataset by the messages of its header. */
export function readDataset(source: Source, messages: readonly Message[], path: string): Value {
  const [space, type] = [MESSAGE.dataspace, MESSAGE.datatype].map((kind) => messages.find((one) => one.type === kind));
  if (!space || !type) throw damaged(`'${show(path)}' must be a dataset`, 'a group');
  const shape = readDataspace(source, space.start, space.end);
  const datatype = readDatatype(source, type.start, type.end);
  requireReadable(datatype, `dataset '${show(path)}'`);
  return readValue(source, datatype, shape, datasetBytes(source, messages, shape, datatype.size));
}

/** Reads an attribute by the messages of the header it belongs to; undefined where there is none of this name. */
export function readAttribute(source: Source, messages: readonly Message[], wanted: string): Value | undefined {
  for (const { type, start, end } of messages) {
    if (type === MESSAGE.attributeInfo) requireCompact(source, start);
    if (type !== MESSAGE.attribute) continue;
    const reader = cursor(source, start, end);
    const version = reader.u8();
    reader.skip(1);
    const sizes = [reader.u16(), reader.u16(), reader.u16()];
    if (version === 3) reader.skip(1);
    // Version 1 pads each part to 8 bytes.
    const [nameSize, typeSize, spaceSize] = version === 1 ? sizes.map((size) => Math.ceil(size / 8) * 8) : sizes;
    if (reader.text(nameSize) !== wanted) continue;
    const typeAt = reader.at();
    const datatype = readDatatype(source, typeAt, end);
    const shape = readDataspace(source, typeAt + typeSize, end);
    requireReadable(datatype, `attribute '${show(wanted)}'`);
    const bytes = cursor(source, typeAt + typeSize + spaceSize, end).bytes(elements(shape) * datatype.size);
    return readValue(source, datatype, shape, bytes);
  }
  return undefined;
}

function requireReadable({ kind, size }: Datatype, what: string): void {
  if (kind === 'other') throw damaged(`${what} must hold numbers or text`, `something else of ${size} bytes`);
}

function readValue(source: Source, datatype: Datatype, shape: Shape, bytes: Uint8Array): Value {
  if (datatype.kind === 'text' || datatype.kind === 'listed text') {
    return { shape, texts: readTexts(source, datatype, bytes, elements(shape)) };
  }
  source.spend(4 * elements(shape));
  return { shape, data: readNumbers(datatype, bytes) };
}

/** Reads a dataspace message: sizes along each axis, none for a scalar. */
function readDataspace(source: Source, start: number, end: number): Shape {
  const reader = cursor(source, start, end);
  const [version, rank] = [reader.u8(), reader.u8()];
  if (version !== 1 && version !== 2) throw damaged('a dataspace must have version 1 or 2', version);
  reader.skip(1);
  const isNull = reader.u8() === 2 && version === 2;
  if (version === 1) reader.skip(4);
  return isNull ? [0] : Array.from({ length: rank }, () => reader.u64());
}

/** Attributes that are not in the object itself but in a heap are not read: say so instead of finding none. */
function requireCompact(source: Source, start: number): void {
  const reader = cursor(source, start + 1);
  if (reader.u8() & 1) reader.skip(2);
  if (reader.u64() !== UNDEFINED) {
    throw damaged("attributes must be stored as h5py's default libver='earliest' does", 'attributes in a heap');
  }
}
