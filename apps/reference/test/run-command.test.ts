import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readResults } from '@spikewright/report';
import { afterAll, expect, test } from 'vitest';
import { toPng } from '../src/run/png.js';
import { writeDigits } from './idx-files.js';

const folder = mkdtempSync(join(tmpdir(), 'spikewright-run-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const cli = (...words: string[]) =>
  spawnSync(process.execPath, ['apps/reference/dist/cli.js', ...words], { encoding: 'utf8' });

const small = ['run', '--images', '20', '--calibration', '100', '--steps', '8'];
const read = (...path: string[]): string => readFileSync(join(folder, ...path), 'utf8');
const kindsIn = (jsonl: string): string[] =>
  jsonl
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line).kind);

test('spikewright run without --images measures all test images but those that a cutoff learns from', {
  timeout: 60_000,
}, () => {
  const digits = join(folder, 'digits');
  writeDigits(digits, 64, 64);
  const told = ['--folder', digits, '--calibration', '20', '--steps', '2', '--converter', 'norm'];
  for (const [cutoff, measured] of [
    ['none', 64],
    ['fixed-step', 44], // 64 - 20
  ] as const) {
    const { status, stderr } = cli('run', ...told, '--cutoff', cutoff, '--out', join(folder, cutoff));
    expect([status, stderr.includes('error')]).toEqual([0, false]);
    const [, ann] = read(cutoff, 'results.jsonl').trim().split('\n');
    expect(JSON.parse(ann)).toMatchObject({ kind: 'ann', samples: measured });
  }
});

test('spikewright run writes the same bytes twice: results with details, page, figures and tables', {
  timeout: 300_000,
}, () => {
  for (const out of ['a', 'b']) {
    const { status, stdout, stderr } = cli(...small, '--out', join(folder, out));
    expect(status, stderr).toBe(0);
    for (const text of [
      'Pipelines, with and without a cutoff',
      'Accuracy in % after T steps',
      'Energy of one image',
      'Time of the engine',
      'report.html',
    ])
      expect(stdout).toContain(text);
    expect(stderr).toContain('l4 + strong, layers');
  }
  const jsonl = read('a', 'results.jsonl');
  expect(jsonl).toBe(read('b', 'results.jsonl'));
  // A run to the end with its details, and one that stops early.
  const run = ['snn', 'energy', 'layers', 'raster', 'traces', 'snn', 'energy'];
  // The ReLU network, its 5 conversions and a tuned one; those that were trained to be converted, and to be stopped early.
  const runs = [...Array.from({ length: 6 }, () => run), ['ann'], run, ['ann'], run].flat();
  expect(kindsIn(jsonl)).toEqual(['results', 'ann', ...runs]);
  const { header, records } = readResults(jsonl);
  expect(header.command).toMatch(/^npm start -- .*--steps 8 .*--images 20/);
  expect(header.command).not.toContain(folder);
  // T = 8 tells 9 values apart: 4 bits. Fewer steps, to the mean stop, tell fewer apart.
  for (const record of records) {
    if (record.kind !== 'energy') continue;
    if (record.name.endsWith(', top-k')) expect(record.breakEven.twinBits).toBeLessThanOrEqual(4);
    else expect(record.breakEven.twinBits).toBe(4);
  }
  expect(read('a', 'report.md')).toMatch(/\| +T=8 \|/);
  expect(read('a', 'report.md')).toContain('With a cutoff the network is run once more');

  const page = read('a', 'report.html');
  expect(page).toBe(read('b', 'report.html'));
  expect(page.length).toBeLessThan(3_000_000);
  expect(page.replaceAll('http://www.w3.org/2000/svg', '')).not.toMatch(
    /https?:\/\/|<link rel="stylesheet"|<script src/,
  );
  const [drawn, again] = ['a', 'b'].map((out) => readdirSync(join(folder, out, 'figures')).sort());
  expect(drawn).toEqual(again);
  expect(drawn).toContain('1-accuracy-over-steps.svg');
  for (const name of drawn)
    expect(readFileSync(join(folder, 'a', 'figures', name)), name).toEqual(
      readFileSync(join(folder, 'b', 'figures', name)),
    );
  expect(read('a', 'tables', '2-energy.csv')).toMatch(/^conversion,model,spiking,ANN,twin/);
});

test('spikewright run fails where every conversion is refused, and leaves no file of an earlier run', () => {
  const run = (converter: string) => cli(...small, '--converter', converter, '--out', join(folder, 'c'));
  expect(run('strong').status).toBe(0);
  expect(readdirSync(join(folder, 'c', 'figures'))).toContain('accuracy-over-steps.png');
  const own = join(folder, 'c', 'figures', 'own.png');
  writeFileSync(own, 'not of a run');
  const { status, stdout } = run('qcfs');
  expect(status).toBe(1);
  expect(stdout).toContain('no trained bound');
  expect(kindsIn(read('c', 'results.jsonl'))).toEqual(['results', 'ann', 'refused']);
  expect(read('c', 'report.html')).toContain('no trained bound');
  expect(readdirSync(join(folder, 'c', 'figures'))).toEqual(['own.png']);
  expect(readdirSync(join(folder, 'c', 'tables'))).toEqual([]);
});

test('toPng() draws text on any machine, in the colours of paper', async () => {
  const svg = (text: string, ink: string): string =>
    `<svg xmlns="http://www.w3.org/2000/svg" width="80" height="20" style="color: ${ink}"><text y="15" fill="currentColor" font-family="system-ui, sans-serif">${text}</text></svg>`;
  const [png, again, black, empty] = await Promise.all(
    [svg('θ = 1', 'var(--ink, #000)'), svg('θ = 1', 'var(--ink, #000)'), svg('θ = 1', '#000'), svg('', '#000')].map(
      toPng,
    ),
  );
  expect(again).toEqual(png);
  expect(black).toEqual(png);
  expect(empty).not.toEqual(png);
  // Width and height in the header: two pixels for one.
  const header = new DataView(png.buffer, png.byteOffset);
  expect([header.getUint32(16), header.getUint32(20)]).toEqual([160, 40]);
});

test('spikewright says in one line what is wrong, and how to ask', () => {
  for (const [words, message] of [
    [['run', '--steps', '0'], 'It must be a whole number from 1 to 4096'],
    [['run', '--images', 'many'], 'It must be a whole number from 1 to 1000000'],
    [['run', '--sedd', '1'], "unknown option '--sedd'"],
    [['run', '--engine', 'gpu'], 'Allowed choices are wasm, reference'],
    [['train', 'cifar'], 'It must be mnist'],
    [['run', '--converter', 'nrom'], 'error: Cannot read --converter: names must be among'],
    [['run', 'network.pth'], 'a PyTorch state dict has weights but no graph'],
    [['run', 'network.txt'], 'its ending must be .safetensors'],
    [['inspect', 'no-such-file.h5'], 'error: Cannot read model: the file must be readable'],
    [['run', '--data', 'no-such-folder'], '--data must be mnist'],
    [['run', '--mean', '1,x'], 'It must be a number'],
    [['run', '--cutoff', 'early'], 'error: Cannot read --cutoff: it must be none, or names among'],
    [['run', '--tuner', 'hebb'], 'error: Cannot read --tuner: names must be among'],
    [['run', '--epsilon', '1'], 'It must be from 0 to below 1'],
    [
      ['run', '--out', '/dev/null/out'],
      "error: Cannot write results: the folder of --out must be writable: '/dev/null/out'",
    ],
  ] as const) {
    const { status, stderr } = cli(...words);
    expect(status).toBe(1);
    expect(stderr).toContain(message);
    expect(stderr).not.toContain('    at ');
  }
  const help = cli('--help').stdout;
  for (const word of [
    'train',
    'doctor',
    'inspect',
    'converters',
    '--converter',
    '--images',
    '--steps',
    '--seed',
    '--out',
  ])
    expect(help).toContain(word);
  expect(cli('--version').stdout).toMatch(/^\d+\.\d+\.\d+$/m);
});
