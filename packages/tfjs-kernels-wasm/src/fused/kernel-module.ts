import type { WasmBackend } from '../wasm-kernel.js';

/** Our own WebAssembly module, working in the memory of a back end of tfjs. */
export interface KernelModule<Exports> {
  /** Why the module cannot run on a back end; undefined if it can. */
  fault(backend: WasmBackend): string | undefined;
  /** The module on a back end; undefined if it cannot run there. */
  on(backend: WasmBackend): Exports | undefined;
}

type Loaded<Exports> = { readonly exports: Exports } | { readonly fault: string };

/**
 * Makes a module of base64. It is compiled when it is first wanted, and started once for each back end.
 *
 * Its code keeps nothing in memory but what it is told to write: it has no data, no stack and no heap of its own, and
 * so shares the memory with tfjs.
 */
export function kernelModule<Exports>(text: string): KernelModule<Exports> {
  const loaded = new WeakMap<WasmBackend, Loaded<Exports>>();
  const load = (backend: WasmBackend): Loaded<Exports> => {
    const found = loaded.get(backend) ?? start<Exports>(text, backend);
    loaded.set(backend, found);
    return found;
  };
  return {
    fault(backend) {
      const found = load(backend);
      return 'fault' in found ? found.fault : undefined;
    },
    on(backend) {
      const found = load(backend);
      return 'exports' in found ? found.exports : undefined;
    },
  };
}

function start<Exports>(text: string, { wasm }: WasmBackend): Loaded<Exports> {
  const memory = wasm.asm?.memory ?? wasm.wasmMemory;
  if (!(memory instanceof WebAssembly.Memory) || memory.buffer !== wasm.HEAPU8.buffer) {
    return { fault: 'the memory of the wasm back end is out of reach' };
  }
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  if (memory.buffer instanceof ArrayBuffer) declareUnshared(bytes);
  if (!WebAssembly.validate(bytes)) return { fault: 'this engine runs no WebAssembly with SIMD' };
  try {
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } });
    return { exports: exports as Exports };
  } catch (error) {
    return { fault: `the kernels cannot be started: ${(error as Error).message}` };
  }
}

/** The import of `memory` as the module declares it: its name, that it is a memory, shared, with a maximum. */
const SHARED_MEMORY = [...new TextEncoder().encode('memory'), 2, 3];

/** Makes the module ask for memory that is not shared, which is a single bit. */
function declareUnshared(bytes: Uint8Array): void {
  const place = bytes.findIndex((_, i) => SHARED_MEMORY.every((byte, k) => bytes[i + k] === byte));
  bytes[place + SHARED_MEMORY.length - 1] = 1;
}

/** Where a tensor's values lie. */
export const addressOf = (backend: WasmBackend, { dataId }: { readonly dataId: object }): number =>
  backend.dataIdMap.get(dataId).memoryOffset;
