import { expect, test } from 'vitest';
import { compileKernels, MODULES } from '../scripts/compile-kernels.mjs';

const compiled = new Map<string, Promise<Uint8Array<ArrayBuffer>>>();
/** Compiling takes seconds: once. */
function compile(entry: string): Promise<Uint8Array<ArrayBuffer>> {
  const kernels = compiled.get(entry) ?? compileKernels(entry);
  compiled.set(entry, kernels);
  return kernels;
}

test.each(MODULES)('src/generated/%s.ts is what assembly/ compiles to', async (entry) => {
  const generated: Record<string, string> = await import(`../src/generated/${entry}.ts`);
  expect(generated[entry]).toBe(Buffer.from(await compile(entry)).toString('base64'));
});

test.each(MODULES)('the module %s imports memory alone, and says so for any size', async (entry) => {
  const module = new WebAssembly.Module(await compile(entry));
  expect(WebAssembly.Module.imports(module)).toEqual([{ module: 'env', name: 'memory', kind: 'memory' }]);
  // Shared memory: what the threaded build of tfjs has.
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 65536, shared: true });
  const before = new Uint8Array(memory.buffer).fill(7).slice();
  new WebAssembly.Instance(module, { env: { memory } });
  expect(new Uint8Array(memory.buffer)).toEqual(before); // starting it writes nothing
});
