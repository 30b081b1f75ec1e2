import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { readResults, report } from '@spikewright/report';
import { JSDOM } from 'jsdom';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findChromium, openBrowser } from '../../engine-wasm/test/browser/open-browser.js';
import { everything, jsonl, results, runs } from './fixture.js';

const page = report(everything);

test('report() gives the same bytes for the same results', () => {
  expect(report(readResults(jsonl(everything)))).toBe(page);
});

test('report() is one file below 3 MB that names no other', () => {
  expect(page.length).toBeLessThan(3_000_000);
  const { document } = new JSDOM(page).window;
  const links = [...document.querySelectorAll('[src], [href]')].map(
    (node) => node.getAttribute('src') ?? node.getAttribute('href'),
  );
  expect(links).toEqual(['data:,']);
  expect(page.match(/https?:\/\/[^"' <]+/g)!.every((address) => address === 'http://www.w3.org/2000/svg')).toBe(true);
});

test('report() shows where results come from, tables in three formats, notes and refusals', () => {
  const { document } = new JSDOM(page).window;
  const text = document.body.textContent!;
  expect(document.title).toBe('Tiny');
  expect(text).toContain('Made by: pnpm bench tiny --seed 1');
  expect(document.querySelector('h2')!.textContent).toBe('tiny <net> & co');
  expect(text).toContain('accuracy 95.00 % on 200 samples, 100,000 multiply-additions a sample');
  expect(text).toContain("Note on norm, weak: norm: 'relu' was never active");
  expect(text).toContain("Refused: max pooling: Cannot convert node 'pool'");
  expect(document.querySelectorAll('figure svg')).toHaveLength(13);
  // Long tables come after the figures.
  const blocks = [...document.querySelectorAll('.table, figure')].map((block) => block.tagName);
  expect(blocks.join()).toMatch(/^DIV,DIV(,FIGURE){13}(,DIV){3}$/);
  expect(document.querySelectorAll('.table')).toHaveLength(5);
  expect(document.querySelectorAll('details pre')).toHaveLength(15);
});

test('report() keeps hostile texts texts', () => {
  const hostile = { ...runs[0], name: '</script><script>alert(1)</script>', notes: ['<img src=x onerror=alert(1)>'] };
  const { document } = new JSDOM(report(results(hostile))).window;
  expect(document.querySelectorAll('script')).toHaveLength(1);
  expect(document.querySelectorAll('img')).toHaveLength(0);
});

test('report() of nothing but a header is a page', () => {
  const { document } = new JSDOM(report(readResults('{"kind":"results","format":1}\n'))).window;
  expect(document.querySelector('h1')!.textContent).toBe('Results');
  expect(document.querySelectorAll('section')).toHaveLength(0);
});

test('report() shows two ANNs in sections of their own', () => {
  const [ann] = everything.records;
  const other = { ...ann, hash: 'b'.repeat(64), name: 'other' };
  const two = { ...results(runs[0], { ...runs[0], hashes: { ann: other.hash, snn: 'c' } }) };
  const { document } = new JSDOM(report({ ...two, records: [...two.records, other as never] })).window;
  const figures = [...document.querySelectorAll('section')].map((section) => section.querySelectorAll('figure').length);
  expect(figures).toEqual([3, 3]);
});

const chromium = findChromium();

describe.skipIf(!chromium)('report() in Chromium', () => {
  let folder: string;
  let browser: Awaited<ReturnType<typeof openBrowser>>;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'spikewright-report-'));
    await writeFile(join(folder, 'report.html'), page);
    browser = await openBrowser(chromium!);
  }, 60_000);

  afterAll(async () => {
    await browser?.close();
    await rm(folder, { recursive: true });
  });

  async function open(colorScheme: 'light' | 'dark') {
    const tab = await browser.newPage({ colorScheme, viewport: { width: 900, height: 900 } });
    const [messages, requests]: [string[], string[]] = [[], []];
    tab.on('console', (message) => messages.push(message.text()));
    tab.on('pageerror', (error) => messages.push(error.message));
    tab.on('request', (request) => requests.push(request.url()));
    const address = pathToFileURL(join(folder, 'report.html')).href;
    await tab.goto(address);
    return { tab, messages, requests, address };
  }

  test.each(['light', 'dark'] as const)('opens without a message or a request: %s', async (scheme) => {
    const { tab, messages, requests, address } = await open(scheme);
    await tab.screenshot({ fullPage: true });
    expect(messages).toEqual([]);
    expect(requests).toEqual([address]);
    const colors = await tab.evaluate(() => {
      const svg = document.querySelector('figure svg')!;
      return [getComputedStyle(document.body).backgroundColor, getComputedStyle(svg).color];
    });
    expect(colors).toEqual(
      scheme === 'light' ? ['rgb(255, 255, 255)', 'rgb(26, 28, 32)'] : ['rgb(22, 24, 29)', 'rgb(232, 234, 238)'],
    );
    const wide = await tab.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);
    expect(wide).toBe(false);
    await tab.close();
  });

  test('prints black on white, without buttons', async () => {
    const { tab } = await open('dark');
    await tab.emulateMedia({ media: 'print' });
    const style = await tab.evaluate(() => [
      getComputedStyle(document.body).backgroundColor,
      getComputedStyle(document.querySelector('.save')!).display,
    ]);
    expect(style).toEqual(['rgb(255, 255, 255)', 'none']);
    await tab.close();
  });

  test.each([
    ['svg', 'accuracy-over-steps.svg'],
    ['png', 'accuracy-over-steps.png'],
    ['csv', 'summary.csv'],
  ])('saves %s', async (ending, name) => {
    const { tab, messages } = await open('dark');
    if (ending === 'csv') await tab.click('summary >> nth=0');
    const [download] = await Promise.all([tab.waitForEvent('download'), tab.click(`[data-save=${ending}] >> nth=0`)]);
    expect(download.suggestedFilename()).toBe(name);
    const file = join(folder, name);
    await download.saveAs(file);
    const bytes = await (await import('node:fs/promises')).readFile(file);
    const starts = { svg: '<svg xmlns=', png: '\u0089PNG', csv: 'conversion,' }[ending]!;
    expect(bytes.subarray(0, starts.length).toString('latin1')).toBe(starts);
    expect(messages).toEqual([]);
    await tab.close();
  });
});
