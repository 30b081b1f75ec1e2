import { tinyBatch } from '@spikewright/testkit';
import { type AnnResponse, initialise, noRegularizer, type Regularizer, train } from '@spikewright/training';
import { add, mul, type Scalar, scalar, square, sum, type Tensor1D } from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { batch, convolutional, linear, startBackend, values } from './tiny.js';

beforeAll(startBackend);

const regularizer = (penalty: Regularizer<AnnResponse>['penalty']): Regularizer<AnnResponse> => ({
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
    await train(start, samples, options, { regularizers: [noRegularizer()] }),
  ];
  expect(neutral).toEqual(plain);
  expect(noRegularizer()).toMatchObject({ role: 'regularizer', spec: 1, name: 'none', options: {} });
});

test('a regularizer sees the output of every node, what activations receive, the scores and the labels', async () => {
  const seen: Record<string, number[]> = {};
  let labels: number[] = [];
  const look = ({ outputs, preactivations, scores }: AnnResponse, given: Tensor1D): Scalar => {
    for (const [name, { shape }] of Object.entries(outputs)) seen[name] = shape;
    expect(Object.keys(preactivations)).toEqual(['relu']);
    expect(preactivations.relu).toBe(outputs.norm);
    expect(scores).toBe(outputs.scores);
    labels = [...given.dataSync()];
    return scalar(0);
  };
  await train(start, samples, { epochs: 1, batchSize: 16 }, { regularizers: [regularizer(look)] });
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

test('regularizers add up', async () => {
  const [two, three] = [regularizer(() => scalar(2)), regularizer(() => scalar(3))];
  const penalties: number[] = [];
  const onStep = ({ penalty }: { penalty: number }): void => void penalties.push(penalty);
  for (const regularizers of [[], [noRegularizer()], [two, three, noRegularizer()]]) {
    await train(start, samples, { epochs: 1, batchSize: 16 }, { regularizers, onStep });
  }
  expect(penalties).toEqual([0, 0, 5]);
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
    { regularizers: [penalty], onStep: (report) => void reports.push([report.loss, report.penalty]) },
  );
  expect(reports[0]).toBeAllClose([Math.log(2), 12]);
  expect(values(network, 'scores', 'bias')).toBeAllClose([-0.12, -0.12]);
});
