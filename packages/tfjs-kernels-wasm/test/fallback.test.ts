import { batchNormTraining, registerTrainingKernels, whyNoSimdKernels } from '@spikewright/tfjs-kernels-wasm';
import { qcfs, registerNeuronKernels, whyNoNeuronKernels } from '@spikewright/tfjs-kernels-wasm/neurons';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { kernelModule } from '../src/fused/kernel-module.js';
import { layers } from '../src/generated/layers.js';
import type { WasmBackend } from '../src/wasm-kernel.js';
import { expectSameOnBothBackends, random } from './two-backends.js';

// An engine without SIMD: everything must be learnt before the back end starts, and go on by compositions.
beforeAll(async () => {
  tf.enableProdMode();
  expect(whyNoSimdKernels()).toBe('the wasm back end has not been started');
  registerTrainingKernels();
  registerNeuronKernels();
  expect(tf.getKernel('BatchNormTraining', 'wasm')).toBeDefined();
  const { validate } = WebAssembly;
  // tfjs asks for SIMD with a few bytes, and starts without threads; only our modules are refused.
  vi.spyOn(WebAssembly, 'validate').mockImplementation((bytes) => bytes.byteLength < 1000 && validate(bytes));
  await tf.setBackend('wasm');
});

afterAll(() => vi.restoreAllMocks());

test('kernels that cannot run are not registered, and the reason is told', () => {
  for (const name of ['BatchNormTraining', 'Qcfs', 'SpikingNeurons']) {
    expect(tf.getKernel(name, 'wasm')).toBeUndefined();
  }
  for (const why of [whyNoSimdKernels(), whyNoNeuronKernels()])
    expect(why).toBe('this engine runs no WebAssembly with SIMD');
});

test('compositions go on', async () => {
  await expectSameOnBothBackends(() => {
    const network = (x: tf.Tensor, k: tf.Tensor, gamma: tf.Tensor): tf.Tensor => {
      const wide = tf.conv2d(x as tf.Tensor4D, k as tf.Tensor4D, 1, 'same');
      const { y } = batchNormTraining(wide, gamma, tf.zeros([5]), 0.1);
      const h = qcfs(y, tf.scalar(1), 4);
      const strided = tf.conv2d(
        tf.maxPool(h as tf.Tensor4D, 2, 2, 'valid'),
        tf.ones([2, 2, 5, 2]) as tf.Tensor4D,
        2,
        'valid',
      );
      return tf.avgPool(strided as tf.Tensor4D, 2, 2, 'valid');
    };
    const inputs = [random([4, 9, 8, 5], 1), random([3, 3, 5, 5], 2), tf.ones([5])];
    return tf.grads(network)(inputs);
  });
});

const memory = new WebAssembly.Memory({ initial: 1, maximum: 65536 });
const HEAPU8 = new Uint8Array(memory.buffer);
const faults: [string, WasmBackend['wasm'], string][] = [
  ['no memory', { HEAPU8 }, 'the memory of the wasm back end is out of reach'],
  ['another memory', { HEAPU8: new Uint8Array(8), asm: { memory } }, 'the memory of the wasm back end is out of reach'],
];

test.each(faults)('a module tells why it cannot run: %s', (_name, wasm, reason) => {
  const backend = { wasm } as WasmBackend;
  const module = kernelModule(layers);
  expect(module.fault(backend)).toBe(reason);
  expect(module.on(backend)).toBeUndefined();
});

test('a module runs on memory of either build, with threads and without', () => {
  vi.restoreAllMocks();
  const shared = new WebAssembly.Memory({ initial: 1, maximum: 32768, shared: true });
  for (const wasm of [
    { HEAPU8, asm: { memory } },
    { HEAPU8: new Uint8Array(shared.buffer), wasmMemory: shared },
  ] as WasmBackend['wasm'][]) {
    const module = kernelModule<{ segmentSum(...parameters: number[]): void }>(layers);
    expect(module.fault({ wasm } as WasmBackend)).toBeUndefined();
    const floats = new Float32Array(wasm.HEAPU8.buffer);
    floats.set([5, 7, 9]); // rows, at address 0; their segments 1, 1, 0 at 64; sums at 128
    new Int32Array(wasm.HEAPU8.buffer).set([1, 1, 0], 16);
    module.on({ wasm } as WasmBackend); // started twice on another object: each back end has its own
    const backend = { wasm } as WasmBackend;
    module.on(backend)?.segmentSum(0, 64, 3, 1, 128, 2);
    expect([...floats.subarray(32, 34)]).toEqual([9, 12]);
  }
});

test('memory that no module can import is told', () => {
  const small = new WebAssembly.Memory({ initial: 0, maximum: 0 });
  const wasm = { HEAPU8: new Uint8Array(small.buffer), asm: { memory: small } };
  expect(kernelModule(layers).fault({ wasm } as WasmBackend)).toMatch(/^the kernels cannot be started: /);
});
