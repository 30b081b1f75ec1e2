import { randomStream } from '@spikewright/snn-core';
import { compileKernels } from '../scripts/compile-kernels.mjs';

/** Every kernel by itself, on a memory of its own. */
export interface Bench {
  readonly call: Readonly<Record<string, (...given: number[]) => number>>;
  readonly memory: WebAssembly.Memory;
  /** Puts numbers into memory and returns their address. */
  put(numbers: ArrayLike<number> & ArrayBufferView): number;
  /** Makes room. */
  take(bytes: number): number;
}

/** Compiles the kernels for tests. */
export async function openBench(): Promise<Bench> {
  const module = await WebAssembly.compile(await compileKernels('assembly/each.ts'));
  const memory = new WebAssembly.Memory({ initial: 64, maximum: 65_535, shared: true });
  const { exports } = await WebAssembly.instantiate(module, { env: { memory, abort: () => undefined } });
  const call = exports as unknown as Bench['call'];
  call.prepare(1024, 8192);
  let free = 16_384;
  const take = (bytes: number): number => {
    const address = free;
    free += Math.ceil((bytes + 64) / 64) * 64;
    if (free > memory.buffer.byteLength) throw new Error('Cannot test kernels: memory must do: it is full');
    return address;
  };
  const put: Bench['put'] = (numbers) => {
    const address = take(numbers.byteLength);
    const bytes = new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
    new Uint8Array(memory.buffer).set(bytes, address);
    return address;
  };
  return { call, memory, put, take };
}

/** Whole numbers from `least` to `most`. */
export function wholes(seed: number, length: number, least: number, most: number): number[] {
  const random = randomStream(seed, length);
  return Array.from({ length }, () => least + Math.floor((most - least + 1) * random()));
}
