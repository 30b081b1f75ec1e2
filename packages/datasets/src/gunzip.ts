/** No DEFLATE stream grows by more than this (RFC 1951: 258 bytes from a length and a distance of one bit each). */
const MOST_GROWTH = 1032;

/** Whether bytes begin as a gzip file does: `1f 8b`. */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/**
 * Decompresses a gzip file of one member into a buffer of the size that its trailer gives.
 *
 * Memory is taken only after that size was found possible and `check` has seen the first bytes.
 *
 * @param check - throws when it does not like the first bytes (at least `enough`, or all) or the whole size
 * @throws TypeError when the file is damaged
 */
export async function gunzip(
  bytes: Uint8Array,
  enough: number,
  check: (start: Uint8Array, size: number) => void,
): Promise<Uint8Array> {
  const size = promisedSize(bytes);
  const chunks = decompress(bytes);
  const start = await gather(chunks, enough);
  check(start, size);
  const content = new Uint8Array(size);
  let filled = 0;
  const put = (chunk: Uint8Array): void => {
    if (filled + chunk.length > size) throw damaged(`its trailer promises ${size} bytes and it holds more`);
    content.set(chunk, filled);
    filled += chunk.length;
  };
  put(start);
  for await (const chunk of chunks) put(chunk);
  if (filled < size) throw damaged(`its trailer promises ${size} bytes and it holds ${filled}`);
  return content;
}

/** The size of the content modulo 2^32, from the last four bytes. */
function promisedSize(bytes: Uint8Array): number {
  // Header and trailer alone are 18 bytes.
  if (bytes.length < 18) throw damaged(`${bytes.length} bytes`);
  const size = new DataView(bytes.buffer, bytes.byteOffset, bytes.length).getUint32(bytes.length - 4, true);
  if (size > bytes.length * MOST_GROWTH) throw damaged(`${bytes.length} bytes cannot hold the ${size} of its trailer`);
  return size;
}

async function* decompress(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
  const source = new ReadableStream<BufferSource>({
    start(controller) {
      controller.enqueue(bytes as Uint8Array<ArrayBuffer>);
      controller.close();
    },
  });
  const reader = source.pipeThrough(new DecompressionStream('gzip')).getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } catch (cause) {
    throw damaged(cause instanceof Error ? cause.message : String(cause), cause);
  } finally {
    // Stops the work when the consumer leaves early; on a stream that has failed there is nothing to stop.
    await reader.cancel().catch(() => {});
  }
}

/** Takes chunks until there are enough bytes, or no more. */
async function gather(chunks: AsyncGenerator<Uint8Array, void, undefined>, enough: number): Promise<Uint8Array> {
  let start: Uint8Array = new Uint8Array(0);
  while (start.length < enough) {
    const { done, value } = await chunks.next();
    if (done) break;
    const longer = new Uint8Array(start.length + value.length);
    longer.set(start);
    longer.set(value, start.length);
    start = longer;
  }
  return start;
}

function damaged(value: string, cause?: unknown): TypeError {
  return new TypeError(`Cannot read idx: the gzip data must be whole: ${value}`, { cause });
}
