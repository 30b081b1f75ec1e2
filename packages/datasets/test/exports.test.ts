import * as datasets from '@spikewright/datasets';
import { expect, test } from 'vitest';

test('the package exports these names', () => {
  expect(Object.keys(datasets).sort()).toEqual([
    'batches',
    'idxImageSet',
    'imageSet',
    'mnist',
    'readIdx',
    'shuffle',
    'split',
    'take',
  ]);
});
