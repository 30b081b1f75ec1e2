import { fileURLToPath } from 'node:url';
import { build } from 'vite';

/** The files of a page, by name, and which heavy libraries are in each. */
export interface Bundle {
  readonly files: Readonly<Record<string, string>>;
  readonly libraries: Readonly<Record<string, readonly string[]>>;
}

/** What parses a format and has no place in a page that does not read it. */
const LIBRARY = /(?:\/node_modules\/|\/packages\/)(fflate|h5wasm|hdf5|onnx-buf|pickleparser|@bufbuild\/protobuf)\//;

/** Bundles page.ts as vite does by default, without any plugin. */
export async function bundlePage(): Promise<Bundle> {
  const packages = fileURLToPath(new URL('../../../../packages/', import.meta.url));
  const result = await build({
    configFile: false,
    logLevel: 'error',
    resolve: { alias: [{ find: /^@spikewright\/([^/]+)$/, replacement: `${packages}$1/src/index.ts` }] },
    build: {
      write: false,
      rolldownOptions: {
        input: fileURLToPath(new URL('page.ts', import.meta.url)),
        output: { entryFileNames: 'page.js' },
      },
    },
  });
  if (!('output' in result)) throw new Error('Cannot bundle page: vite must give one output: it did not');
  const chunks = result.output.filter((file) => file.type === 'chunk');
  return {
    files: Object.fromEntries(chunks.map(({ fileName, code }) => [fileName, code])),
    libraries: Object.fromEntries(chunks.map(({ fileName, moduleIds }) => [fileName, librariesOf(moduleIds)])),
  };
}

function librariesOf(modules: readonly string[]): string[] {
  return [...new Set(modules.flatMap((module) => module.match(LIBRARY)?.[1] ?? []))];
}
