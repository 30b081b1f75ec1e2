import * as exported from '@spikewright/training';
import { expect, test } from 'vitest';

test('the package exports', () => {
  expect(Object.keys(exported).sort()).toEqual([
    'evaluateAnn',
    'evaluateSpiking',
    'initialise',
    'noRegularizer',
    'serveGradients',
    'spikingTrainOptions',
    'train',
    'trainOptions',
    'trainSpiking',
    'withoutGradient',
  ]);
});
