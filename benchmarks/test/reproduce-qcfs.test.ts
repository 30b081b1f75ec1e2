import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { qcfsPlan } from '../src/reproduce/qcfs.js';
import type { Reproduction } from '../src/reproduce/results.js';
import { runReproduction } from '../src/reproduce/run-reproduction.js';

const BOUNDS = [
  { network: 'mnist-qcfs4', method: 'QCFS, L = 4', steps: 4, most: 0.5 },
  { network: 'fashion-mnist-qcfs4', method: 'QCFS, L = 4', steps: 4, most: 1.5 },
  { network: 'fashion-mnist-qcfs4', method: 'QCFS, L = 4', steps: 8, most: 1 },
];

test.each([
  ['mnist-qcfs4', undefined],
  ['fashion-mnist-qcfs4', '/usr/share/datasets/fashion-mnist'],
])('reproduce qcfs holds %s to its bounds', async (name, folder) => {
  const bounds = BOUNDS.filter(({ network }) => network === name);
  const options = { networks: [name], images: 20, calibration: 20, steps: 2, seed: 1, boundImages: 500, workers: 1 };
  const results = await runReproduction({ ...qcfsPlan, methods: () => [] }, { ...options, say: () => undefined });
  if (folder && !existsSync(folder)) return expect(results.skipped[0]).toMatch(/^Left out: fashion-mnist-qcfs4: /);
  expect(results.skipped).toEqual([]);
  expect(results.bounds).toMatchObject(bounds.map((bound) => ({ ...bound, images: 500, holds: true })));
});

test('the results that are kept hold every bound, on all test images', () => {
  const file = new URL('../results/reproduce-qcfs.json', import.meta.url);
  const { bounds, skipped }: Reproduction = JSON.parse(readFileSync(file, 'utf8'));
  expect(skipped).toEqual([]);
  expect(bounds).toMatchObject(BOUNDS.map((bound) => ({ ...bound, images: 10_000, holds: true })));
  for (const { loss, most } of bounds) expect(loss).toBeLessThanOrEqual(most);
});
