import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { transformWithOxc } from 'vite';
import { defineConfig, type Plugin } from 'vitest/config';

/** Runs every ```ts block of a README as one test, so that no example can rot. */
const readmeTests: Plugin = {
  name: 'readme-tests',
  enforce: 'pre',
  async load(id) {
    if (!id.endsWith('README.md')) return null;
    const blocks = [...readFileSync(id, 'utf8').matchAll(/^```ts\n(.*?)^```/gms)].map(([, code]) => code ?? '');
    const imports = blocks.flatMap((code) => code.match(/^import .*?;$/gms) ?? []);
    const tests = blocks.map(
      (code, index) => `test('block ${index + 1}', async () => {\n${code.replace(/^import .*?;$/gms, '')}\n});`,
    );
    const module = `import { expect, test } from 'vitest';\n${[...new Set(imports)].join('\n')}\n${tests.join('\n')}`;
    return transformWithOxc(module, `${id}.ts`, { lang: 'ts' });
  },
};

export default defineConfig({
  plugins: [readmeTests],
  resolve: {
    // Tests import packages by their public names and run on the sources: no build comes first.
    alias: [
      {
        find: '@spikewright/testkit/vitest',
        replacement: fileURLToPath(new URL('./packages/testkit/src/setup.ts', import.meta.url)),
      },
      {
        find: '@spikewright/tfjs-kernels-wasm/neurons',
        replacement: fileURLToPath(new URL('./packages/tfjs-kernels-wasm/src/neurons/index.ts', import.meta.url)),
      },
      {
        find: '@spikewright/snn-core/convert',
        replacement: fileURLToPath(new URL('./packages/snn-core/src/convert/index.ts', import.meta.url)),
      },
      {
        find: /^@spikewright\/([^/]+)$/,
        replacement: fileURLToPath(new URL('./packages/$1/src/index.ts', import.meta.url)),
      },
    ],
  },
  test: {
    include: ['{packages/*,apps/*,benchmarks}/test/**/*.test.ts', '{.,packages/*}/README.md', 'test/**/*.test.ts'],
    setupFiles: ['./packages/testkit/src/setup.ts'],
    testTimeout: 60_000,
    coverage: {
      provider: 'v8',
      include: ['packages/*/src/**/*.ts'],
      reporter: ['text-summary', 'json-summary'],
      thresholds: { lines: 95, 'packages/snn-core/src/**': { lines: 98 } },
    },
  },
});
