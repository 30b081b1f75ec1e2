import * as datasets from '@spikewright/datasets';
import { expect, test } from 'vitest';

test('the package exports these names', () => {
  expect(Object.keys(datasets).sort()).toEqual([
    'batches',
    'cifar10',
    'cifar100',
    'eventBatches',
    'eventFrames',
    'eventSpikes',
    'idxImageSet',
    'imageFolder',
    'imageSet',
    'mnist',
    'nmnist',
    'readEvents',
    'readIdx',
    'shuffle',
    'split',
    'take',
  ]);
});
