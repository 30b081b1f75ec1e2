import { referenceEngine } from '@spikewright/snn-core';
import { tinyBatch, tinyNetworks, withNeurons } from '@spikewright/testkit';
import { describe, expect, test } from 'vitest';
import { measureEarlyExit } from '../src/early-exit/measure.js';
import { policiesFor, stopOf } from '../src/early-exit/policies.js';
import type { EarlyExit } from '../src/early-exit/results.js';
import { earlyExitTable } from '../src/early-exit/table.js';

test.each([1, 2, 4, 7, 32])('stopOf() stays within the range of its policy, and reaches both ends, T = %i', (steps) => {
  for (const policy of policiesFor(steps)) {
    const stops = Array.from({ length: 2000 }, (_, sample) => stopOf(policy, 1, sample));
    expect([Math.min(...stops), Math.max(...stops)]).toEqual([policy.first, policy.last]);
    // Even draws: the mean is the middle of the range, give or take.
    const mean = stops.reduce((sum, stop) => sum + stop, 0) / stops.length;
    expect(Math.abs(mean - (policy.first + policy.last) / 2)).toBeLessThan(steps / 20);
  }
});

test('stopOf() depends on seed and sample alone', () => {
  const [, policy] = policiesFor(32);
  const draw = (seed: number) => Array.from({ length: 20 }, (_, sample) => stopOf(policy, seed, sample));
  expect(draw(1)).toEqual(draw(1));
  expect(draw(2)).not.toEqual(draw(1));
});

describe('measureEarlyExit()', () => {
  test('counts what is saved by stops, beside the time', async () => {
    const network = withNeurons(tinyNetworks().chain);
    const batch = tinyBatch(network, 6);
    const engine = referenceEngine();
    const savings = await measureEarlyExit({ engine, network, batch, steps: 4, rounds: 3, seed: 1, told: true });
    expect(savings.map(({ policy }) => policy)).toEqual(['early', 'any time', 'late']);
    for (const { policy, meanStop, operations, operationsSaved, wallSaved, ratio, rounds } of savings) {
      const one = policiesFor(4).find(({ name }) => name === policy)!;
      const stops = Array.from(batch.indices, (sample) => stopOf(one, 1, sample));
      expect(meanStop).toBe(stops.reduce((sum, stop) => sum + stop, 0) / 6);
      expect(operationsSaved).toBe(1 - operations.stopped / operations.full);
      expect(operationsSaved).toBeGreaterThan(0);
      const shares = rounds.stopped.map((round, at) => round.wall / rounds.full[at].wall).sort((a, b) => a - b);
      expect(wallSaved).toBe(1 - shares[1]);
      expect(ratio).toBe(wallSaved / operationsSaved);
      expect([rounds.full.length, rounds.stopped.length]).toEqual([3, 3]);
    }
    // All policies are compared with the same full run.
    expect(new Set(savings.map(({ operations }) => operations.full)).size).toBe(1);
  });
});

test('earlyExitTable() has a line for each result, and marks those that save too little time', () => {
  const pair = { full: 2, stopped: 1 };
  const result: EarlyExit = {
    network: 'mnist-qcfs4',
    hash: '',
    weights: 'float32',
    steps: 4,
    policy: 'late',
    meanStop: 3,
    operations: pair,
    wall: pair,
    busy: pair,
    operationsSaved: 0.5,
    wallSaved: 0.45,
    ratio: 0.9,
    busyRatio: 0.95,
    rounds: { full: [], stopped: [] },
  };
  const table = earlyExitTable({
    format: 1,
    benchmark: 'early-exit',
    command: '',
    date: '2026-11-22',
    machine: { cpu: 'x', cores: 1, memory: 1, system: 'x', node: '20' },
    versions: {},
    images: 64,
    seed: 1,
    results: [result, { ...result, policy: 'early', ratio: 0.7 }],
  });
  expect(table).toMatch(/late +│ +3\.00 │ +50\.0 % │ +2\.00 │ +45\.0 % │ +0\.90 │ 0\.95 │ +│/);
  expect(table).toMatch(/early .*0\.70 │ 0\.95 │ below 0\.8 │/);
});
