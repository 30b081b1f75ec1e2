/** Memory that kernels and TypeScript share; handed out once, freed as a whole. */
export interface Arena {
  readonly memory: WebAssembly.Memory;
  /** Hands out zeroed bytes at a multiple of 64. @returns their address */
  take(bytes: number): number;
  /** Views hold until the next `take`. */
  bytes(address: number, length: number): Uint8Array;
  words(address: number, length: number): Int32Array;
  floats(address: number, length: number): Float32Array;
  doubles(address: number, length: number): Float64Array;
}

const PAGE = 65_536;
/** What 32-bit addresses reach, and the kernels' memory may have. */
export const MOST_PAGES = 65_535;
/** Kernels copy whole vectors, and may so read and write past the end of a list. */
const SLACK = 128;
/** Rows of weights fill cache lines: what begins elsewhere than at a line would touch two for each. */
const LINE = 64;

const align = (address: number): number => Math.ceil(address / LINE) * LINE;

/** The first address for something else after some bytes. */
export const after = (address: number, bytes: number): number => align(address + bytes + SLACK);

/**
 * Makes an arena over a memory.
 *
 * @param from - the first free address
 */
export function makeArena(memory: WebAssembly.Memory, from: number): Arena {
  let free = align(from);
  return {
    memory,
    take: (bytes) => {
      const address = free;
      free = after(free, bytes);
      reserve(memory, free);
      return address;
    },
    bytes: (address, length) => new Uint8Array(memory.buffer, address, length),
    words: (address, length) => new Int32Array(memory.buffer, address, length),
    floats: (address, length) => new Float32Array(memory.buffer, address, length),
    doubles: (address, length) => new Float64Array(memory.buffer, address, length),
  };
}

function reserve(memory: WebAssembly.Memory, bytes: number): void {
  const pages = Math.ceil(bytes / PAGE);
  const present = memory.buffer.byteLength / PAGE;
  if (pages <= present) return;
  if (pages > MOST_PAGES) {
    throw new RangeError(`Cannot run network: it must fit into 4 GiB of memory: ${bytes} bytes needed`);
  }
  // In larger strides as it grows, so that a network of many parts grows it a few times only.
  const wished = Math.min(MOST_PAGES, Math.max(pages, present + Math.min(present, 256)));
  memory.grow(wished - present);
}
