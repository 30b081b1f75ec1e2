import type { WasmBackend } from '../wasm-kernel.js';
import { addressOf } from './kernel-module.js';

/** Runs `use` with the address of room for so many floats, then frees it. */
export function withRoom<Result>(backend: WasmBackend, floats: number, use: (address: number) => Result): Result {
  const room = backend.makeOutput([floats], 'float32');
  const result = use(addressOf(backend, room));
  backend.disposeData(room.dataId);
  return result;
}

/** The next multiple. */
export const upTo = (size: number, multiple: number): number => Math.ceil(size / multiple) * multiple;
