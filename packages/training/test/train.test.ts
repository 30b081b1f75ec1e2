import { batches, mnist, take } from '@spikewright/datasets';
import { type Batch, saveNetwork } from '@spikewright/snn-core';
import { tinyBatch } from '@spikewright/testkit';
import { evaluateAnn, initialise, type StepReport, type TrainOptions, train } from '@spikewright/training';
import { memory } from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { batch, convolutional, filled, linear, network, startBackend, trainable, values } from './tiny.js';

beforeAll(startBackend);

const tiny = initialise(convolutional(6, 3, 3), 7);
const samples = tinyBatch(tiny, 40);

async function digits(part: 'train' | 'test', count: number): Promise<Batch> {
  for await (const all of batches(take(await mnist(part), count), { size: count })) return all;
  throw new Error('no digits');
}

test('train learns to read digits', async () => {
  const start = initialise(convolutional(28, 4, 10), 1);
  const [training, held] = [await digits('train', 1000), await digits('test', 500)];
  const { network: trained, history } = await train(start, training, { epochs: 4, learningRate: 0.01, batchSize: 50 });
  expect(history.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4]);
  expect(history[3].loss).toBeLessThan(history[0].loss / 3);
  const [before, after] = [evaluateAnn(start, held), evaluateAnn(trained, held)];
  expect(before.accuracy).toBeLessThan(0.3);
  expect(after.accuracy).toBeGreaterThan(0.85);
  expect(after.loss).toBeLessThan(0.6);
});

test('train with sgd moves by the gradient and the momentum', async () => {
  // Two samples, two classes, all weights 0: every probability is 1/2, so p - y is -1/2 for the true class, 1/2 for the other.
  //   sample (1, 0) of class 0, sample (0, 2) of class 1
  //   d kernel = mean of x (p - y):  row 0: 1/2 (-1/2, 1/2) = (-1/4, 1/4), row 1: 1/2 · 2 (1/2, -1/2) = (1/2, -1/2)
  //   d bias   = mean of (p - y) = (0, 0)
  const data = batch(
    [
      [1, 0],
      [0, 2],
    ],
    [0, 1],
  );
  const options = { epochs: 1, batchSize: 2, optimizer: 'sgd', learningRate: 0.1, schedule: 'constant' } as const;
  const { network: one } = await train(linear, data, options);
  expect(values(one, 'scores', 'kernel')).toBeAllClose([0.025, -0.025, -0.05, 0.05]);
  expect(values(one, 'scores', 'bias')).toBeAllClose([0, 0]);
  // Second step: score differences are 0.05 and 0.2, so p - y = 1/(1 + e^0.05) = 0.4875026 and 1/(1 + e^0.2) = 0.4501660.
  //   gradient of kernel[0][0]: -0.4875026 / 2 = -0.2437513; velocity 0.9 · -0.25 - 0.2437513 = -0.4687513
  //   gradient of kernel[1][0]: 2 · 0.4501660 / 2 = 0.4501660; velocity 0.9 · 0.5 + 0.4501660 = 0.9001660
  //   gradient of bias[0]: (-0.4875026 + 0.4501660) / 2 = -0.0186683; velocity the same
  const { network: two } = await train(linear, data, { ...options, epochs: 2 });
  expect(values(two, 'scores', 'kernel')).toBeAllClose([0.07187513, -0.07187513, -0.1400166, 0.1400166], {
    relative: 1e-5,
  });
  expect(values(two, 'scores', 'bias')).toBeAllClose([0.00186683, -0.00186683], { relative: 1e-4 });
});

test('train with adam moves every weight that has a gradient by the learning rate in its first step', async () => {
  // m̂ / √v̂ = g / |g|: the signs of the gradients in the test above.
  const options = { epochs: 1, batchSize: 2, learningRate: 0.1 } as const;
  const { network: trained } = await train(
    linear,
    batch(
      [
        [1, 0],
        [0, 2],
      ],
      [0, 1],
    ),
    options,
  );
  expect(values(trained, 'scores', 'kernel')).toBeAllClose([0.1, -0.1, -0.1, 0.1], { relative: 1e-5 });
});

test('train pulls kernels towards 0 by weightDecay, and biases by otherDecay', async () => {
  // An input of 0 gives the kernel no gradient; equal classes give the bias none.
  const start = network(linear.nodes[0], {
    ...linear.nodes[1],
    kernel: filled([2, 2], 1),
    bias: filled([2], 1),
  } as never);
  const data = batch(
    [
      [0, 0],
      [0, 0],
    ],
    [0, 1],
  );
  for (const optimizer of ['adam', 'sgd'] as const) {
    const options = { epochs: 1, batchSize: 2, learningRate: 0.1, weightDecay: 0.5, optimizer };
    const { network: trained } = await train(start, data, options);
    expect(values(trained, 'scores', 'kernel')).toBeAllClose([0.95, 0.95, 0.95, 0.95]); // 1 - 0.1 · 0.5 · 1
    expect(values(trained, 'scores', 'bias')).toBeAllClose([1, 1]);
    const { network: pulled } = await train(start, data, { ...options, weightDecay: 0, otherDecay: 0.25 });
    expect(values(pulled, 'scores', 'kernel')).toBeAllClose([1, 1, 1, 1]);
    expect(values(pulled, 'scores', 'bias')).toBeAllClose([0.975, 0.975]); // 1 - 0.1 · 0.25 · 1
  }
});

test('train pulls scale and shift of batch normalisation by otherDecay', async () => {
  const start = initialise(convolutional(4, 2, 2), 3);
  const shifted = start.nodes.map((node) => (node.op === 'batchNorm' ? { ...node, beta: filled([2], 2) } : node));
  const data = { ...tinyBatch(start, 4), labels: Int32Array.of(0, 1, 0, 1) };
  const options = { epochs: 1, batchSize: 4, optimizer: 'sgd', learningRate: 0.1 } as const;
  const [{ network: free }, { network: pulled }] = [
    await train({ ...start, nodes: shifted }, data, options),
    await train({ ...start, nodes: shifted }, data, { ...options, otherDecay: 0.25 }),
  ];
  const pull = (field: string): number[] =>
    values(free, 'norm', field).map((value, at) => value - values(pulled, 'norm', field)[at]);
  expect(pull('gamma')).toBeAllClose([0.025, 0.025], { relative: 1e-4 }); // 0.1 · 0.25 · 1
  expect(pull('beta')).toBeAllClose([0.05, 0.05], { relative: 1e-4 }); // 0.1 · 0.25 · 2
});

test('train follows the schedule', async () => {
  const rates = async (options: TrainOptions): Promise<number[]> => {
    const seen: number[] = [];
    const onStep = ({ learningRate }: StepReport): number => seen.push(learningRate);
    await train(tiny, samples, { epochs: 2, batchSize: 20, learningRate: 0.2, ...options }, { onStep });
    return seen;
  };
  expect(await rates({ schedule: 'constant' })).toEqual([0.2, 0.2, 0.2, 0.2]);
  // 0.1 (1 + cos(π k / 4)) for k = 0 to 3
  expect(await rates({ schedule: 'cosine' })).toBeAllClose([0.2, 0.17071068, 0.1, 0.02928932]);
  // Two of eight steps rise from 0; then 0.1 (1 + cos(π k / 6)) for k = 0 to 5, or a fall after every two epochs
  const warm = { epochs: 4, warmUp: 0.25 } as const;
  expect(await rates(warm)).toBeAllClose([0, 0.1, 0.2, 0.18660254, 0.15, 0.1, 0.05, 0.01339746]);
  expect(await rates({ ...warm, schedule: 'constant' })).toBeAllClose([0, 0.1, 0.2, 0.2, 0.2, 0.2, 0.2, 0.2]);
  const falling = await rates({ ...warm, schedule: 'step', stepEpochs: 2 });
  expect(falling).toBeAllClose([0, 0.1, 0.2, 0.2, 0.02, 0.02, 0.02, 0.02]);
});

test('train smooths labels', async () => {
  // Scores ±0 give a loss of ln 2 whatever the target; with scores (1, -1) and ε = 0.2 it is
  //   -(0.9 ln p + 0.1 ln(1 - p)), p = 1 / (1 + e^-2): 0.9 · 0.1269280 + 0.1 · 2.1269280 = 0.3269280
  const start = network(linear.nodes[0], {
    ...linear.nodes[1],
    bias: { shape: [2], data: Float32Array.of(1, -1) },
  } as never);
  const { history } = await train(
    start,
    batch(
      [
        [0, 0],
        [0, 0],
      ],
      [0, 0],
    ),
    { epochs: 1, batchSize: 2, labelSmoothing: 0.2 },
  );
  expect(history[0].loss).toBeCloseTo(0.326928, 5);
  expect(history[0].accuracy).toBe(1);
});

test('train lets the statistics of batchNorm follow the batches', async () => {
  // One batch of the values 0, 1, 2, 5: mean 2, variance (4 + 1 + 0 + 9) / 4 = 3.5.
  // With momentum 0.75: mean 0.75 · 0 + 0.25 · 2 = 0.5, variance 0.75 · 1 + 0.25 · 3.5 = 1.625.
  const norm = { gamma: filled([1], 1), beta: filled([1]), mean: filled([1]), variance: filled([1], 1), epsilon: 1e-5 };
  const start = network(
    { name: 'input', op: 'input', inputs: [], shape: [1] },
    { name: 'norm', op: 'batchNorm', inputs: ['input'], ...norm },
    { name: 'scores', op: 'dense', inputs: ['norm'], kernel: filled([1, 2], 1), bias: filled([2]) },
  );
  const data = batch([[0], [1], [2], [5]], [0, 1, 0, 1]);
  const { network: trained } = await train(start, data, { epochs: 1, batchSize: 4, batchNormMomentum: 0.75 });
  expect(values(trained, 'norm', 'mean')).toBeAllClose([0.5]);
  expect(values(trained, 'norm', 'variance')).toBeAllClose([1.625]);
});

test('train gives equal weights for equal seeds, other weights for others, and leaves the network alone', async () => {
  const options = { epochs: 2, batchSize: 8, shift: 1, validation: 0.2 };
  const before = saveNetwork(tiny);
  const run = async (seed: number): Promise<Uint8Array> =>
    saveNetwork((await train(tiny, samples, { ...options, seed })).network);
  const first = await run(1);
  expect(await run(1)).toEqual(first);
  expect(await run(2)).not.toEqual(first);
  expect(saveNetwork(tiny)).toEqual(before);
});

test('train evaluates the held-out share after each epoch', async () => {
  let steps = 0;
  const { network: trained, history } = await train(
    tiny,
    samples,
    { epochs: 2, batchSize: 8, validation: 0.25 },
    { onStep: (report) => (steps = report.steps) },
  );
  expect(steps).toBe(3); // 40 - 10 samples, 8 at a time
  expect(history.every(({ validation }) => validation !== undefined)).toBe(true);
  const right = (history[1].validation?.accuracy ?? 0) * 10;
  expect(right).toBeCloseTo(Math.round(right), 9); // ten samples are held out
  expect(trained.meta).toEqual(tiny.meta);
});

test('train keeps no tensor, from step to step and after an error', async () => {
  const before = memory();
  const counts: number[] = [];
  await train(
    tiny,
    samples,
    { epochs: 3, batchSize: 8, validation: 0.2 },
    { onStep: () => counts.push(memory().numTensors) },
  );
  expect(new Set(counts)).toEqual(new Set([before.numTensors]));
  const failing = {
    role: 'regularizer',
    spec: 1,
    name: 'failing',
    options: {},
    penalty: () => {
      throw new Error('no penalty');
    },
  } as const;
  await expect(train(tiny, samples, { batchSize: 8 }, { regularizers: [failing] })).rejects.toThrow('no penalty');
  expect(memory()).toMatchObject({ numTensors: before.numTensors, numBytes: before.numBytes });
});

test.each(trainable)('train lowers the loss of the topology %s', async (_, start) => {
  const data = tinyBatch(start, 24);
  const { network: trained } = await train(start, data, { epochs: 12, batchSize: 8, learningRate: 0.01 });
  expect(evaluateAnn(trained, data).loss).toBeLessThan(evaluateAnn(start, data).loss);
});
