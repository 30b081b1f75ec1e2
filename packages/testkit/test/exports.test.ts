import * as testkit from '@spikewright/testkit';
import { expect, test } from 'vitest';

test('the package exports these names', () => {
  expect(Object.keys(testkit).sort()).toEqual([
    'allClose',
    'converterChecks',
    'cutoffChecks',
    'encoderChecks',
    'engineChecks',
    'metricChecks',
    'neuronKinds',
    'pluginChecks',
    'tinyBatch',
    'tinyNetworks',
    'tunerChecks',
    'withNeurons',
  ]);
});
