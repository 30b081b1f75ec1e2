import { type Arena, makeArena } from './arena.js';
import { kernels } from './generated/kernels.js';

/** What the WebAssembly module exports; addresses are those of an arena. */
export interface Kernels {
  /** Fills tables; returns the first free address. */
  prepare(): number;
  listSpikes(feed: number, steps: number): void;
  runLayer(layer: number, steps: number): void;
  runNeurons(neurons: number, steps: number): void;
  convolveDouble(values: number): void;
  convolveFloat(values: number): void;
  countBits(bits: number, bytes: number): number;
  sumAtBits(bits: number, bytes: number, counts: number): number;
}

/** Kernels with a memory of their own. */
export interface Machine {
  readonly kernels: Kernels;
  readonly arena: Arena;
}

let compiled: Promise<WebAssembly.Module> | undefined;

/**
 * Compiles the kernels, once in a process.
 *
 * @throws Error where WebAssembly or its SIMD is missing
 */
export function loadKernels(): Promise<WebAssembly.Module> {
  compiled ??= compile();
  return compiled;
}

async function compile(): Promise<WebAssembly.Module> {
  const bytes = Uint8Array.from(atob(kernels), (character) => character.charCodeAt(0));
  if (typeof WebAssembly === 'undefined' || !WebAssembly.validate(bytes)) {
    throw new Error('Cannot load the wasm engine: WebAssembly with SIMD must be supported: it is not here');
  }
  return WebAssembly.compile(bytes);
}

/** Starts compiled kernels with an empty memory. */
export async function startMachine(module: WebAssembly.Module): Promise<Machine> {
  const memory = new WebAssembly.Memory({ initial: 2, maximum: 65_536 });
  const abort = (): never => {
    throw new Error('Cannot run kernels: they must not abort: they did');
  };
  const instance = await WebAssembly.instantiate(module, { env: { memory, abort } });
  const kernels = instance.exports as unknown as Kernels;
  return { kernels, arena: makeArena(memory, kernels.prepare()) };
}
