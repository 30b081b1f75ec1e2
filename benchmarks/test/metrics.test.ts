import { direct, evaluate, referenceEngine } from '@spikewright/snn-core';
import { tinyBatch, tinyNetworks, withNeurons } from '@spikewright/testkit';
import { expect, test } from 'vitest';
import { measureMetrics } from '../src/metrics/measure-metrics.js';
import { checkTable, metricTable } from '../src/metrics/metric-table.js';
import type { MetricResults } from '../src/metrics/results.js';

test('measureMetrics() times runs with and without counting, and the reports', async () => {
  const ann = tinyNetworks().deep;
  const program = await referenceEngine().compile(withNeurons(ann));
  const batch = tinyBatch(ann, 3);
  await evaluate(program, [batch], { steps: 2, encoder: direct() });
  const { bare, counted, ratio, reports } = await measureMetrics({ program, ann, batch, steps: 2, seed: 1, rounds: 3 });
  expect([bare.rounds.length, counted.rounds.length]).toEqual([3, 3]);
  expect(ratio).toBe(counted.median / bare.median);
  expect(bare.min).toBeLessThanOrEqual(bare.median);
  expect(reports).toBeGreaterThan(0);
});

test('metricTable() says what counting costs', () => {
  const times = (median: number) => ({ median, min: median, max: median, rounds: [median] });
  const text = metricTable({
    network: { name: 'net', hash: 'abcdef0123456789' },
    images: 4,
    steps: 8,
    bare: times(0.1),
    counted: times(0.103),
    ratio: 1.03,
    reports: 12,
  } as unknown as MetricResults);
  expect(text).toContain('net (abcdef012345), 4 images, 8 steps');
  expect(text).toContain('counting costs 3.0 % of a run');
  expect(text).toContain('all energy reports: 12 ms once');
});

test('checkTable() marks what differs, and says why a check was skipped', () => {
  const versions = { neurobench: '2.3.0' };
  const pair = (metric: string, ours: number, theirs: number) => ({ metric, ours, theirs });
  const pairs = [pair('ACs', 10, 10), pair('MACs', 10, 11), pair('connection sparsity', 0.123_44, 0.1234)];
  const lines = checkTable({ versions, pairs }).split('\n');
  expect(lines[0]).toBe('neurobench 2.3.0');
  const marks = pairs.map(({ metric }) => lines.find((line) => line.includes(metric))!.includes('same'));
  expect(marks).toEqual([true, false, true]);
  expect(checkTable({ skipped: 'no Python' })).toBe('skipped: no Python');
});
