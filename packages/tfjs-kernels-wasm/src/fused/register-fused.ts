import { findBackend, getKernel, type KernelConfig, registerKernel, unregisterKernel } from '@tensorflow/tfjs-core';
import type { WasmBackend, WasmKernel, WasmKernels } from '../wasm-kernel.js';
import type { KernelModule } from './kernel-module.js';

/**
 * Registers kernels that other back ends do not have, under names of their own. They stay only if their module runs on
 * the back end: if it has started, that is found out now, else when it starts. So a registered kernel is one that works.
 */
export function registerFused(
  module: KernelModule<unknown>,
  kernels: Readonly<Record<string, WasmKernel | WasmKernels>>,
): void {
  const running = findBackend('wasm') as unknown as WasmBackend | null;
  if (running && module.fault(running)) return;
  for (const [kernelName, kernel] of Object.entries(kernels)) {
    registerKernel({
      kernelName,
      backendName: 'wasm',
      kernelFunc: kernel as unknown as KernelConfig['kernelFunc'],
      setupFunc: (backend) => {
        if (module.fault(backend as unknown as WasmBackend)) unregisterKernel(kernelName, 'wasm');
      },
    });
  }
}

/** Why a kernel of a module is not in use; undefined if it is. */
export function whyNot(module: KernelModule<unknown>, kernelName: string): string | undefined {
  const running = findBackend('wasm') as unknown as WasmBackend | null;
  if (!running) return 'the wasm back end has not been started';
  return module.fault(running) ?? (getKernel(kernelName, 'wasm') ? undefined : 'they have not been registered');
}
