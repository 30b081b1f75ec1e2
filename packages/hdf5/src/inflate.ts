import { Unzlib } from 'fflate';
import { damaged } from './errors.js';

/** Bytes that are decompressed at a time; each may become 1032 (RFC 1951), so at most 8 MB are made too much. */
const STRIDE = 8192;

/**
 * Decompresses zlib data into given memory.
 *
 * @returns the part of it that was written
 */
export function inflateZlib(bytes: Uint8Array, into: Uint8Array): Uint8Array {
  let length = 0;
  const stream = new Unzlib((part) => {
    if (length + part.length > into.length) throw damaged(`a chunk must have at most ${into.length} bytes`, 'more');
    into.set(part, length);
    length += part.length;
  });
  try {
    for (let at = 0; at < bytes.length; at += STRIDE) {
      stream.push(bytes.subarray(at, at + STRIDE), at + STRIDE >= bytes.length);
    }
  } catch (cause) {
    const { message } = cause as Error;
    throw message.startsWith('Cannot') ? cause : damaged('compressed data must be whole', message);
  }
  return into.subarray(0, length);
}
