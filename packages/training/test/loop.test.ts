import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Network, saveNetwork } from '@spikewright/snn-core';
import { tinyBatch } from '@spikewright/testkit';
import { initialise, type StepReport, type TrainOptions, train } from '@spikewright/training';
import { beforeAll, expect, test } from 'vitest';
import { batch, convolutional, linear, network, startBackend, values } from './tiny.js';

beforeAll(startBackend);

const tiny = initialise(convolutional(6, 3, 3), 7);
const samples = tinyBatch(tiny, 40);

test('train with nesterov looks ahead along the momentum', async () => {
  // One weight each way: sample (1, 0) of class 0, twice. Scores are 0, so p - y = (-1/2, 1/2): g of kernel[0] = (-0.5, 0.5).
  //   first step: velocity g, direction g + 0.5 g = 1.5 g: kernel[0][0] = 0.1 · 0.75 = 0.075
  //   second: score difference 2 · 0.075 + 2 · bias 0.075 = 0.3, g = -1 / (1 + e^0.3) = -0.4255575;
  //   velocity 0.5 · -0.5 - 0.4255575 = -0.6755575; direction -0.4255575 - 0.3377787 = -0.7633362: 0.075 + 0.0763336
  const one = [
    [1, 0],
    [1, 0],
  ];
  const options = { batchSize: 2, optimizer: 'sgd', learningRate: 0.1, schedule: 'constant', momentum: 0.5 } as const;
  const kernel = async (epochs: number): Promise<number> => {
    const { network: trained } = await train(linear, batch(one, [0, 0]), { ...options, nesterov: true, epochs });
    return values(trained, 'scores', 'kernel')[0];
  };
  expect(await kernel(1)).toBeCloseTo(0.075, 6);
  expect(await kernel(2)).toBeCloseTo(0.1513336, 6);
});

test('train with the schedule step falls after every stepEpochs epochs', async () => {
  const seen: number[] = [];
  const onStep = ({ learningRate }: StepReport): number => seen.push(learningRate);
  const options = {
    epochs: 5,
    batchSize: 20,
    learningRate: 0.2,
    schedule: 'step',
    stepEpochs: 2,
    stepFactor: 0.5,
  } as const;
  await train(tiny, samples, options, { onStep });
  expect(seen).toBeAllClose([0.2, 0.2, 0.2, 0.2, 0.1, 0.1, 0.1, 0.1, 0.05, 0.05]);
});

/** A network whose held-out loss gets worse: labels are drawn, so that all it learns is wrong elsewhere. */
const patient: TrainOptions = { epochs: 30, batchSize: 8, learningRate: 0.05, validation: 0.4, patience: 3, seed: 2 };

test('train with patience ends when the held-out share gets no better, and gives the best weights', async () => {
  const { network: best, history, bestEpoch = 0, finished } = await train(tiny, samples, patient);
  expect(finished).toBe(true);
  expect(history.length).toBeLessThan(30);
  expect(history.length).toBe(bestEpoch + 3);
  const rank = history.map(({ validation }) => [validation?.accuracy ?? 0, -(validation?.loss ?? 0)]);
  const better = ([a, b]: number[], [c, d]: number[]): boolean => a > c || (a === c && b > d);
  expect(rank.every((epoch, place) => place === bestEpoch - 1 || better(rank[bestEpoch - 1], epoch))).toBe(true);
  // The weights are those that a run of as many epochs ends with, at the same learning rates.
  const constant = { ...patient, schedule: 'constant' } as const;
  const stopped = await train(tiny, samples, constant);
  const short = await train(tiny, samples, { ...constant, epochs: stopped.bestEpoch ?? 0, patience: 0 });
  expect(saveNetwork(stopped.network)).toEqual(saveNetwork(short.network));
  expect(short.bestEpoch).toBeUndefined();
  expect(saveNetwork(best)).not.toEqual(saveNetwork(tiny));
});

test('train resumes with the best weights so far, and stays at its end', async () => {
  const whole = await train(tiny, samples, patient);
  const checkpoints: Uint8Array[] = [];
  await train(tiny, samples, patient, { onCheckpoint: (bytes) => void checkpoints.push(bytes) });
  for (const resume of [checkpoints[0], checkpoints[whole.history.length - 2], checkpoints[whole.history.length - 1]]) {
    expect(await train(tiny, samples, patient, { resume })).toEqual(whole);
  }
});

test('train with checkpointEvery can be killed after any step', async () => {
  const options = { epochs: 2, batchSize: 8, shift: 1, seed: 5 };
  const whole = await train(tiny, samples, options);
  const checkpoints: Uint8Array[] = [];
  await train(tiny, samples, options, { checkpointEvery: 2, onCheckpoint: (bytes) => void checkpoints.push(bytes) });
  expect(checkpoints.length).toBe(6); // five steps an epoch: after steps 2, 4, the epoch, 6, 8, the epoch
  for (const resume of checkpoints) {
    const resumed = await train(tiny, samples, options, { resume });
    expect(saveNetwork(resumed.network)).toEqual(saveNetwork(whole.network));
    expect(resumed.history).toEqual(whole.history);
  }
  for (const checkpointEvery of [0, 1.5]) {
    await expect(train(tiny, samples, options, { checkpointEvery })).rejects.toThrow(
      `Cannot train: checkpointEvery must be whole and at least 1: ${checkpointEvery}`,
    );
  }
});

// A disk that fills while the app replaces its file: apps/reference/test/train-resume.test.ts.
test('train ends with the error of a checkpoint that cannot be written, and the one before goes on', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'training-'));
  const good = join(folder, 'checkpoint');
  const options = { epochs: 3, batchSize: 8 };
  let written = 0;
  const onCheckpoint = async (bytes: Uint8Array): Promise<void> => {
    written += 1;
    await writeFile(written === 1 ? good : '/dev/full', bytes);
  };
  try {
    await expect(train(tiny, samples, options, { onCheckpoint })).rejects.toThrow(
      /^Cannot train on: the checkpoint of step 10 must be kept: ENOSPC: no space left on device/,
    );
    const resumed = await train(tiny, samples, options, { resume: await readFile(good) });
    expect(resumed).toEqual(await train(tiny, samples, options));
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('train ends before weights that are no numbers become a checkpoint', async () => {
  // The loss of the first step is ln 2; the step carries the weights beyond all numbers.
  const data = batch(
    [
      [1e20, 0],
      [1e20, 0],
    ],
    [0, 0],
  );
  const options = { epochs: 1, batchSize: 2, optimizer: 'sgd', learningRate: 1e30 } as const;
  const checkpoints: Uint8Array[] = [];
  const onCheckpoint = (bytes: Uint8Array): void => void checkpoints.push(bytes);
  await expect(train(linear, data, options, { onCheckpoint })).rejects.toThrow(
    new RangeError(
      "Cannot train node 'scores': kernel must stay finite (a smaller learningRate may help): Infinity in step 1",
    ),
  );
  expect(checkpoints).toEqual([]);
});

test('train refuses a network whose scores are not those of its classes', async () => {
  const named: Network = { ...network(...linear.nodes), meta: { classNames: ['cat', 'dog', 'bird'] } };
  await expect(train(named, batch([[0, 0]], [0]))).rejects.toThrow(
    "Cannot train node 'scores': it must give a score to each of the 3 classes of its meta: 2",
  );
});

test.each([
  [{ patience: 2 }, "patience needs a held-out share: 'validation'"],
  [{ nesterov: true }, "nesterov needs sgd with momentum: 'nesterov'"],
  [{ nesterov: true, optimizer: 'sgd', momentum: 0 }, "nesterov needs sgd with momentum: 'nesterov'"],
] as [TrainOptions, string][])('train refuses %j', async (options, message) => {
  await expect(train(tiny, samples, options)).rejects.toThrow(`Cannot use options of train: ${message}`);
});

test('train with patience refuses data of which nothing can be held out', async () => {
  const options = { batchSize: 8, patience: 1, validation: 0.001 };
  await expect(train(tiny, samples, options)).rejects.toThrow('patience needs at least 1 sample held out: 0 of 40');
});
