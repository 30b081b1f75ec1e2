import { readFileSync } from 'node:fs';
import { norm } from '@spikewright/converters-norm';
import { batches, mnist, take } from '@spikewright/datasets';
import { quantizeWeights, wasmEngine } from '@spikewright/engine-wasm';
import {
  type Batch,
  type Engine,
  loadNetwork,
  type Network,
  referenceEngine,
  saveNetwork,
} from '@spikewright/snn-core';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findChromium, openBrowser } from './browser/open-browser.js';
import type { Task } from './browser/page.js';
import { type RunRecord, recordRun } from './browser/record-run.js';
import { bundlePage, type PageServer, servePage } from './browser/serve-page.js';

declare const runTask: (task: Task) => Promise<RunRecord>;

const chromium = findChromium();
const STEPS = 16;
const DIGITS = 20;
const ALONE =
  'One thread works instead of 2: memory cannot be shared here (only in pages that are cross-origin isolated)';

const record = (engine: Engine, network: Network, batch: Batch) => recordRun(() => engine, network, batch, STEPS);

describe.skipIf(!chromium)('wasmEngine in Chromium', () => {
  let browser: Browser;
  let digits: Batch;
  let networks: Record<'quantised' | 'floats', Network>;
  const servers: PageServer[] = [];

  beforeAll(async () => {
    [digits, networks] = [await readDigits(), await convertNetworks()];
    const files = {
      'page.js': await bundlePage(),
      images: new Uint8Array(digits.data.buffer),
      quantised: saveNetwork(networks.quantised),
      floats: saveNetwork(networks.floats),
    };
    for (const isolated of [true, false]) servers.push(await servePage(files, isolated));
    browser = await openBrowser(chromium!);
  }, 60_000);

  afterAll(async () => {
    await browser?.close();
    for (const server of servers) server.close();
  });

  async function runInPage(isolated: boolean, task: Task): Promise<RunRecord> {
    const page = await browser.newPage();
    await page.goto(servers[isolated ? 0 : 1].address);
    expect(await page.evaluate(() => [crossOriginIsolated, typeof SharedArrayBuffer])).toEqual(
      isolated ? [true, 'function'] : [false, 'undefined'],
    );
    const result = await page.evaluate((given) => runTask(given), task);
    // Threads end with the program; that they were there is seen by there being no notice.
    await expect.poll(() => page.workers().length).toBe(0);
    await page.close();
    return result;
  }

  test.each(['quantised', 'floats'] as const)('gives the spikes of Node for real digits: %s', async (name) => {
    const { samples } = await record(wasmEngine(), networks[name], digits);
    expect(samples.every(({ spikes }) => Object.values(spikes).every((count) => count > 0))).toBe(true);
    const runs = [
      { isolated: true, workers: 2, notices: [] },
      { isolated: true, workers: 1, notices: [] },
      { isolated: false, workers: 2, notices: [ALONE] },
      { isolated: false, workers: 1, notices: [] },
    ];
    for (const { isolated, workers, notices } of runs) {
      const found = await runInPage(isolated, { network: name, workers, steps: STEPS });
      expect(found).toEqual({ engine: 'wasm', notices, samples });
    }
  });

  test('which are those of the reference engine on quantised weights', async () => {
    const { samples } = await record(referenceEngine(), networks.quantised, digits);
    const found = await runInPage(true, { network: 'quantised', workers: 2, steps: STEPS });
    expect(found.samples).toEqual(samples);
  });
});

if (!chromium) {
  process.stderr.write(
    'Skipped: wasmEngine in Chromium: install one (apt-get install chromium) or set CHROMIUM_PATH\n',
  );
}

async function readDigits(): Promise<Batch> {
  for await (const batch of batches(take(await mnist('test'), DIGITS), { size: DIGITS })) return batch;
  throw new Error('Cannot read digits: there must be some: none');
}

async function convertNetworks(): Promise<Record<'quantised' | 'floats', Network>> {
  const embedded = new URL('../../../apps/reference/networks/mnist.safetensors', import.meta.url);
  const images = take(await mnist('train'), 50);
  const calibration = { batches: () => batches(images), engine: wasmEngine() };
  const floats = await norm().convert(loadNetwork(readFileSync(embedded)), calibration);
  return { floats, quantised: await quantizeWeights().convert(floats, calibration) };
}
