import type { Tensor } from '@spikewright/snn-core';
import { NUMBER_TYPES, type NumberTypeName, readNumbers } from './number-types.js';
import { damaged, show } from './show.js';

interface Place {
  readonly name: string;
  readonly type: NumberTypeName;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

/** Reads a safetensors file: 8 bytes of header length, a JSON header, and the numbers of all tensors without a gap. */
export function readSafetensors(bytes: Uint8Array): Record<string, Tensor> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = bytes.length < 8 ? Number.NaN : Number(view.getBigUint64(0, true));
  if (!(8 + length <= bytes.length)) throw damaged('it must be a .pt, .pth, .th or .safetensors file', length);
  const start = 8 + length;
  const places = Object.entries(headerOf(bytes.subarray(8, start)))
    .filter(([name]) => name !== '__metadata__')
    .map(([name, entry]) => placeOf(name, entry));
  checkPlaces(places, bytes.length - start);
  const tensors: Record<string, Tensor> = Object.create(null);
  for (const { name, type, shape, begin, end } of places) {
    tensors[name] = { shape, data: readNumbers(NUMBER_TYPES[type], bytes.subarray(start + begin, start + end)) };
  }
  return tensors;
}

function headerOf(bytes: Uint8Array): object {
  try {
    const header: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    if (typeof header === 'object' && header !== null && !Array.isArray(header)) return header;
  } catch {
    // Falls through to the one error for both.
  }
  throw damaged('its header must be a JSON object', `${bytes.length} bytes`);
}

function placeOf(name: string, entry: Partial<Record<'dtype' | 'shape' | 'data_offsets', unknown>> | null): Place {
  const { dtype, shape, data_offsets: offsets } = entry ?? {};
  if (!isSizes(shape) || !isSizes(offsets) || offsets.length !== 2) {
    throw damaged(`tensor '${show(name)}' must state dtype, shape and data_offsets`, entry);
  }
  if (typeof dtype !== 'string' || !Object.hasOwn(NUMBER_TYPES, dtype)) {
    throw damaged(`tensor '${show(name)}' must be of type ${Object.keys(NUMBER_TYPES).join(', ')}`, dtype);
  }
  const type = dtype as NumberTypeName;
  const [begin, end] = offsets;
  const size = shape.reduce((product, length) => product * length, 1) * NUMBER_TYPES[type].bytes;
  if (end - begin !== size) throw damaged(`tensor '${show(name)}' must have ${size} bytes`, end - begin);
  return { name, type, shape, begin, end };
}

/** Refuses tensors that overlap, leave gaps or end elsewhere than the file: they could claim more than the file holds. */
function checkPlaces(places: readonly Place[], size: number): void {
  let at = 0;
  for (const { name, begin, end } of places.toSorted((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin !== at) throw damaged(`tensor '${show(name)}' must begin where the one before it ends, at ${at}`, begin);
    at = end;
  }
  if (at !== size) throw damaged(`tensors must fill the ${size} bytes after the header`, at);
}

const isSizes = (value: unknown): value is number[] =>
  Array.isArray(value) && value.length <= 8 && value.every((size) => Number.isSafeInteger(size) && size >= 0);
