import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { batches, mnist, take } from '@spikewright/datasets';
import { readResults } from '@spikewright/report';
import { direct, evaluate, loadNetwork } from '@spikewright/snn-core';
import { afterAll, expect, test } from 'vitest';
import { readConversions } from '../src/run/catalogue.js';
import { cutoffNames, cutoffs, cutsOf } from '../src/run/cutoffs.js';
import { engines } from '../src/run/engines.js';
import { readImages } from '../src/run/images.js';
import { mainJob } from '../src/run/main-job.js';
import { toPng } from '../src/run/png.js';
import { type ConversionResult, type Result, sortResults, stepsTo, total, workUntil } from '../src/run/results.js';
import { reportTables } from '../src/run/tables.js';
import { timeTable } from '../src/run/time-table.js';
import { withTuners } from '../src/run/tuners.js';
import { writeDigits } from './idx-files.js';

const ann = loadNetwork(readFileSync('apps/reference/networks/mnist.safetensors'));
const folder = mkdtempSync(join(tmpdir(), 'spikewright-run-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('the embedded network is small, and says how it was made and how good it is', () => {
  const weights = ann.nodes
    .flatMap((node) => Object.values(node))
    .filter((field) => field?.data instanceof Float32Array);
  expect(weights.reduce((sum, { data }) => sum + data.length, 0)).toBeLessThanOrEqual(120_000);
  expect(ann.nodes.filter(({ op }) => op === 'conv2d')).toHaveLength(3);
  expect(ann.nodes.filter(({ op }) => op === 'dense')).toHaveLength(1);
  expect(Number(ann.meta.source?.testAccuracy)).toBeGreaterThanOrEqual(0.989);
  expect(ann.meta.source?.command).toContain('pnpm train mnist');
});

test('mainJob loses at most 0.3 points at T = 32 in the strong form, and beats the weak one', {
  timeout: 600_000,
}, async () => {
  const results: Result[] = [];
  const images = await readImages({ data: 'mnist', images: 1000, calibration: 1000, seed: 0 }, ann);
  const options = { steps: 32, seed: 0, engine: 'wasm' } as const;
  const subject = { ann, conversions: readConversions('weak,norm,qcfs') };
  for await (const result of mainJob([subject], images, options, { onProgress: () => undefined })) results.push(result);
  const { anns, conversions, refused, energies } = sortResults(results);
  const [[measured], [weak, strong]] = [anns, conversions];
  const at = ({ evaluation }: ConversionResult, step: number): number => Number(evaluation.accuracy[step - 1]);
  expect(measured.accuracy).toBeGreaterThan(0.985);
  expect(at(strong, 32)).toBeGreaterThanOrEqual(measured.accuracy - 0.003);
  expect(at(strong, 4)).toBeGreaterThan(at(weak, 4));
  expect(stepsTo(0.97, strong.evaluation, measured)!).toBeLessThan(stepsTo(0.97, weak.evaluation, measured) ?? 33);
  // Direct coding: each step multiplies in the first layer alone.
  const { multiplyAccumulates, accumulates, spikes } = workUntil(32, strong.evaluation);
  const first = strong.evaluation.work.multiplyAccumulates.conv1;
  expect(multiplyAccumulates).toBeCloseTo(first, 6);
  expect(first / 32).toBeLessThanOrEqual(measured.multiplyAccumulates.conv1);
  expect(accumulates).toBeGreaterThan(spikes);
  expect(strong.manifest.id).not.toBe(weak.manifest.id);
  // By arithmetic alone: 4.6 pJ a multiply-addition and 0.9 pJ an addition.
  const [proxy] = energies[1].comparisons;
  expect(proxy.spiking.energyNanojoules).toBeCloseTo(4.6e-3 * multiplyAccumulates + 0.9e-3 * accumulates, 3);
  expect(proxy.ann.energyNanojoules).toBeCloseTo(4.6e-3 * total(measured.multiplyAccumulates), 3);
  // A ReLU network has no trained λ: the reason is a result, and the others are measured all the same.
  expect(refused).toMatchObject([{ ann: measured.hash, reason: expect.stringContaining('no trained bound') }]);
});

test('mainJob stops samples early in earnest: the answers that a post-hoc cut claims, and less work', {
  timeout: 300_000,
}, async () => {
  const images = await readImages({ data: 'mnist', images: 300, calibration: 300, seed: 0 }, ann);
  expect(images.held.indices).toHaveLength(300);
  expect(new Set([...images.held.indices, ...images.test.indices]).size).toBe(600);
  const all = { data: 'mnist', calibration: 300, seed: 0 };
  expect((await readImages(all, ann)).test.indices).toHaveLength(10_000);
  expect((await readImages(all, ann, true)).test.indices).toHaveLength(9700);
  const times = new Map<string, number>();
  const options = {
    steps: 16,
    seed: 0,
    engine: 'wasm',
    cuts: cutsOf(['top-k', 'risk-controlled'], 300, 0.02),
  } as const;
  const subject = { ann, conversions: withTuners(readConversions('norm'), 'hebbian-onset') };
  const results: Result[] = [];
  const onTiming = (run: string, milliseconds: number) => void times.set(run, milliseconds);
  for await (const result of mainJob([subject], images, options, { onProgress: () => undefined, onTiming })) {
    results.push(result);
  }
  const sorted = sortResults(results);
  const { conversions, cuts, refused } = sorted;
  expect(refused).toEqual([]);
  expect(conversions.map(({ manifest }) => manifest.tuner.name)).toEqual(['none', 'hebbian']);
  expect(cuts.map(({ cut }) => [cut.of, cut.cutoff])).toEqual(
    conversions.flatMap(({ name }) => ['top-k', 'risk-controlled'].map((cutoff) => [name, cutoff])),
  );
  for (const { name, cut, evaluation, manifest, hashes, notes } of cuts) {
    const whole = conversions.find((conversion) => conversion.name === cut.of)!;
    expect(hashes).toEqual(whole.hashes);
    expect(manifest.cutoff.name).toBe(cut.cutoff);
    const learning = cut.cutoff === 'top-k' ? images.train : images.held;
    expect(cut.learnt).toEqual({ name: learning.name, images: 300, seed: 0 });
    // At most 6 of the 300 test images. That 7 of them lie above n others has the chance (300 · ... · 294) / ((n + 300) · ... ·
    // (n + 294)): 0.1010 for 115, 0.0995 for 116. So 116 are enough, and there are 300.
    expect(notes).toEqual(cut.cutoff === 'top-k' ? [] : [expect.stringMatching(/^at most 0\.02 of 300 samples/)]);
    expect(evaluation.accuracy[15]).toBe(cut.claimed.accuracy);
    expect(evaluation.meanStopStep).toBeCloseTo(cut.claimed.meanStopStep, 12);
    expect(evaluation.meanStopStep).toBeLessThan(16);
    expect(evaluation.stops.reduce((sum, count) => sum + count)).toBe(300);
    // What is done after a sample's stop is not done: with the first steps as dear as the others, work falls with the steps.
    const [spent, full] = [workUntil(16, evaluation), workUntil(16, whole.evaluation)];
    const share = spent.accumulates / full.accumulates;
    expect(share).toBeGreaterThan((0.5 * evaluation.meanStopStep) / 16);
    expect(share).toBeLessThan((1.5 * evaluation.meanStopStep) / 16);
    expect(cut.optimal.mean).toBeLessThan(16);
    expect(times.get(name)).toBeGreaterThan(0);
  }
  const [table] = reportTables(sorted);
  expect(table.rows).toHaveLength(6);
  // Accuracy, loss, mean step, median of the first cut run.
  expect(table.rows[1].slice(1, 5)).toEqual([
    'top-k',
    (100 * Number(cuts[0].evaluation.accuracy[15])).toFixed(2),
    (100 * (sorted.anns[0].accuracy - Number(cuts[0].evaluation.accuracy[15]))).toFixed(2),
    cuts[0].evaluation.meanStopStep.toFixed(2),
  ]);
  // A post-hoc cut claims the same answers, and the work of 16 steps shared out evenly.
  expect(table.head.slice(11, 13)).toEqual(['claimed accuracy in %', 'claimed by steps in %']);
  expect(table.rows[1].slice(11, 13)).toEqual([
    table.rows[1][2],
    ((100 * cuts[0].evaluation.meanStopStep) / 16).toFixed(1),
  ]);
  expect(timeTable(sorted, Object.fromEntries(times)).rows).toHaveLength(4);
});

test('a cutoff that is refused gives its reason, and the run to the end stays', async () => {
  const images = await readImages({ data: 'mnist', images: 20, calibration: 50, seed: 0 }, ann);
  const none = { ...images, held: { ...images.held, indices: images.held.indices.slice(0, 0) } };
  const options = { steps: 2, seed: 0, engine: 'wasm', cuts: cutsOf(['top-k', 'risk-controlled'], 20) } as const;
  const subject = { ann, conversions: readConversions('norm') };
  const results: Result[] = [];
  for await (const result of mainJob([subject], none, options, { onProgress: () => undefined })) results.push(result);
  const { conversions, cuts, refused } = sortResults(results);
  expect([conversions.length, cuts.length]).toEqual([1, 0]);
  expect(refused).toMatchObject([
    { name: expect.stringMatching(/, top-k$/), reason: expect.stringContaining('at least 100 samples') },
    { name: expect.stringMatching(/, risk-controlled$/), reason: expect.stringContaining('not measured') },
  ]);
});

test('cutoffNames() and withTuners() know their names', () => {
  expect(cutoffNames('none')).toEqual([]);
  expect(cutoffNames('top-k, entropy')).toEqual(['top-k', 'entropy']);
  const [topK, controlled] = cutsOf(['top-k', 'risk-controlled'], 50, 0.03).map(({ policy }) => policy.options);
  expect(topK).toMatchObject({ epsilon: 0.03 });
  // The promise is about the test images of the run, here 50.
  expect(controlled).toEqual({ epsilon: 0.03, delta: 0.1, future: 50 });
  expect(cutsOf(['risk-controlled'], 50)[0].policy.options).toEqual({ epsilon: 0.01, delta: 0.1, future: 50 });
  expect(() => cutoffNames('topk')).toThrow('it must be none, or names among top-k, risk-controlled, spike-cp');
  expect(() => withTuners(readConversions('norm'), 'hebb')).toThrow('names must be among hebbian-timing');
  for (const name of Object.keys(cutoffs)) expect(cutsOf([name], 50, 0.1)).toHaveLength(1);
});

test('a list option takes nothing twice', () => {
  const twice = (option: string, name: string) =>
    new TypeError(`Cannot read ${option}: its parts must differ: '${name}' twice`);
  expect(() => cutoffNames('top-k, entropy,top-k')).toThrow(twice('--cutoff', 'top-k'));
  expect(() => withTuners(readConversions('norm'), 'hebbian-onset, hebbian-onset')).toThrow(
    twice('--tuner', 'hebbian-onset'),
  );
  expect(() => readConversions('ecc,ecc')).toThrow(twice('--converter', 'ECC: explicit current control, start at θ/2'));
  // The same pipeline in other words.
  expect(() => readConversions('l4,weak,l4+norm')).toThrow(twice('--converter', 'l4 + norm'));
});

test('both engines give the same evaluation of the network with weights of 8 bits', async () => {
  const [train, digits] = [take(await mnist('train'), 50), take(await mnist('test'), 30)];
  const calibration = { batches: () => batches(train), engine: engines.reference() };
  const [{ converter }] = readConversions('norm+8-bit');
  const snn = await converter.convert(ann, calibration);
  const evaluations = await Promise.all(
    [engines.wasm(), engines.reference()].map(async (engine) => {
      const program = await engine.compile(snn);
      const evaluation = await evaluate(program, batches(digits), { steps: 16, encoder: direct() });
      program.dispose();
      return evaluation;
    }),
  );
  expect(evaluations[0]).toEqual(evaluations[1]);
});

test('readConversions() joins, completes and orders', () => {
  const names = (text: string): string[] => readConversions(text).map(({ name }) => name);
  expect(names('l4+strong,norm+8-bit')).toEqual(['l4 + strong', 'norm + 8-bit']);
  expect(readConversions('l4+strong')[0].preparation.options.converters).toHaveLength(1);
  // Where nothing makes spikes, norm does.
  expect(names('l4,8-bit')).toEqual(['l4 + norm', 'norm + 8-bit']);
  expect(names('ecc')).toEqual(['ECC: explicit current control, start at θ/2']);
  expect(() => names('nrom')).toThrow('names must be among weak, strong');
  expect(() => names('norm+l4')).toThrow('first come converters of the ANN');
  expect(() => names('norm+ecc')).toThrow('then one that makes spikes');
});

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
