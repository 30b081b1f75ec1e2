import * as exported from '@spikewright/tfjs-kernels-wasm';
import { expect, test } from 'vitest';

test('the package exports', () => {
  expect(Object.keys(exported).sort()).toEqual(['registerTrainingKernels']);
});
