import * as cutoffs from '@spikewright/cutoff-topk';
import { expect, test } from 'vitest';

test('cutoff-topk exports its cutoff and what measures it, and nothing else', () => {
  expect(Object.keys(cutoffs).sort()).toEqual([
    'evaluateCutoff',
    'evaluateStops',
    'optimalCutoffTimesteps',
    'topK',
    'topKThresholds',
  ]);
});
