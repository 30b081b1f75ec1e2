import { damaged } from './errors.js';
import { inflateZlib } from './inflate.js';
import { MESSAGE, type Message } from './object-header.js';
import { cursor, type Source } from './source.js';

/** One step between the values of a chunk and its stored bytes. */
interface Filter {
  readonly id: number;
  readonly values: readonly number[];
}

/** Registered numbers of filters. */
const [DEFLATE, SHUFFLE, FLETCHER32] = [1, 2, 3];

/** Reads the filters of a dataset in the order in which they were applied. */
export function readFilters(source: Source, messages: readonly Message[]): readonly Filter[] {
  const message = messages.find(({ type }) => type === MESSAGE.filters);
  if (!message) return [];
  const reader = cursor(source, message.start, message.end);
  const [version, count] = [reader.u8(), reader.u8()];
  if (version === 1) reader.skip(6);
  return Array.from({ length: count }, () => {
    const id = reader.u16();
    const named = version === 1 || id >= 256 ? reader.u16() : 0;
    reader.skip(2);
    const values = reader.u16();
    reader.skip(version === 1 ? Math.ceil(named / 8) * 8 : named);
    const list = Array.from({ length: values }, () => reader.u32());
    if (version === 1 && values % 2 === 1) reader.skip(4);
    return { id, values: list };
  });
}

/** What a chunk must become: its length, and by which filters. Bit i of `skipped` says that filter i was not used. */
interface Filtered {
  readonly filters: readonly Filter[];
  readonly skipped: number;
  readonly length: number;
}

/** Undoes the filters of a chunk, last first. */
export function unfilter(source: Source, bytes: Uint8Array, { filters, skipped, length }: Filtered): Uint8Array {
  let content = bytes;
  for (let index = filters.length - 1; index >= 0; index--) {
    if ((skipped >> index) & 1) continue;
    const { id, values } = filters[index];
    // Before its checksum comes off, a chunk has four bytes more.
    if (id === DEFLATE) content = inflateZlib(content, source.zeros(length + 4));
    else if (id === SHUFFLE) content = unshuffle(content, source.zeros(content.length), values[0]);
    else if (id === FLETCHER32) content = content.subarray(0, Math.max(0, content.length - 4));
    else throw damaged('datasets may be compressed by gzip only', `filter ${id}`);
  }
  if (content.length !== length) throw damaged(`a chunk must have ${length} bytes`, content.length);
  return content;
}

/** The shuffle filter stores the first bytes of all values first, then all second bytes, and so on. */
function unshuffle(bytes: Uint8Array, content: Uint8Array, size: number): Uint8Array {
  if (!(size >= 1)) throw damaged('shuffled values must have 1 byte or more', size);
  const count = Math.floor(bytes.length / size);
  content.set(bytes.subarray(count * size), count * size);
  for (let index = 0; index < count; index++) {
    for (let byte = 0; byte < size; byte++) content[index * size + byte] = bytes[byte * count + index];
  }
  return content;
}
