import { gzipSync } from 'node:zlib';

/** An idx file written by hand: magic number, big-endian sizes, elements. */
export function idxBytes(code: number, shape: readonly number[], elements: readonly number[]): Uint8Array {
  const sizes = shape.flatMap((size) => [size >>> 24, (size >>> 16) & 255, (size >>> 8) & 255, size & 255]);
  return Uint8Array.from([0, 0, code, shape.length, ...sizes, ...elements]);
}

export function gzipped(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(gzipSync(bytes));
}
