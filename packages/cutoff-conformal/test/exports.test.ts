import * as cutoffs from '@spikewright/cutoff-conformal';
import { expect, test } from 'vitest';

test('cutoff-conformal exports its cutoffs and what works on recordings, and nothing else', () => {
  expect(Object.keys(cutoffs).sort()).toEqual([
    'confidence',
    'entropy',
    'fixedStep',
    'predictionSet',
    'riskControlled',
    'spikeCP',
    'stopSteps',
  ]);
});
