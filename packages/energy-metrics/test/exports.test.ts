import * as metrics from '@spikewright/energy-metrics';
import { expect, test } from 'vitest';

test('energy-metrics exports its models and reports, and nothing else', () => {
  expect(Object.keys(metrics).sort()).toEqual([
    'accessPicojoules',
    'arithmetic',
    'breakEven',
    'compareEnergy',
    'costTables',
    'defineDevice',
    'device',
    'deviceTable',
    'lemaire',
    'neuroBench',
    'proxy',
    'twinBits',
  ]);
});
