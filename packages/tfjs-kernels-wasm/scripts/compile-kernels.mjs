// @ts-check
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const root = fileURLToPath(new URL('..', import.meta.url));

/** The modules that the package is made of: an entry in assembly/ for each file in src/generated/. */
export const MODULES = ['layers', 'neurons'];

/**
 * Compiles an entry of assembly/. The memory is tfjs's own: the kernels must keep nothing in it, so a module with data of
 * its own is refused.
 *
 * @param {string} entry - without folder and ending
 * @returns {Promise<Uint8Array<ArrayBuffer>>}
 */
export async function compileKernels(entry) {
  /** @type {Uint8Array | undefined} */
  let binary;
  // Declared with the largest possible maximum, which the memory that is imported must not exceed.
  const memory = ['--importMemory', '--sharedMemory', '--maximumMemory', '65536', '--initialMemory', '1'];
  const options = [
    ...['-O3', '--noAssert', '--runtime', 'stub'],
    ...memory,
    ...['--enable', 'simd,threads', '--outFile', 'kernels.wasm'],
  ];
  const { error, stderr } = await asc.main([`assembly/${entry}.ts`, '--baseDir', root, ...options], {
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
  if (sections(binary).includes(DATA)) throw new Error(`Cannot compile kernels: they must hold no data: ${entry}`);
  return new Uint8Array(binary);
}

/** The numbers of the sections that hold data of a module, and so overwrite memory when it starts. */
const DATA = 11;

/**
 * Lists the sections of a WebAssembly module.
 *
 * @param {Uint8Array} module
 */
function sections(module) {
  const found = [];
  for (let at = 8; at < module.length; ) {
    found.push(module[at++]);
    let [size, shift] = [0, 0];
    do {
      size |= (module[at] & 127) << shift;
      shift += 7;
    } while (module[at++] & 128);
    at += size;
  }
  return found;
}
