// @ts-check
// Compiles the kernels and writes them, as text, into modules: so they are found the same way in Node, in browsers and by
// bundlers.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { compileKernels, MODULES } from './compile-kernels.mjs';

const folder = new URL('../src/generated/', import.meta.url);
mkdirSync(folder, { recursive: true });
for (const entry of MODULES) {
  const text = Buffer.from(await compileKernels(entry)).toString('base64');
  const module = `// Made by scripts/build-kernels.mjs from assembly/${entry}.ts; do not edit.

/** A WebAssembly module in base64. */
export const ${entry}: string =
  '${text}';
`;
  const target = new URL(`${entry}.ts`, folder);
  let present;
  try {
    present = readFileSync(target, 'utf8');
  } catch {
    present = undefined;
  }
  if (present !== module) writeFileSync(target, module);
}
