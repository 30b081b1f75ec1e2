import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { norm } from '@spikewright/converters-norm';
import { batches, type ImageSet, mnist, take } from '@spikewright/datasets';
import { writeNir } from '@spikewright/nir';
import { type Network, referenceEngine } from '@spikewright/snn-core';
import { tinyBatch, tinyNetworks } from '@spikewright/testkit';
import { afterAll, expect, test } from 'vitest';
import { withInputScale } from '../src/models/input-scale.js';
import { readModel } from '../src/models/read-model.js';
import { compatibility } from '../src/run/compatibility.js';
import { convertersPage } from '../src/run/converters-command.js';
import { readImages } from '../src/run/images.js';

const folder = mkdtempSync(join(tmpdir(), 'spikewright-models-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const MODELS = '../shared/data/models';
const cli = (...words: string[]) =>
  spawnSync(process.execPath, ['apps/reference/dist/cli.js', ...words], { encoding: 'utf8' });

const { chain } = tinyNetworks();

const outputs = async (network: Network, data: Float32Array): Promise<Float32Array> => {
  const program = await referenceEngine().compile(network);
  return program.infer({ ...tinyBatch(network, 2), data });
};

test('withInputScale() computes (factor x - mean) / std by channel', async () => {
  const { data } = tinyBatch(chain, 2);
  const scaled = withInputScale(chain, { factor: 4, mean: [1, 0.5], std: [2, 4] });
  const expected = data.map((value, place) => (4 * value - [1, 0.5][place % 2]) / [2, 4][place % 2]);
  expect(await outputs(scaled, data)).toEqual(await outputs(chain, expected));
  expect(withInputScale(chain, {})).toBe(chain);
  expect(() => withInputScale(chain, { mean: [1, 2, 3] })).toThrow('mean must have 1 or 2 values: 3');
  expect(() => withInputScale(chain, { std: [0] })).toThrow('std must not be 0');
  expect(() => withInputScale(chain, { factor: 0 })).toThrow('factor must not be 0');
});

/** A PNG of one grey pixel. */
const greyPixel = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==',
  'base64',
);

const dataOf = async (images: ImageSet): Promise<Float32Array | undefined> => {
  for await (const { data } of batches(images)) return data;
  return undefined;
};

const entering = (...shape: number[]): Network => ({
  format: 1,
  nodes: [{ op: 'input', name: 'input', inputs: [], shape }],
  meta: {},
});

test('readImages() gives grey images the shape of the input, and refuses what does not fit', async () => {
  const choice = { data: 'mnist', images: 3, calibration: 5, seed: 0 };
  const { test: image } = await readImages(choice, entering(28, 28, 1));
  for (const shape of [[784], [1, 28, 28]]) {
    const { test, train } = await readImages(choice, entering(...shape));
    expect([test.shape, train.shape, train.indices.length]).toEqual([shape, shape, 5]);
    expect(await dataOf(test)).toEqual(await dataOf(image));
  }
  for (const shape of [[14, 56, 1], [783], [32, 32, 3]]) {
    await expect(readImages(choice, entering(...shape))).rejects.toThrow(
      `images must have the shape of the network's input, ${shape.join(' x ')}: mnist-test has 28 x 28 x 1`,
    );
  }
});

test('readImages() splits a folder of images without overlap, and refuses one that gives wrong labels', async () => {
  const write = (path: string): void => {
    mkdirSync(join(folder, dirname(path)), { recursive: true });
    writeFileSync(join(folder, path), greyPixel);
  };
  for (const path of ['all/a/1.png', 'all/a/2.png', 'all/b/1.png', 'one/a/1.png']) write(path);
  for (const path of ['parts/train/a/1.png', 'parts/train/b/1.png', 'parts/test/b/1.png']) write(path);
  const choice = { images: 10, calibration: 10, seed: 1 };
  const read = (name: string) => readImages({ ...choice, data: join(folder, name) }, entering(1, 1, 1));
  const { test, train } = await read('all');
  expect([...test.indices, ...train.indices].sort()).toEqual([0, 1, 2]);
  expect(train.indices).toHaveLength(1); // half of 3 at most
  await expect(read('one')).rejects.toThrow('there must be two, to calibrate with and to measure on');
  await expect(read('parts')).rejects.toThrow(
    'train and test must have the same classes, for their order gives the labels: a,b and b',
  );
  write('parts/test/a/1.png');
  const { test: b } = await read('parts');
  expect(b.classNames).toEqual(['a', 'b']);
  // All test images, and where some are held back, at most half of them.
  const shares = async (holdBack: boolean): Promise<number[]> => {
    const data = join(folder, 'parts');
    const images = await readImages({ data, calibration: 10, seed: 1 }, entering(1, 1, 1), holdBack);
    return [images.test.indices.length, images.held.indices.length];
  };
  expect(await shares(false)).toEqual([2, 0]);
  expect(await shares(true)).toEqual([1, 1]);
  write('parts/test/a/2.png');
  expect(await shares(true)).toEqual([2, 1]);
});

test('readModel() reads a network saved by Spikewright, and one written as NIR', async () => {
  const { network } = await readModel('apps/reference/networks/mnist.safetensors');
  const digits = take(await mnist('train'), 20);
  const snn = await norm().convert(network, { batches: () => batches(digits), engine: referenceEngine() });
  const file = join(folder, 'digits.nir');
  writeFileSync(file, await writeNir(snn));
  expect((await readModel(file)).network).toEqual(snn);
});

test('a damaged file is one clear error', async () => {
  for (const ending of ['h5', 'keras', 'onnx', 'nir', 'safetensors', 'json']) {
    const file = join(folder, `damaged.${ending}`);
    writeFileSync(file, 'no model at all');
    const { status, stderr } = cli('inspect', file);
    expect(status).toBe(1);
    expect(stderr).toMatch(/^error: Cannot [^\n]*\n$/);
  }
});

test('spikewright inspect shows layers and nodes of the embedded network', () => {
  const { stdout, status } = cli('inspect', 'apps/reference/networks/mnist.safetensors');
  expect(status).toBe(0);
  // 3 · 3 · 1 · 16 weights, no bias: batch normalisation follows
  expect(stdout).toMatch(/conv1 +│ conv2d +│ 28 x 28 x 16 +│ +144 │/);
  expect(stdout).toMatch(/bn1 .* folded .*into the weights of 'conv1'/);
  expect(stdout).toMatch(/all .* 55,002 /);
});

test('spikewright doctor calls a good conversion sound', () => {
  const { stdout, status } = cli('doctor', '--images', '20', '--calibration', '100', '--steps', '32');
  expect(status).toBe(0);
  expect(stdout).toContain("of the answers are the ANN's. Sound.");
});

test('spikewright doctor names a wrong scale of the input, and a preparation that costs answers', () => {
  const few = ['--images', '40', '--calibration', '100', '--steps', '8'];
  const dark = cli('doctor', '--factor', '0.00392', ...few);
  expect(dark.stdout).toContain('- input scale: with the input multiplied by 255,');
  const changed = cli('doctor', '--converter', 'l4-normalise', ...few);
  expect(changed.stdout).toMatch(/The ANN that it prepares first has \d+\.\d\d % right, the one given \d+/);
});

test.skipIf(!existsSync(MODELS))(
  'spikewright inspect and run take files of others, where ../shared/data is present',
  () => {
    const inspected = cli('inspect', `${MODELS}/cntk-mnist.onnx`);
    expect(inspected.stdout).toMatch(/Pooling66 .* unsupported .*max pooling/);
    const out = join(folder, 'out');
    const few = ['--images', '40', '--calibration', '40', '--steps', '32', '--out', out];
    const { status, stderr } = cli('run', `${MODELS}/intel-mnist-allconv.h5`, '--converter', 'norm', ...few);
    expect(status, stderr).toBe(0);
    const [, ann, snn] = readFileSync(join(out, 'results.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(ann.accuracy).toBeGreaterThan(0.9);
    expect(snn.evaluation.accuracy[31]).toBeGreaterThan(0.85);
  },
);

test('docs/converters.md is what the code says', async () => {
  expect(readFileSync('docs/converters.md', 'utf8').trim()).toBe(convertersPage(await compatibility()).trim());
});
