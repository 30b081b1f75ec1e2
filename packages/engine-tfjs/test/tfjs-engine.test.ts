import { tfjsEngine } from '@spikewright/engine-tfjs';
import { direct, OptionsError, poisson } from '@spikewright/snn-core';
import { tinyBatch, tinyNetworks, withNeurons } from '@spikewright/testkit';
import { registerTrainingKernels } from '@spikewright/tfjs-kernels-wasm';
import { registerNeuronKernels } from '@spikewright/tfjs-kernels-wasm/neurons';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { enableProdMode, memory, setBackend, tidy } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';

enableProdMode();

const spiking = withNeurons(tinyNetworks().residualIdentity, { levels: [-1, 2], delay: 1, threshold: 0.25 });

test.each([
  [{ rows: 0 }, new RangeError('Cannot make the tfjs engine: rows must be at least 1: 0')],
  [{ rows: 2.5 }, new RangeError('Cannot make the tfjs engine: rows must be a whole number: 2.5')],
  [{ rows: 70_000 }, new RangeError('Cannot make the tfjs engine: rows must be at most 65536: 70000')],
  [{ row: 3 } as object, new OptionsError("Cannot make the tfjs engine: the option must be one of rows: 'row'")],
])('tfjsEngine refuses %j', (options, error) => {
  expect(() => tfjsEngine(options)).toThrow(error);
});

describe.each(['cpu', 'wasm', 'wasm with kernels'])('on %s', (name) => {
  test('tfjsEngine holds the same tensors over 100 runs, and none after dispose', async () => {
    await setBackend(name.split(' ')[0]);
    if (name === 'wasm with kernels') {
      registerTrainingKernels();
      registerNeuronKernels();
    }
    const before = memory().numTensors;
    const program = await tfjsEngine({ rows: 2 }).compile(spiking);
    const held = memory().numTensors;
    const batch = tinyBatch(spiking, 5);
    for (let round = 0; round < 100; round++) {
      const options = { steps: 4, encoder: round % 2 ? poisson() : direct(), seed: round };
      for await (const frame of program.run(batch, { ...options, dropout: round % 3 ? 0 : 0.3 })) {
        frame.spikes('relu1', 0);
        frame.operations('conv2', 0);
        if (round % 5 === 0) frame.stop(0);
      }
      expect(memory().numTensors).toBe(held);
    }
    program.dispose();
    program.dispose();
    expect(memory().numTensors).toBe(before);
    const ann = tinyNetworks().maxPool;
    const other = await tfjsEngine().compile(ann);
    for (let round = 0; round < 20; round++) await other.infer(tinyBatch(ann, 3), () => undefined);
    other.dispose();
    expect(memory().numTensors).toBe(before);
  });
});

test('tfjsEngine refuses the use of a program after dispose', async () => {
  await setBackend('cpu');
  const program = await tfjsEngine().compile(spiking);
  const ann = await tfjsEngine().compile(tinyNetworks().dense);
  program.dispose();
  ann.dispose();
  const error = 'Cannot use program: it must not be disposed of: it was';
  expect(() => program.run(tinyBatch(spiking, 2), { steps: 4, encoder: direct(), seed: 1 })).toThrow(error);
  await expect(async () => ann.infer(tinyBatch(tinyNetworks().dense, 2))).rejects.toThrow(error);
});

test('tfjsEngine refuses names that frames do not know', async () => {
  const program = await tfjsEngine().compile(spiking);
  for await (const frame of program.run(tinyBatch(spiking, 1), { steps: 1, encoder: direct(), seed: 1 })) {
    expect(() => frame.spikes('conv1', 0)).toThrow(
      "Cannot show spikes: the node must be a neuron of the network: 'conv1'",
    );
    expect(() => frame.operations('relu1', 0)).toThrow("Cannot count operations: the node must have weights: 'relu1'");
    expect(frame.spikeCount?.('relu1', 0)).toBe(0); // one step of delay
  }
  program.dispose();
});

test('tfjsEngine can be used within tidy', async () => {
  const ann = tinyNetworks().dense;
  const program = await tfjsEngine().compile(ann);
  let result: Promise<Float32Array> | undefined;
  tidy(() => {
    result = program.infer(tinyBatch(ann, 2)) as Promise<Float32Array>;
  });
  expect(await result).toHaveLength(6);
  program.dispose();
});
