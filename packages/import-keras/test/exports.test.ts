import * as keras from '@spikewright/import-keras';
import { expect, test } from 'vitest';

test('the package exports its readers and nothing else', () => {
  expect(Object.keys(keras).sort()).toEqual(['readKeras', 'readKerasWeights', 'readTfjs']);
});
