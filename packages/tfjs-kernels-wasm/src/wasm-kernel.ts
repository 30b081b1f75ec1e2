import {
  getKernel,
  type KernelConfig,
  type NamedAttrMap,
  registerKernel,
  type TensorInfo,
  unregisterKernel,
} from '@tensorflow/tfjs-core';

/** What our kernels use of tfjs's WebAssembly back end, whose own type is not exported. */
export interface WasmBackend {
  /** Counts one more tensor that shares the data. */
  incRef(dataId: object): void;
  /** Counts one tensor less; frees the data when none is left. */
  disposeData(dataId: object): boolean;
  /** Makes room for a tensor; what it holds is left over from before. */
  makeOutput(shape: number[], dtype: 'float32'): TensorInfo;
  /** The values of a float32 tensor, valid until the next allocation. */
  typedArrayFromHeap(tensor: TensorInfo): Float32Array;
  /** Where a tensor's values lie in the memory. */
  readonly dataIdMap: { get(dataId: object): { readonly memoryOffset: number } };
  /** The WebAssembly module, made by Emscripten. */
  readonly wasm: {
    readonly HEAPU8: Uint8Array;
    /** What the module exports, in the build without threads. */
    readonly asm?: { readonly memory?: WebAssembly.Memory };
    /** The memory, in the build with threads. */
    readonly wasmMemory?: WebAssembly.Memory;
  };
}

/** The arguments of a kernel of the WebAssembly back end. */
export interface KernelArguments {
  readonly inputs: Readonly<Record<string, TensorInfo>>;
  readonly attrs: NamedAttrMap;
  readonly backend: WasmBackend;
}

/** Computes one output from tensors that live in the memory of the WebAssembly back end. */
export type WasmKernel = (args: KernelArguments) => TensorInfo;

/** Computes several outputs. */
export type WasmKernels = (args: KernelArguments) => TensorInfo[];

/**
 * Finds a registered kernel of the WebAssembly back end.
 *
 * @throws ReferenceError if the back end has no such kernel
 */
export function wasmKernel(name: string): WasmKernel {
  const config = getKernel(name, 'wasm');
  if (!config) throw new ReferenceError(`Cannot find kernel: the wasm back end of tfjs must have it: ${name}`);
  return config.kernelFunc as unknown as WasmKernel;
}

/** Puts a kernel in place of the stock one, whose preparation (`setupFunc`) stays: ours may fall back to it. */
export function replaceKernel(kernelName: string, kernel: WasmKernel | WasmKernels): void {
  const stock = getKernel(kernelName, 'wasm');
  if (stock) unregisterKernel(kernelName, 'wasm');
  const kernelFunc = kernel as unknown as KernelConfig['kernelFunc'];
  registerKernel({ ...stock, kernelName, backendName: 'wasm', kernelFunc });
}

/** Runs a kernel and then frees its inputs: a link of a chain of kernels. */
export function consume(kernel: WasmKernel, { inputs, attrs, backend }: KernelArguments): TensorInfo {
  const output = kernel({ inputs, attrs, backend });
  for (const input of Object.values(inputs)) backend.disposeData(input.dataId);
  return output;
}
