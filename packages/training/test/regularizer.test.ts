import { tinyBatch } from '@spikewright/testkit';
import { initialise, noRegularizer, type Regularizer, train } from '@spikewright/training';
import { add, mul, type Scalar, scalar, square, sum, type Tensor, type Tensor1D } from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { batch, convolutional, linear, startBackend, values } from './tiny.js';

beforeAll(startBackend);

const regularizer = (penalty: Regularizer['penalty']): Regularizer => ({
  role: 'regularizer',
  spec: 1,
  name: 'test',
  options: {},
  penalty,
});
const start = initialise(convolutional(6, 3, 3), 7);
const samples = tinyBatch(start, 16);

test('noRegularizer changes nothing', async () => {
  const options = { epochs: 1, batchSize: 8 };
  const [plain, neutral] = [
    await train(start, samples, options),
    await train(start, samples, options, { regularizer: noRegularizer() }),
  ];
  expect(neutral).toEqual(plain);
  expect(noRegularizer()).toMatchObject({ role: 'regularizer', spec: 1, name: 'none', options: {} });
});

test('a regularizer sees the output of every node and the labels', async () => {
  const seen: Record<string, number[]> = {};
  let labels: number[] = [];
  const look = (activations: Readonly<Record<string, Tensor>>, given: Tensor1D): Scalar => {
    for (const [name, { shape }] of Object.entries(activations)) seen[name] = shape;
    labels = [...given.dataSync()];
    return scalar(0);
  };
  await train(start, samples, { epochs: 1, batchSize: 16 }, { regularizer: regularizer(look) });
  expect(seen).toEqual({
    input: [16, 6, 6, 1],
    conv: [16, 6, 6, 3],
    norm: [16, 6, 6, 3],
    relu: [16, 6, 6, 3],
    pool: [16, 3, 3, 3],
    flatten: [16, 27],
    scores: [16, 3],
  });
  expect(labels.sort()).toEqual([...(samples.labels ?? [])].sort());
});

test('a penalty is reported beside the loss, and its gradient moves the weights', async () => {
  // Scores are 0 · x + b with b = 0; the penalty 3 (s + 1)² summed over 2 samples and 2 classes is 12, its gradient in
  // each bias 2 · 6 = 12. The cross-entropy of two samples of both classes gives the bias no gradient.
  const penalty = regularizer(({ scores }) => mul(3, sum(square(add(scores, 1)))));
  const reports: number[][] = [];
  const { network } = await train(
    linear,
    batch(
      [
        [1, 0],
        [1, 0],
      ],
      [0, 1],
    ),
    { epochs: 1, batchSize: 2, optimizer: 'sgd', learningRate: 0.01 },
    { regularizer: penalty, onStep: (report) => void reports.push([report.loss, report.penalty]) },
  );
  expect(reports[0]).toBeAllClose([Math.log(2), 12]);
  expect(values(network, 'scores', 'bias')).toBeAllClose([-0.12, -0.12]);
});
