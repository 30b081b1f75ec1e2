import '@tensorflow/tfjs-backend-wasm';
import { setBackend } from '@tensorflow/tfjs-core';

/** Makes tfjs compute in WebAssembly. */
export async function useTfjs(): Promise<void> {
  if (!(await setBackend('wasm'))) throw new Error('Cannot start tfjs: its wasm back end must load: it did not');
}
