import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { batches, mnist, take } from '@spikewright/datasets';
import { direct, evaluate, loadNetwork } from '@spikewright/snn-core';
import { afterAll, expect, test } from 'vitest';
import { conversions } from '../src/run/conversions.js';
import { engines } from '../src/run/engines.js';
import { mainJob } from '../src/run/main-job.js';
import { type AnnResult, type ConversionResult, stepsTo, workUntil } from '../src/run/results.js';

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
  const results = [];
  const options = { images: 1000, calibration: 1000, steps: 32, seed: 0, engine: 'wasm' } as const;
  const [weakest, , strongest] = conversions;
  for await (const result of mainJob(ann, [weakest, strongest], options, () => undefined)) results.push(result);
  const [measured, weak, strong] = results as [AnnResult, ...ConversionResult[]];
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
});

test('both engines give the same evaluation of the network with weights of 8 bits', async () => {
  const [train, digits] = [take(await mnist('train'), 50), take(await mnist('test'), 30)];
  const calibration = { batches: () => batches(train), engine: engines.reference() };
  const snn = await conversions.at(-1)!.converter.convert(ann, calibration);
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

const cli = (...words: string[]) =>
  spawnSync(process.execPath, ['apps/reference/dist/cli.js', ...words], { encoding: 'utf8' });

test('spikewright run writes the same results.jsonl twice, byte for byte, and a report', () => {
  const runs = ['a', 'b'].map((name) => {
    const out = join(folder, name);
    const { status, stdout, stderr } = cli(
      'run',
      '--images',
      '20',
      '--calibration',
      '50',
      '--steps',
      '8',
      '--out',
      out,
    );
    expect(status, stderr).toBe(0);
    expect(stdout).toContain('Accuracy in % after T steps');
    return readFileSync(join(out, 'results.jsonl'), 'utf8');
  });
  expect(runs[0]).toBe(runs[1]);
  expect(
    runs[0]
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).kind),
  ).toEqual(['ann', 'snn', 'snn', 'snn', 'snn']);
  expect(readFileSync(join(folder, 'a', 'report.md'), 'utf8')).toMatch(/\| +T=8 \|/);
});

test('spikewright says in one line what is wrong, and how to ask', () => {
  for (const [words, message] of [
    [['run', '--steps', '0'], 'It must be a whole number from 1 to 4096'],
    [['run', '--images', 'many'], 'It must be a whole number from 1 to 10000'],
    [['run', '--sedd', '1'], "unknown option '--sedd'"],
    [['run', '--engine', 'gpu'], 'Allowed choices are wasm, reference'],
    [['train', 'cifar'], 'It must be mnist'],
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
  for (const word of ['train', '--images', '--steps', '--seed', '--out']) expect(cli('--help').stdout).toContain(word);
  expect(cli('--version').stdout).toMatch(/^\d+\.\d+\.\d+$/m);
});
