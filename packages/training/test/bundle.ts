import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'vite';

const packages = new URL('../../', import.meta.url);
/** Within the package, so that modules outside it are found from there. */
const folder = new URL('../node_modules/.test-bundles/', import.meta.url);

/** A module that was made for a test. */
export interface Bundle {
  readonly module: URL;
  remove(): Promise<void>;
}

/** Makes a module that Node can run in a thread or a process of its own from code that imports our sources. */
export async function bundle(code: string): Promise<Bundle> {
  await mkdir(folder, { recursive: true });
  const place = await mkdtemp(`${fileURLToPath(folder)}run-`);
  await writeFile(`${place}/entry.ts`, code);
  const source = (path: string): string => fileURLToPath(new URL(path, packages));
  await build({
    configFile: false,
    logLevel: 'silent',
    root: place,
    resolve: {
      alias: [
        { find: '@spikewright/snn-core/convert', replacement: source('snn-core/src/convert/index.ts') },
        { find: /^@spikewright\/([^/]+)$/, replacement: source('$1/src/index.ts') },
      ],
    },
    ssr: { noExternal: [/^@spikewright/], external: ['@tensorflow/tfjs-core', '@tensorflow/tfjs-backend-wasm'] },
    build: { ssr: 'entry.ts', outDir: 'out', minify: false },
  });
  return {
    module: pathToFileURL(`${place}/out/entry.js`),
    remove: () => rm(place, { recursive: true }),
  };
}
