import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { batches, take } from '@spikewright/datasets';
import { wasmEngine } from '@spikewright/engine-wasm';
import { direct, evaluate, evaluateAnn, loadNetwork, networkHash } from '@spikewright/snn-core';
import { expect, test } from 'vitest';
import { type DataSetName, dataSets } from '../src/train/data-sets.js';

const NETWORKS = 'apps/reference/networks';
const names = readdirSync(NETWORKS)
  .filter((file) => file.endsWith('.safetensors'))
  .map((file) => file.replace('.safetensors', ''));
const networkOf = (name: string) => loadNetwork(readFileSync(join(NETWORKS, `${name}.safetensors`)));
const sourceOf = (name: string) => networkOf(name).meta.source as Record<string, string | number>;

const linesOf = (log: string): Record<string, unknown>[] =>
  readFileSync(log, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

/** Where logs lie, by who wrote them. */
const logOf = (name: string): string =>
  [
    join(NETWORKS, 'logs', `${name}.jsonl`),
    `benchmarks/train-cifar/logs/${name}.jsonl`,
    `benchmarks/train-cifar/logs/seeds/${name}-seed1.jsonl`,
  ].find(existsSync) ?? `no log of ${name}`;

test.each(names)('%s names its data, seed and command, and its log tells of the run that it comes from', (name) => {
  const { command, dataset, seed, epochs, testAccuracy } = sourceOf(name);
  expect([command, dataset]).toEqual([expect.stringContaining('train'), expect.any(String)]);
  expect(seed).toBe(1);

  const lines = linesOf(logOf(name));
  const numbered = lines.filter((line) => 'loss' in line).map(({ epoch }) => epoch);
  expect(numbered).toEqual(Array.from({ length: Number(epochs) }, (_, at) => at + 1));
  const last = lines.at(-1);
  expect(last?.testAccuracy ?? last?.accuracy).toBe(testAccuracy);
});

test.each(names.filter((name) => String(sourceOf(name).command).startsWith('pnpm train ')))(
  '%s was trained by the command that its log begins with',
  (name) => {
    expect(linesOf(logOf(name))[0]).toMatchObject({ kind: 'training', command: sourceOf(name).command });
  },
);

// Logs of PyTorch do not say their command: what it took tells, to the second.
test.each(names.filter((name) => String(sourceOf(name).command).startsWith('python ')))(
  '%s took the time that its log ends with',
  (name) => {
    expect(Math.round(Number(linesOf(logOf(name)).at(-1)?.cpuSeconds))).toBe(sourceOf(name).cpuSeconds);
  },
);

/** All 10,000 test images, `benchmarks/train-cifar/accuracy.mjs`: other sums than those of training, and the same answers but for a few. */
const evaluated = linesOf('benchmarks/train-cifar/logs/accuracy.jsonl');

test.each(names)('%s was evaluated here on all test images, and answers as its file says', async (name) => {
  const line = evaluated.find((one) => one.name === name);
  expect(line).toMatchObject({ hash: await networkHash(networkOf(name)), images: 10_000 });
  const overTime = line?.accuracyAtSteps as number[] | undefined;
  const accuracy = Number(line?.accuracy ?? overTime?.at(-1));
  expect(Math.abs(accuracy - Number(sourceOf(name).testAccuracy))).toBeLessThanOrEqual(0.002);
});

const DATA: readonly DataSetName[] = ['fashion-mnist', 'mnist'];
const FASHION = '/usr/share/datasets/fashion-mnist';
const ENGINE = wasmEngine();

// A file with wrong bytes, a wrong order of axes or another preprocessing falls far below: 500 images tell within 3 points.
test.for(names.filter((name) => DATA.some((data) => name.startsWith(data))))(
  '%s answers the first 500 test images as its file says',
  async (name, { skip }) => {
    const dataSet = DATA.find((data) => name.startsWith(data)) as DataSetName;
    if (dataSet === 'fashion-mnist' && !existsSync(FASHION)) skip(`Fashion-MNIST is not installed: ${FASHION}`);
    const network = networkOf(name);
    const { testAccuracy, steps = 4 } = sourceOf(name);
    const images = batches(take(await dataSets[dataSet].load('test'), 500), { size: 100 });
    const program = await ENGINE.compile(network);
    const spiking = network.nodes.some(({ op }) => op === 'neuron');
    const accuracy = spiking
      ? (await evaluate(program, images, { steps: Number(steps), encoder: direct() })).accuracy.at(-1)
      : (await evaluateAnn(program, images)).accuracy;
    expect(Math.abs(Number(accuracy) - Number(testAccuracy))).toBeLessThan(0.03);
  },
);

test('the README has the SHA-256 of each network that `pnpm train` made', async () => {
  const readme = readFileSync(join(NETWORKS, 'README.md'), 'utf8');
  for (const name of names.filter((one) => String(sourceOf(one).command).startsWith('pnpm train '))) {
    const hash = createHash('sha256')
      .update(readFileSync(join(NETWORKS, `${name}.safetensors`)))
      .digest('hex');
    expect(readme).toMatch(new RegExp(`\\| \`${name}\` +\\| \`${hash}\` \\|`));
  }
});

/** Runs of `pnpm train` whose weights are not kept: what each gave stands in the README of the training package. */
test.each(readdirSync(join(NETWORKS, 'logs')).filter((file) => file.includes('-epochs')))(
  '%s tells of a whole run, and the README of its accuracy',
  (file) => {
    const [{ command, options }, ...lines] = linesOf(join(NETWORKS, 'logs', file));
    const { epochs } = options as { epochs: number };
    expect(file).toContain(`-epochs${epochs}.jsonl`);
    expect(lines.slice(0, -1).map(({ epoch }) => epoch)).toEqual(Array.from({ length: epochs }, (_, at) => at + 1));
    const last = lines.at(-1);
    expect(last).toMatchObject({ kind: 'test', images: 10_000, epoch: epochs });
    const readme = readFileSync('packages/training/README.md', 'utf8').replaceAll(/\s+/g, ' ');
    const figures = [`**${(100 * Number(last?.accuracy)).toFixed(2)} %** of the 10,000 test images`, `\`${command}\``];
    expect(figures.filter((figure) => !readme.includes(figure))).toEqual([]);
  },
);
