import * as exported from '@spikewright/tfjs-kernels-wasm';
import * as neurons from '@spikewright/tfjs-kernels-wasm/neurons';
import { expect, test } from 'vitest';

test('the package exports', () => {
  expect(Object.keys(exported).sort()).toEqual(['batchNormTraining', 'registerTrainingKernels', 'whyNoSimdKernels']);
});

test('the entry neurons exports', () => {
  expect(Object.keys(neurons).sort()).toEqual([
    'qcfs',
    'registerNeuronKernels',
    'spikingNeurons',
    'whyNoNeuronKernels',
  ]);
});
