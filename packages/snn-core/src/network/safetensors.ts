import { show } from '../errors.js';
import type { Tensor } from './network.js';

/** Named tensors and named strings, as a safetensors file holds them. */
export interface TensorFile {
  readonly tensors: Readonly<Record<string, Tensor>>;
  readonly metadata: Readonly<Record<string, string>>;
}

/** No header of a real file comes near it; the limit of the safetensors library itself. */
const LARGEST_HEADER = 100_000_000;

/**
 * Writes tensors in the safetensors layout: 8 bytes of header length, a JSON header, float32 data, little endian.
 * Any safetensors reader (Python, Rust, ...) opens it. Equal content gives equal bytes, whatever the key order.
 */
export function writeSafetensors(
  tensors: Readonly<Record<string, Tensor>>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const names = Object.keys(tensors).sort();
  const header: Record<string, unknown> = {
    __metadata__: Object.fromEntries(Object.entries(metadata).sort(([a], [b]) => (a < b ? -1 : 1))),
  };
  let end = 0;
  for (const name of names) {
    const { shape, data } = tensors[name];
    header[name] = { dtype: 'F32', shape, data_offsets: [end, end + data.length * 4] };
    end += data.length * 4;
  }
  const text = new TextEncoder().encode(JSON.stringify(header));
  const start = 8 + Math.ceil(text.length / 8) * 8;
  const bytes = new Uint8Array(start + end);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(start - 8), true);
  bytes.fill(0x20, 8, start);
  bytes.set(text, 8);
  let at = start;
  for (const name of names) for (const value of tensors[name].data) at = putFloat(view, at, value);
  return bytes;
}

/**
 * Reads a safetensors file of float32 tensors. Sizes are checked before anything is allocated.
 *
 * @throws TypeError if the bytes are damaged or truncated, or hold another number type
 */
export function readSafetensors(bytes: Uint8Array): TensorFile {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 8) throw damaged('it must have a header of at least 8 bytes', bytes.length);
  const length = Number(view.getBigUint64(0, true));
  if (length > LARGEST_HEADER || 8 + length > bytes.length) throw damaged('its header must fit the file', length);
  const { __metadata__: metadata = {}, ...entries } = parseHeader(bytes.subarray(8, 8 + length));
  if (!isRecord(metadata) || Object.values(metadata).some((value) => typeof value !== 'string')) {
    throw damaged('its metadata must be strings', metadata);
  }
  const tensors: Record<string, Tensor> = Object.create(null);
  const places = Object.entries(entries).map(([name, entry]) => readPlace(name, entry));
  checkPlaces(places, bytes.length - 8 - length);
  for (const { name, shape, begin, end } of places) {
    const data = new Float32Array((end - begin) / 4);
    for (let i = 0; i < data.length; i++) data[i] = view.getFloat32(8 + length + begin + i * 4, true);
    tensors[name] = { shape, data };
  }
  return { tensors, metadata: metadata as Record<string, string> };
}

/** Where a tensor lies, in bytes after the header. */
interface Place {
  readonly name: string;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

function readPlace(name: string, entry: unknown): Place {
  if (!isRecord(entry) || !isSizes(entry.shape) || !isSizes(entry.data_offsets) || entry.data_offsets.length !== 2) {
    throw damaged(`tensor '${show(name)}' must state dtype, shape and data_offsets`, entry);
  }
  if (entry.dtype !== 'F32') throw damaged(`tensor '${show(name)}' must be of type F32`, entry.dtype);
  const count = entry.shape.reduce((product, size) => product * size, 1);
  const [begin, end] = entry.data_offsets;
  if (end - begin !== count * 4) {
    throw damaged(`tensor '${show(name)}' must fit its shape`, `[${entry.shape}] at ${begin} to ${end}`);
  }
  return { name, shape: entry.shape, begin, end };
}

/** Refuses tensors that overlap, leave gaps or end elsewhere than the file: they could claim more than the file holds. */
function checkPlaces(places: readonly Place[], size: number): void {
  let at = 0;
  for (const { name, begin, end } of places.toSorted((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin !== at) throw damaged(`tensor '${show(name)}' must begin where the one before it ends, at ${at}`, begin);
    at = end;
  }
  if (at !== size) throw damaged(`its tensors must fill the ${size} bytes after the header`, at);
}

function parseHeader(bytes: Uint8Array): Record<string, unknown> {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw damaged('its header must be JSON', `${bytes.length} bytes`);
  }
  if (!isRecord(header)) throw damaged('its header must be an object', header);
  return header;
}

function putFloat(view: DataView, at: number, value: number): number {
  view.setFloat32(at, value, true);
  return at + 4;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isSizes = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);

const damaged = (rule: string, value: unknown): TypeError =>
  new TypeError(`Cannot read the safetensors file: ${rule}: ${show(value)}`);
