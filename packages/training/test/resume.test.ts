import { readSafetensors, saveNetwork, writeSafetensors } from '@spikewright/snn-core';
import { tinyBatch } from '@spikewright/testkit';
import { initialise, type TrainHooks, type TrainOptions, type TrainResult, train } from '@spikewright/training';
import { beforeAll, expect, test } from 'vitest';
import { convolutional, startBackend, values } from './tiny.js';

beforeAll(startBackend);

const start = initialise(convolutional(6, 3, 3), 7);
const samples = tinyBatch(start, 40);
// 32 samples to train on: four steps an epoch, twelve in all.
const options: TrainOptions = { epochs: 3, batchSize: 8, shift: 1, validation: 0.2, seed: 5 };
const qcfs = { op: 'qcfs', lambda: 1.5, levels: 4 } as const;
const go = (hooks: TrainHooks, changes: TrainOptions = {}): Promise<TrainResult> =>
  train(start, samples, { ...options, ...changes }, hooks);

/** Trains up to a step, counted over all epochs, and returns the last checkpoint. */
async function checkpointAfter(steps: number, changes: TrainOptions = {}): Promise<Uint8Array> {
  const abort = new AbortController();
  let [taken, checkpoint] = [0, new Uint8Array()];
  const result = await go(
    {
      signal: abort.signal,
      onStep: () => {
        taken += 1;
        if (taken === steps) abort.abort();
      },
      onCheckpoint: (bytes) => {
        checkpoint = new Uint8Array(bytes);
      },
    },
    changes,
  );
  expect(taken).toBe(steps); // no step after the abort
  expect(result.finished).toBe(false);
  return checkpoint;
}

test.each([1, 4, 6, 11])(
  'train resumed after step %i ends at the weights and the history of an unbroken run',
  async (steps) => {
    for (const optimizer of ['adam', 'sgd'] as const) {
      const whole = await go({}, { optimizer });
      const resume = await checkpointAfter(steps, { optimizer });
      const resumed = await go({ resume }, { optimizer });
      expect(resumed.finished).toBe(true);
      expect(saveNetwork(resumed.network)).toEqual(saveNetwork(whole.network));
      expect(resumed.history).toEqual(whole.history);
    }
  },
);

test('train resumes λ of clip and qcfs with the rest', async () => {
  const bounded = { ...start, nodes: start.nodes.map((node) => (node.op === 'relu' ? { ...node, ...qcfs } : node)) };
  const abort = new AbortController();
  let resume = new Uint8Array();
  const whole = await train(bounded, samples, options);
  await train(bounded, samples, options, {
    signal: abort.signal,
    onStep: ({ epoch, step }) => (epoch === 2 && step === 3 ? abort.abort() : undefined),
    onCheckpoint: (bytes) => {
      resume = new Uint8Array(bytes);
    },
  });
  const resumed = await train(bounded, samples, options, { resume });
  expect(saveNetwork(resumed.network)).toEqual(saveNetwork(whole.network));
  expect(values(whole.network, 'relu', 'lambda')[0]).not.toBeCloseTo(1.5, 4);
});

test('train writes a checkpoint after each epoch and waits for it', async () => {
  const events: string[] = [];
  const { finished } = await go({
    onEpoch: ({ epoch }) => void events.push(`epoch ${epoch}`),
    onCheckpoint: async (bytes) => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      events.push(Object.hasOwn(readSafetensors(bytes).tensors, 'network/conv.kernel') ? 'saved' : 'empty');
    },
  });
  expect(finished).toBe(true);
  expect(events).toEqual(['epoch 1', 'saved', 'epoch 2', 'saved', 'epoch 3', 'saved']);
});

test('train takes no step if it is aborted before it begins', async () => {
  const { network, finished, history } = await go({ signal: AbortSignal.abort() });
  expect(finished).toBe(false);
  expect(history).toEqual([]);
  expect(saveNetwork(network)).toEqual(saveNetwork(start));
});

test('train resumes only its own training', async () => {
  const resume = await checkpointAfter(2);
  await expect(go({ resume }, { learningRate: 0.5 })).rejects.toThrow(
    /^Cannot resume training from the checkpoint: it must have the same options, .*"learningRate":0.5.*: .*"learningRate":0.001/,
  );
  await expect(train(start, tinyBatch(start, 41), options, { resume })).rejects.toThrow(
    'Cannot resume training from the checkpoint: it must have the same samples, 41: 40',
  );
  // As many samples, and yet others.
  const brighter = samples.data.map((value) => value + 0.5);
  const labels = Int32Array.from(samples.labels ?? []).reverse();
  const indices = samples.indices.slice().reverse();
  for (const changes of [{ data: brighter }, { labels }, { indices }]) {
    await expect(train(start, { ...samples, ...changes }, options, { resume })).rejects.toThrow(
      /^Cannot resume training from the checkpoint: it must have the same data, [0-9a-f]{64}: [0-9a-f]{64}$/,
    );
  }
  const wider = initialise(convolutional(6, 4, 3), 7);
  await expect(train(wider, samples, options, { resume })).rejects.toThrow(
    /^Cannot resume training from the checkpoint: it must have the same network, [0-9a-f]{64}: [0-9a-f]{64}$/,
  );
  const { tensors, metadata } = readSafetensors(resume);
  const damaged = (changes: object, progress = metadata.progress): Uint8Array =>
    writeSafetensors({ ...tensors, ...changes }, { ...metadata, progress });
  const before = writeSafetensors(tensors, { ...metadata, format: 'training checkpoint 2' });
  await expect(go({ resume: before })).rejects.toThrow(
    'Cannot resume training from the checkpoint: it must have the same format, training checkpoint 3: training checkpoint 2',
  );
  const moment = { shape: [2], data: Float32Array.of(1, 2) };
  await expect(go({ resume: damaged({ 'moments/conv.kernel/first': moment }) })).rejects.toThrow(
    'Cannot resume training from the checkpoint: moments must be of its parameters: moments/conv.kernel/first',
  );
  await expect(go({ resume: damaged({ 'network/conv.kernel': moment }) })).rejects.toThrow(
    "Cannot resume training from the checkpoint: 'conv.kernel' must have the shape [3,3,1,3]: [2]",
  );
  for (const progress of ['', '{}', '{"step":-1,"sums":{"loss":0,"correct":0,"samples":0},"history":[]}']) {
    await expect(go({ resume: damaged({}, progress) })).rejects.toThrow(
      `Cannot resume training from the checkpoint: it must state its progress: ${progress}`,
    );
  }
  await expect(go({ resume: damaged({}) })).resolves.toMatchObject({ finished: true });
  await expect(go({ resume: resume.subarray(0, 100) })).rejects.toThrow(TypeError);
  await expect(go({ resume: saveNetwork(start) })).rejects.toThrow('Cannot resume training');
});
