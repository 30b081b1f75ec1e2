import { damaged } from './errors.js';

/** Bytes that are decompressed at a time; each may become 1032 (RFC 1951), so at most 8 MB are made too much. */
const STRIDE = 8192;

/** Gives bytes to a decompressor part by part; its errors become ours. */
export function feed(format: string, bytes: Uint8Array, push: (part: Uint8Array, last: boolean) => void): void {
  try {
    for (let at = 0; at < bytes.length; at += STRIDE) {
      push(bytes.subarray(at, at + STRIDE), at + STRIDE >= bytes.length);
    }
  } catch (cause) {
    const { message } = cause as Error;
    throw message.startsWith('Cannot') ? cause : damaged(format, 'it must be whole', message);
  }
}

/** Gathers chunks until there are more than allowed. */
export function collector(most: number): { add: (chunk: Uint8Array) => void; join: () => Uint8Array } {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const add = (chunk: Uint8Array): void => {
    length += chunk.length;
    if (length > most) throw damaged('compressed', `it must hold at most ${most} bytes`, `${length} or more`);
    chunks.push(chunk);
  };
  const join = (): Uint8Array => {
    const content = new Uint8Array(length);
    let at = 0;
    for (const chunk of chunks) {
      content.set(chunk, at);
      at += chunk.length;
    }
    return content;
  };
  return { add, join };
}
