import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { batches } from '@spikewright/datasets';
import { direct, evaluate, loadNetwork, type Neuron, type Node, referenceEngine } from '@spikewright/snn-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { dataSets } from '../src/train/data-sets.js';
import { checkpointOf, trainNetwork } from '../src/train/train-network.js';
import { wholeTraining } from '../src/train/train-options.js';
import { writeDigits } from './idx-files.js';

const folder = mkdtempSync(join(tmpdir(), 'spikewright-direct-'));
const data = join(folder, 'data');
const file = (name: string): string => join(folder, name);
beforeAll(() => writeDigits(data, 240, 50));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const linesOf = (log: string): Record<string, unknown>[] =>
  readFileSync(log, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

const neuronsOf = (nodes: readonly Node[]): Neuron[] => nodes.filter((node) => node.op === 'neuron');

test.each([
  { method: 'tet', leak: 0.5, said: { loss: 'tet', targetWeight: 0.001 }, parameters: 54_666 },
  // A gain a step in each of three layers.
  { method: 'tebn', leak: 0.25, said: { loss: 'mean-output', tebn: true }, parameters: 54_666 + 3 * 4 },
] as const)('trainNetwork() trains directly by $method, and says how in file and log', async (row) => {
  const { method, leak, said, parameters } = row;
  const out = file(`${method}.safetensors`);
  const told = { dataSet: 'mnist', method, epochs: 3, seed: 3 } as const;
  const { finished, testAccuracy, testImages, files } = await trainNetwork({ ...told, data, out });
  expect([finished, testImages]).toEqual([true, 50]);
  expect(files).toEqual(['jsonl', 'svg', 'png'].map((ending) => file(`${method}.${ending}`)));

  const network = await loadNetwork(readFileSync(out));
  // Batch normalisation is folded: 112 shifts of it are biases now, of 54,778 parameters of the ANN.
  expect(network.nodes.map(({ name }) => name)).toEqual(
    'input conv1 lif1 pool1 conv2 lif2 pool2 conv3 lif3 flatten dense'.split(' '),
  );
  for (const neuron of neuronsOf(network.nodes)) {
    expect(neuron).toMatchObject({ leak, reset: 'zero', fires: '>', levels: [0, 1] });
    expect(neuron.gains?.shape).toEqual(method === 'tebn' ? [4] : undefined);
  }
  const command = `pnpm train mnist --method ${method} --time-steps 4 --epochs 3 --seed 3`;
  expect(network.meta).toMatchObject({
    name: `mnist-cnn-${method}`,
    source: { command, seed: 3, parameters, steps: 4, testImages: 50, testAccuracy },
  });
  const { recipe } = network.meta.source as { recipe: string };
  expect(JSON.parse(recipe)).toMatchObject({ batchSize: 64, learningRate: 0.003, steps: 4, ...said });

  // The accuracy is that of another engine, after the last step.
  for await (const batch of batches(await dataSets.mnist.load('test', data), { size: 50 })) {
    const engine = await evaluate(await referenceEngine().compile(network), [batch], { steps: 4, encoder: direct() });
    expect(Math.abs(Number(engine.accuracy[3]) - Number(testAccuracy))).toBeLessThan(0.021);
  }

  const lines = linesOf(files[0]);
  expect(lines.map(({ kind, epoch }) => [kind, epoch])).toEqual([
    ['training', undefined],
    ['epoch', 1],
    ['epoch', 2],
    ['epoch', 3],
    ['test', 3],
  ]);
  expect(lines[0]).toMatchObject({ command, network: `mnist-${method}`, options: { steps: 4, shift: 1, ...said } });
  const [first, , last] = lines.slice(1).map(({ loss }) => Number(loss));
  expect(last).toBeLessThan(first / 2);
  expect(lines[4]).toEqual({ kind: 'test', images: 50, accuracy: testAccuracy, epoch: 3 });
});

test.each(['tet', 'tebn'] as const)('%s that was ended within an epoch goes on to the same bytes', async (method) => {
  const told = { dataSet: 'mnist', method, timeSteps: 2, rcs: 0.002, epochs: 2, validation: 0.2, patience: 1 } as const;
  const [whole, broken] = ['whole', 'broken'].map((name) => file(`${name}-${method}.safetensors`));
  await trainNetwork({ ...told, data, out: whole });
  const abort = new AbortController();
  const onStep = ({ epoch, step }: { epoch: number; step: number }): void =>
    epoch === 2 && step === 2 ? abort.abort() : undefined;
  const ended = await trainNetwork({ ...told, data, out: broken, signal: abort.signal, progress: { onStep } });
  expect(ended.finished).toBe(false);
  // Another method has no use for the checkpoint.
  const other = { ...told, method: method === 'tet' ? 'tebn' : 'tet' } as const;
  await expect(trainNetwork({ ...other, data, out: broken, resume: true })).rejects.toThrow(
    /it must have the same (options|network)/,
  );
  expect(readFileSync(checkpointOf(broken)).length).toBeGreaterThan(0);
  await trainNetwork({ ...told, data, out: broken, resume: true });
  expect(readFileSync(broken).equals(readFileSync(whole))).toBe(true);
  const [one, two] = [whole, broken].map((out) =>
    linesOf(out.replace('.safetensors', '.jsonl')).map(({ seconds: _, ...line }) => line),
  );
  expect(two).toEqual(one);
  expect(one[0]).toMatchObject({
    network: `mnist-${method}2-rcs`,
    options: { steps: 2, rcs: 0.002 },
    command: `pnpm train mnist --method ${method} --time-steps 2 --rcs 0.002 --epochs 2 --seed 1 --validation 0.2 --patience 1`,
  });
});

test('spikewright train shares batches of direct training out among workers, with RCS', () => {
  const words = 'mnist --method tebn --time-steps 2 --rcs 0.002 --epochs 1 --seed 3 --workers 2';
  const { status, stderr, stdout } = spawnSync(
    process.execPath,
    ['apps/reference/dist/cli.js', 'train', ...words.split(' '), '--data', data, '--out', file('shared.safetensors')],
    { encoding: 'utf8' },
  );
  expect(stderr).toMatch(/^training ...\nepoch 1 of 1: .*\n$/);
  expect(stdout).toContain('% on 50 test images at T = 2\n');
  expect(status).toBe(0);
  expect(linesOf(file('shared.jsonl'))[0]).toMatchObject({ command: `pnpm train ${words}`, options: { workers: 2 } });
});

test('wholeTraining() refuses what goes with another method only', () => {
  for (const [said, message] of [
    [{ method: 'tet', activation: 'relu' }, 'Cannot train by tet: --activation needs --method ann: relu'],
    [{ method: 'tebn', levels: 4 }, 'Cannot train by tebn: --levels needs --activation qcfs: 4'],
    [{ activation: 'clip', levels: 4 }, 'Cannot train by ann: --levels needs --activation qcfs: 4'],
    [{ timeSteps: 8 }, 'Cannot train by ann: --time-steps needs --method tet or tebn: 8'],
  ] as const) {
    expect(() => wholeTraining({ dataSet: 'mnist', ...said })).toThrow(message);
  }
});
