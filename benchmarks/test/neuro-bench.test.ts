import { readFile } from 'node:fs/promises';
import { norm } from '@spikewright/converters-norm';
import { batches, mnist, take } from '@spikewright/datasets';
import { loadNetwork, referenceEngine } from '@spikewright/snn-core';
import { expect, test } from 'vitest';
import { checkNeuroBench } from '../src/metrics/neuro-bench-check.js';

test('checkNeuroBench() finds the counts of the real NeuroBench on the MNIST network converted by norm()', async (ctx) => {
  const ann = await loadNetwork(await readFile('apps/reference/networks/mnist.safetensors'));
  const train = take(await mnist('train'), 20);
  const snn = await norm().convert(ann, { batches: () => batches(train), engine: referenceEngine() });
  for await (const digits of batches(take(await mnist('test'), 2))) {
    const check = await checkNeuroBench(snn, digits, 6);
    if ('skipped' in check) return ctx.skip(check.skipped);
    expect(check.versions.neurobench).toMatch(/^\d+\.\d+/);
    expect(check.pairs.map(({ metric }) => metric).slice(0, 4)).toEqual([
      'effective MACs',
      'effective ACs',
      'dense operations',
      'membrane updates',
    ]);
    for (const { metric, ours, theirs } of check.pairs) {
      expect(theirs, metric).toBeGreaterThanOrEqual(0);
      // Counts are equal; NeuroBench adds shares up in another order, and rounds connection sparsity to 4 digits.
      const digits = metric === 'connection sparsity' ? 4 : metric.includes('sparsity') ? 12 : 9;
      expect(ours, metric).toBeCloseTo(theirs, digits);
    }
  }
});

test('checkNeuroBench() is skipped with a message where Python is missing', async () => {
  const before = process.env.SPIKEWRIGHT_PYTHON;
  process.env.SPIKEWRIGHT_PYTHON = '/no/such/python';
  try {
    const ann = await loadNetwork(await readFile('apps/reference/networks/mnist.safetensors'));
    for await (const batch of batches(take(await mnist('test'), 1))) {
      const check = await checkNeuroBench(ann, batch, 1);
      expect(check).toEqual({ skipped: expect.stringContaining('/no/such/python must start') });
    }
  } finally {
    if (before === undefined) delete process.env.SPIKEWRIGHT_PYTHON;
    else process.env.SPIKEWRIGHT_PYTHON = before;
  }
});
