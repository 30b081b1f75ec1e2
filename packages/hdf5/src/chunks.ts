import { elements, type Shape } from './data.js';
import { damaged } from './errors.js';
import { readFilters, unfilter } from './filters.js';
import { treeLeaves } from './links.js';
import type { Message } from './object-header.js';
import { type Cursor, cursor, type Source, UNDEFINED } from './source.js';

/** Puts the chunks of a dataset into one array; `reader` stands in its layout, behind the kind. */
export function chunkedBytes(
  source: Source,
  reader: Cursor,
  messages: readonly Message[],
  shape: Shape,
  size: number,
): Uint8Array {
  const rank = reader.u8() - 1;
  const tree = reader.u64();
  const chunk = Array.from({ length: rank }, () => reader.u32());
  if (rank !== shape.length || chunk.some((length) => length === 0) || reader.u32() !== size) {
    throw damaged(`chunks must fit their dataset [${shape}]`, `[${chunk}]`);
  }
  const content = source.zeros(elements(shape) * size);
  if (tree === UNDEFINED) return content;
  const filters = readFilters(source, messages);
  const length = elements(chunk) * size;
  for (const { key, child } of treeLeaves(source, tree, 1, 8 + 8 * (rank + 1))) {
    const place = cursor(source, key);
    const [stored, skipped] = [place.u32(), place.u32()];
    const offset = Array.from({ length: rank }, () => place.u64());
    const bytes = unfilter(source, cursor(source, child).bytes(stored), { filters, skipped, length });
    copyChunk(bytes, content, { chunk, offset, shape, size });
  }
  return content;
}

interface Placement {
  readonly chunk: Shape;
  readonly offset: Shape;
  readonly shape: Shape;
  readonly size: number;
}

/** Copies a chunk row by row; what reaches over the edge of the dataset is left out. */
function copyChunk(from: Uint8Array, to: Uint8Array, { chunk, offset, shape, size }: Placement): void {
  const last = shape.length - 1;
  const width = Math.min(chunk[last], shape[last] - offset[last]) * size;
  const rows = elements(chunk) / chunk[last];
  if (offset.some((start, axis) => start >= shape[axis])) throw damaged('chunks must lie in their dataset', offset);
  for (let row = 0; row < rows; row++) {
    let [rest, target, stride, inside] = [row, offset[last], shape[last], true];
    for (let axis = last - 1; axis >= 0; axis--) {
      const position = offset[axis] + (rest % chunk[axis]);
      inside &&= position < shape[axis];
      rest = Math.floor(rest / chunk[axis]);
      target += position * stride;
      stride *= shape[axis];
    }
    const start = row * chunk[last] * size;
    if (inside) to.set(from.subarray(start, start + width), target * size);
  }
}
