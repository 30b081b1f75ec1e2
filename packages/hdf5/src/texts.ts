import type { Datatype } from './datatype.js';
import { damaged } from './errors.js';
import { cursor, isSigned, type Source, untilZero, viewOf } from './source.js';

/** Reads stored texts, of fixed length or listed in a heap of the file. */
export function readTexts(source: Source, { kind, size }: Datatype, bytes: Uint8Array, count: number): string[] {
  const reader = cursor({ ...source, view: viewOf(bytes) }, 0);
  // A text takes memory even where it takes no byte of the file.
  source.spend(count * 8);
  return Array.from({ length: count }, () => {
    if (kind === 'text') return untilZero(reader.bytes(size));
    const [length, heap, index] = [reader.u32(), reader.u64(), reader.u32()];
    return length === 0 ? '' : untilZero(heapObject(source, heap, index).subarray(0, length));
  });
}

/** One object of a global heap. */
function heapObject(source: Source, heap: number, wanted: number): Uint8Array {
  if (!isSigned(source, heap, 'GCOL')) throw damaged('text must lie in a heap', `none at ${heap}`);
  const header = cursor(source, heap + 8);
  const reader = cursor(source, heap + 16, heap + header.u64());
  for (;;) {
    const index = reader.u16();
    reader.skip(6);
    const size = reader.u64();
    if (index === wanted && index !== 0) return reader.bytes(size);
    if (index === 0) throw damaged('every text must be in its heap', `number ${wanted}`);
    reader.skip(Math.ceil(size / 8) * 8);
  }
}
