import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

/** A page on this machine. */
export interface PageServer {
  readonly address: string;
  close(): void;
}

const PAGE =
  '<!doctype html><title>engine-wasm</title><link rel="icon" href="data:,"><script type="module" src="page.js"></script>';

/** What a page must send to be allowed to share memory between threads. */
const ISOLATION = { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' };

/** Bundles page.ts, without any plugin. */
export async function bundlePage(): Promise<string> {
  const packages = fileURLToPath(new URL('../../../', import.meta.url));
  const result = await build({
    configFile: false,
    logLevel: 'error',
    resolve: { alias: [{ find: /^@spikewright\/([^/]+)$/, replacement: `${packages}$1/src/index.ts` }] },
    build: { write: false, lib: { entry: fileURLToPath(new URL('page.ts', import.meta.url)), formats: ['es'] } },
  });
  if (!Array.isArray(result)) throw new Error('Cannot bundle page: vite must give one output: it did not');
  const { output } = result[0];
  if (output.length !== 1) throw new Error(`Cannot bundle page: it must be one file: ${output.length}`);
  return output[0].code;
}

/** Serves a page and files by their names, isolated from other origins or not. */
export function servePage(
  files: Readonly<Record<string, string | Uint8Array>>,
  isolated: boolean,
): Promise<PageServer> {
  const served: typeof files = { '': PAGE, ...files };
  const server = createServer(({ url = '/' }, response) => {
    const name = url.slice(1);
    const type = name === '' ? 'text/html' : name.endsWith('.js') ? 'text/javascript' : 'application/octet-stream';
    const known = Object.hasOwn(served, name);
    response.writeHead(known ? 200 : 404, { 'content-type': type, ...(isolated && ISOLATION) });
    response.end(known ? served[name] : '');
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      resolve({ address: `http://127.0.0.1:${port}/`, close: () => void server.close() });
    });
  });
}
