// @ts-check
// Compiles the kernels and writes them, as text, into a module: so they are found the same way in Node, in browsers and by
// bundlers. `--check` compares instead of writing.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { compileKernels } from './compile-kernels.mjs';

const target = fileURLToPath(new URL('../src/generated/kernels.ts', import.meta.url));
const bytes = await compileKernels();
const module = `// Made by scripts/build-kernels.mjs from assembly/; do not edit.

/** The kernels as a WebAssembly module, in base64. */
export const kernels: string =
  '${Buffer.from(bytes).toString('base64')}';
`;
const same = () => {
  try {
    return readFileSync(target, 'utf8') === module;
  } catch {
    return false;
  }
};
if (process.argv.includes('--check')) {
  if (!same()) {
    process.stderr.write('Cannot use src/generated/kernels.ts: it must be made from assembly/: run the build\n');
    process.exit(1);
  }
} else if (!same()) writeFileSync(target, module);
