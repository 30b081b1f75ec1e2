import { readFileSync } from 'node:fs';
import { readNir, writeNir } from '@spikewright/nir';
import { networkHash, saveNetwork } from '@spikewright/snn-core';
import { tinyNetworks, withNeurons } from '@spikewright/testkit';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findChromium, openBrowser } from '../../../../packages/engine-wasm/test/browser/open-browser.js';
import { type PageServer, servePage } from '../../../../packages/engine-wasm/test/browser/serve-page.js';
import { type Bundle, bundlePage } from './bundle-page.js';
import type { Tasks } from './page.js';
import { FORMATS } from './read-formats.js';

declare const tasks: Tasks;

/** The heavy libraries that reading a format needs. */
const LIBRARIES: Readonly<Record<string, readonly string[]>> = {
  '.keras': ['fflate', 'hdf5'],
  '.h5': ['fflate', 'hdf5'],
  'TensorFlow.js': [],
  '.onnx': ['@bufbuild/protobuf', 'onnx-buf'],
  '.pt, a zip file': ['fflate', 'pickleparser'],
  '.pth of PyTorch before 1.6': ['pickleparser'],
  '.safetensors': [],
  '.nir': ['fflate', 'hdf5'],
};

const chromium = findChromium();

describe.skipIf(!chromium)('importers in Chromium', () => {
  const snn = withNeurons(tinyNetworks().grouped);
  const hashes: Record<string, string> = {};
  let bundle: Bundle;
  let server: PageServer;
  let browser: Browser;

  beforeAll(async () => {
    // What is read in Node is what the server has for the page.
    const files: Record<string, Uint8Array> = {
      'spiking.nir': await writeNir(snn),
      'spiking.safetensors': saveNetwork(snn),
    };
    const load = async (path: string): Promise<Uint8Array> => {
      files[path] ??= readFileSync(new URL(`../../../../packages/${path}`, import.meta.url));
      return files[path];
    };
    for (const [format, read] of Object.entries(FORMATS)) hashes[format] = await networkHash(await read(load));
    bundle = await bundlePage();
    server = await servePage({ ...bundle.files, ...files }, false);
    browser = await openBrowser(chromium!);
  }, 60_000);

  afterAll(async () => {
    await browser?.close();
    server?.close();
  });

  /** Does something in a new page; gives its result and the heavy libraries that were loaded for it. */
  async function inPage<Result>(work: (page: Page) => Promise<Result>): Promise<[result: Result, libraries: string[]]> {
    const page = await browser.newPage();
    const [requests, complaints]: [string[], string[]] = [[], []];
    page.on('request', (request) => requests.push(request.url()));
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    const loaded = (): string[] => {
      const files = requests.map((url) => url.slice(server.address.length));
      return [...new Set(files.flatMap((file) => bundle.libraries[file] ?? []))].sort();
    };
    await page.goto(server.address);
    expect(loaded(), 'before anything is read').toEqual([]);
    const result = await work(page);
    await page.close();
    expect(complaints).toEqual([]);
    expect(requests.filter((url) => !url.startsWith(server.address))).toEqual([]);
    return [result, loaded()];
  }

  test.each(Object.keys(FORMATS))('read %s to the network of Node, and load only its parser', async (format) => {
    const [hash, libraries] = await inPage((page) => page.evaluate((name) => tasks.readHash(name), format));
    expect(hash).toBe(hashes[format]);
    expect(libraries).toEqual(LIBRARIES[format]);
  });

  test('write .nir that Node reads to the same network, and load only its writer', async () => {
    const [bytes, libraries] = await inPage((page) => page.evaluate(() => tasks.writtenNir()));
    const { network } = await readNir(bytes);
    expect(await networkHash(network)).toBe(await networkHash(snn));
    expect(libraries).toEqual(['h5wasm']);
  });
});

if (!chromium) {
  process.stderr.write('Skipped: importers in Chromium: install one (apt-get install chromium) or set CHROMIUM_PATH\n');
}
