import { kernels } from '../generated/kernels.js';

/** What the WebAssembly module exports; addresses are those of an arena. */
export interface Kernels {
  /** Writes tables to their place; `own` is room of the thread's own. */
  prepare(tables: number, own: number): void;
  listSpikes(feed: number, steps: number): void;
  runLayer(layer: number, steps: number): void;
  runNeurons(neurons: number, steps: number): void;
  convolveDouble(values: number, steps: number): void;
  convolveFloat(values: number, steps: number): void;
  countBits(bits: number, bytes: number): number;
  countMaskedBits(bits: number, bytes: number, mask: number): number;
  sumAtBits(bits: number, bytes: number, counts: number): number;
}

/** The kernels that a plan calls, each with the address of a record and a number of steps. */
export const CALLED = ['listSpikes', 'runLayer', 'runNeurons', 'convolveDouble'] as const;

/** One call: the place of a kernel in `CALLED`, and the address of its record. */
export type Call = readonly [kernel: number, record: number];

const compiled = new Map<boolean, Promise<WebAssembly.Module>>();

/** Whether kernels run here at all: they need WebAssembly with SIMD. */
export const canRunKernels = (): boolean =>
  typeof WebAssembly !== 'undefined' && WebAssembly.validate(readKernels(false));

/**
 * Compiles the kernels, once in a process.
 *
 * @param shared - whether threads will share their memory
 */
export function loadKernels(shared: boolean): Promise<WebAssembly.Module> {
  const module = compiled.get(shared) ?? WebAssembly.compile(readKernels(shared));
  compiled.set(shared, module);
  return module;
}

function readKernels(shared: boolean): Uint8Array<ArrayBuffer> {
  const bytes = Uint8Array.from(atob(kernels), (character) => character.charCodeAt(0));
  if (!shared) declareUnshared(bytes);
  return bytes;
}

/** The import of `memory` as the module declares it: its name, that it is a memory, shared, with a maximum. */
const SHARED_MEMORY = [...new TextEncoder().encode('memory'), 2, 3];

/** Makes the module ask for memory that is not shared, which is a single bit: shared memory is not to be had everywhere. */
function declareUnshared(bytes: Uint8Array): void {
  const place = bytes.findIndex((_, i) => SHARED_MEMORY.every((byte, k) => bytes[i + k] === byte));
  bytes[place + SHARED_MEMORY.length - 1] = 1;
}
