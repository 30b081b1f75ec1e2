import { tinyBatch } from '@spikewright/testkit';
import { registerNeuronKernels } from '@spikewright/tfjs-kernels-wasm/neurons';
import { initialise, train, trainSpiking } from '@spikewright/training';
import { backend, memory } from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { spikingConvolution } from './spiking.js';
import { convolutional, startBackend } from './tiny.js';

beforeAll(async () => {
  await startBackend();
  registerNeuronKernels();
});

const ann = convolutional(6, 3, 3);
const data = tinyBatch(ann, 40);
/** 5 steps an epoch: 1,000 in all. */
const options = { epochs: 200, batchSize: 8 };

/** What a step leaves behind: tensors, and bytes of WebAssembly memory, which only ever grows. */
interface Left {
  readonly tensors: number;
  readonly bytes: number;
}

/** The tfjs back end, of which this is no public part. */
interface WasmBackend {
  readonly wasm: { readonly HEAPU8: Uint8Array };
}

const bytes = (): number => (backend() as unknown as WasmBackend).wasm.HEAPU8.buffer.byteLength;

const left = (): Left => ({ tensors: memory().numTensors, bytes: bytes() });

test('train with QCFS leaves nothing behind in 1,000 steps', async () => {
  const nodes = ann.nodes.map((node) =>
    node.op === 'relu' ? { ...node, op: 'qcfs' as const, lambda: 1, levels: 4 } : node,
  );
  const seen: Left[] = [];
  const before = memory().numTensors;
  await train(initialise({ ...ann, nodes }, 1), data, options, { onStep: () => void seen.push(left()) });
  expect(seen).toHaveLength(1000);
  expect(new Set(seen.map(({ tensors }) => tensors))).toEqual(new Set([before]));
  // The first epoch finds how much room a step needs.
  expect(new Set(seen.slice(5).map(({ bytes }) => bytes)).size).toBe(1);
});

test('trainSpiking with TEBN leaves nothing behind in 1,000 steps', async () => {
  const seen: Left[] = [];
  const before = memory().numTensors;
  const spiking = { ...options, steps: 3, tebn: true };
  await trainSpiking(initialise(spikingConvolution(6, 3, 3), 1), data, spiking, {
    onStep: () => void seen.push(left()),
  });
  expect(seen).toHaveLength(1000);
  expect(new Set(seen.map(({ tensors }) => tensors))).toEqual(new Set([before]));
  expect(new Set(seen.slice(5).map(({ bytes }) => bytes)).size).toBe(1);
});
