import { expect, test } from 'vitest';
import { baseCase, casesOf, describe } from '../src/engine/cases.js';

test('casesOf() sweeps one axis at a time through the base', () => {
  expect(casesOf('vgg16', {}).map(describe)).toEqual([
    'vgg16, rate 2 %, T = 32, batch 8, 1 thread',
    'vgg16, rate 5 %, T = 32, batch 8, 1 thread',
    'vgg16, rate 10 %, T = 32, batch 8, 1 thread',
    'vgg16, rate 20 %, T = 32, batch 8, 1 thread',
    'vgg16, rate 30 %, T = 32, batch 8, 1 thread',
    'vgg16, rate 10 %, T = 4, batch 8, 1 thread',
    'vgg16, rate 10 %, T = 256, batch 8, 1 thread',
    'vgg16, rate 10 %, T = 32, batch 1, 1 thread',
    'vgg16, rate 10 %, T = 32, batch 64, 1 thread',
    'vgg16, rate 10 %, T = 4, batch 1, 1 thread',
    'vgg16, rate 10 %, T = 32, batch 8, 2 threads',
  ]);
});

test('casesOf() combines all values that are given', () => {
  const base = baseCase('mnist');
  expect(casesOf('mnist', { steps: [4, 8], batches: [1, 2] })).toEqual([
    { ...base, steps: 4, batch: 1 },
    { ...base, steps: 4, batch: 2 },
    { ...base, steps: 8, batch: 1 },
    { ...base, steps: 8, batch: 2 },
  ]);
});
