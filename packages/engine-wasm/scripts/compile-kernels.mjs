// @ts-check
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * Compiles assembly/index.ts, or another entry beside it.
 *
 * @param {string} [entry] - from the package's folder
 * @returns {Promise<Uint8Array<ArrayBuffer>>}
 */
export async function compileKernels(entry = 'assembly/index.ts') {
  /** @type {Uint8Array | undefined} */
  let binary;
  const memory = ['--importMemory', '--sharedMemory', '--maximumMemory', '65535'];
  const options = [
    '-O3',
    '--noAssert',
    '--runtime',
    'stub',
    ...memory,
    '--enable',
    'simd,threads',
    '--outFile',
    'kernels.wasm',
  ];
  const { error, stderr } = await asc.main([entry, '--baseDir', root, ...options], {
    readFile: (name, base) => {
      try {
        return readFileSync(`${base ?? root}/${name}`, 'utf8');
      } catch {
        return null;
      }
    },
    writeFile: (_name, content) => {
      if (typeof content !== 'string') binary = content;
    },
    listFiles: () => [],
  });
  if (error || !binary)
    throw new Error(`Cannot compile kernels: ${error?.message ?? 'no output'}: ${stderr.toString()}`);
  return new Uint8Array(binary);
}
