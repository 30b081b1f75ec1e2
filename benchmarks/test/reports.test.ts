import { expect, test } from 'vitest';
import { baseCase } from '../src/engine/cases.js';
import { plots } from '../src/engine/plots.js';
import type { Results, Timing } from '../src/engine/results.js';
import { median } from '../src/engine/statistics.js';
import { caseTable } from '../src/engine/tables.js';

const timing = (engine: string, wall: number): Timing => ({
  engine,
  variant: null,
  median: wall,
  min: wall,
  max: wall,
  busy: wall,
  rounds: [{ wall, busy: wall }],
  peakMemory: 2 ** 20,
});

test('median() takes the middle, or the mean of both middles', () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 3, 2])).toBe(2.5);
  expect(() => median([])).toThrow('at least 1 value');
});

test('caseTable() tells how many times faster than each yardstick an engine is', () => {
  const table = caseTable(baseCase('mnist'), [timing('wasm-s7', 0.5), timing('torch', 2), timing('tfjs', 8)]);
  expect(table).toContain('mnist, rate 10 %, T = 32, batch 64, 1 thread; ms a sample and step, median of 1 rounds');
  expect(table).toMatch(/wasm-s7 │ 0\.500 .* 4\.00 │ +16\.0 │ +1 │/);
});

test('plots() draws the axes that were swept', () => {
  const base = baseCase('mnist');
  const results: Results = {
    format: 1,
    date: '2025-01-01',
    machine: { cpu: 'A processor', cores: 1, memory: 1, system: 'linux x64', node: '20.0.0' },
    versions: {},
    cases: [0.05, 0.1].map((rate) => ({ case: { ...base, rate }, timings: [timing('tfjs', rate)] })),
    checks: [],
    skipped: [],
  };
  const [figure, ...others] = plots(results);
  expect(others).toEqual([]);
  expect(figure.axis).toBe('rate');
  expect(figure.svg).toMatch(/^<svg [^>]*xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
});
