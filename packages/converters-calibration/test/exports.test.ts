import * as converters from '@spikewright/converters-calibration';
import { expect, test } from 'vitest';

test('converters-calibration exports its converter, corrections, neurons and engine, and nothing else', () => {
  expect(Object.keys(converters).sort()).toEqual([
    'burstNeurons',
    'calibration',
    'correctBiases',
    'correctPotentials',
    'signedNeurons',
    'twoStageEngine',
  ]);
});
