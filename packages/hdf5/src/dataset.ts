import { chunkedBytes } from './chunks.js';
import { elements, type Shape } from './data.js';
import { damaged } from './errors.js';
import { MESSAGE, type Message } from './object-header.js';
import { cursor, type Source, UNDEFINED } from './source.js';

/** Kinds of layout, by their numbers in the file format. */
const [COMPACT, , CHUNKED] = [0, 1, 2];

/** Reads the bytes of a dataset in row-major order, whatever its layout. */
export function datasetBytes(source: Source, messages: readonly Message[], shape: Shape, size: number): Uint8Array {
  const layout = messages.find(({ type }) => type === MESSAGE.layout);
  if (!layout) throw damaged('a dataset must have a layout', 'none');
  const reader = cursor(source, layout.start, layout.end);
  const [version, kind] = [reader.u8(), reader.u8()];
  // Chunks of version 4 have indexes of other kinds.
  if ((version !== 3 && version !== 4) || kind > (version === 3 ? 2 : 1)) {
    throw damaged("datasets must be stored as h5py's default libver='earliest' does", `layout ${version}.${kind}`);
  }
  const length = elements(shape) * size;
  if (kind === CHUNKED) return chunkedBytes(source, reader, messages, shape, size);
  if (kind === COMPACT) return cursor(source, reader.at() + 2, layout.end).bytes(length);
  const address = reader.u64();
  // Space that was never written holds zeros.
  if (address === UNDEFINED) return source.zeros(length);
  return cursor(source, address).bytes(length);
}
