import { randomStream } from '@spikewright/snn-core';

/** Bytes that lengths, offsets and shapes go wrong with. */
const EXTREMES = [0, 1, 0x7f, 0x80, 0xff];

/** Damages a file in one of the ways that files get damaged, the same way for the same seed. */
export function mutated(file: Uint8Array, seed: number): Uint8Array {
  const random = randomStream(seed, 0, 0);
  const below = (most: number): number => Math.floor(random() * most);
  const bytes = file.slice();
  const way = below(5);
  if (way === 0) return bytes.slice(0, below(bytes.length));
  if (way === 1) {
    const [from, length, to] = [below(bytes.length), below(64), below(bytes.length)];
    bytes.copyWithin(to, from, from + length);
    return bytes;
  }
  if (way === 2) {
    const cut = below(bytes.length);
    return Uint8Array.from([...bytes.subarray(0, cut), ...bytes.subarray(cut + 1 + below(16))]);
  }
  for (let count = 1 + below(8); count > 0; count--) {
    bytes[below(bytes.length)] = way === 3 ? below(256) : EXTREMES[below(EXTREMES.length)];
  }
  return bytes;
}

/** What a run over damaged files may cost at most. */
export interface Cost {
  /** Files that gave an error. */
  readonly refused: number;
  readonly slowest: number;
  /** Growth of this process's memory, in bytes. */
  readonly memory: number;
}

/** Reads damaged copies of files; every one must give a result or an ordinary error. */
export async function fuzz(
  files: readonly Uint8Array[],
  runs: number,
  read: (bytes: Uint8Array) => Promise<unknown>,
): Promise<Cost> {
  const before = process.memoryUsage().rss;
  let [refused, slowest, most] = [0, 0, before];
  for (let seed = 0; seed < runs; seed++) {
    const file = mutated(files[seed % files.length], seed);
    const start = performance.now();
    try {
      await read(file);
    } catch (error) {
      if (!(error instanceof Error) || !error.message.startsWith('Cannot ')) throw error;
      refused++;
    }
    slowest = Math.max(slowest, performance.now() - start);
    if (seed % 64 === 0) most = Math.max(most, process.memoryUsage().rss);
  }
  return { refused, slowest, memory: most - before };
}
