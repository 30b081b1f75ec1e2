import type { Network } from '@spikewright/snn-core';
import { tinyBatch, tinyNetworks } from '@spikewright/testkit';
import { evaluateAnn, type TrainOptions, train, trainOptions } from '@spikewright/training';
import { beforeAll, expect, test } from 'vitest';
import { batch, convolutional, linear, network, startBackend } from './tiny.js';

beforeAll(startBackend);

const two = batch(
  [
    [0, 0],
    [1, 1],
  ],
  [0, 1],
);

//   options                          what is said
const badOptions: [object, RegExp][] = [
  [{ epochs: 0 }, /'epochs'/],
  [{ epochs: 1.5 }, /'epochs'/],
  [{ batchSize: 1 }, /'batchSize'/],
  [{ learningRate: 0 }, /'learningRate'/],
  [{ learningRate: Number.NaN }, /'learningRate'/],
  [{ optimizer: 'adagrad' }, /'optimizer'/],
  [{ schedule: 'linear' }, /'schedule'/],
  [{ warmUp: 1 }, /'warmUp'/],
  [{ otherDecay: -1 }, /'otherDecay'/],
  [{ momentum: 1 }, /'momentum'/],
  [{ weightDecay: -1 }, /'weightDecay'/],
  [{ trainLambda: 1 }, /'trainLambda'/],
  [{ lambdaDecay: -1 }, /'lambdaDecay'/],
  [{ gate: 'both' }, /'gate'/],
  [{ mirror: 'yes' }, /'mirror'/],
  [{ batchNormMomentum: 1 }, /'batchNormMomentum'/],
  [{ labelSmoothing: 1 }, /'labelSmoothing'/],
  [{ shift: 0.5 }, /'shift'/],
  [{ cutout: -1 }, /'cutout'/],
  [{ patience: 0.5 }, /'patience'/],
  [{ stepEpochs: 0 }, /'stepEpochs'/],
  [{ stepFactor: 1 }, /'stepFactor'/],
  [{ nesterov: 1 }, /'nesterov'/],
  [{ validation: 1 }, /'validation'/],
  [{ seed: -1 }, /'seed'/],
  [{ epoch: 3 }, /'epoch'/],
];

test.each(badOptions)('train refuses %j', async (options, message) => {
  const error = await train(linear, two, options as TrainOptions).catch((thrown: Error) => thrown);
  expect(error).toMatchObject({ name: 'OptionsError' });
  expect((error as Error).message).toMatch(message);
  expect((error as Error).message).toMatch(/^Cannot .*[^.]$/);
});

test('trainOptions writes every default out', () => {
  expect(trainOptions({ epochs: 3 })).toEqual({
    epochs: 3,
    batchSize: 64,
    optimizer: 'adam',
    learningRate: 0.001,
    schedule: 'cosine',
    warmUp: 0,
    stepEpochs: 10,
    stepFactor: 0.1,
    momentum: 0.9,
    nesterov: false,
    weightDecay: 0,
    otherDecay: 0,
    trainLambda: true,
    lambdaDecay: 0,
    gate: 'code',
    batchNormMomentum: 0.9,
    labelSmoothing: 0,
    shift: 0,
    mirror: false,
    cutout: 0,
    validation: 0,
    patience: 0,
    workers: 1,
    seed: 0,
  });
});

//   data                                             error
const badData: [string, object, ErrorConstructor, string][] = [
  [
    'a value that is no number',
    { data: Float32Array.of(0, 0, Number.NaN, 1) },
    RangeError,
    'Cannot use data: values must be finite: NaN in sample 1',
  ],
  [
    'a label out of range',
    { labels: Int32Array.of(0, 2) },
    RangeError,
    'Cannot use data: labels must be from 0 to 1: 2 of sample 1',
  ],
  [
    'a negative label',
    { labels: Int32Array.of(-1, 1) },
    RangeError,
    'Cannot use data: labels must be from 0 to 1: -1 of sample 0',
  ],
  [
    'no labels',
    { labels: undefined },
    TypeError,
    'Cannot use data: each of 2 samples must have a label and an index: 0 labels',
  ],
  [
    'samples of another shape',
    { data: new Float32Array(6) },
    TypeError,
    'Cannot use data: 2 samples of [2] must have 4 values: 6',
  ],
  ['no samples', { size: 0 }, RangeError, 'Cannot use data: there must be at least 1 sample: 0'],
];

test.each(badData)('train and evaluateAnn refuse %s', async (_, changes, type, message) => {
  const data = { ...two, ...changes };
  const error = await train(linear, data, { batchSize: 2 }).catch((thrown: Error) => thrown);
  expect(error).toBeInstanceOf(type);
  expect((error as Error).message).toBe(message);
  expect(() => evaluateAnn(linear, data)).toThrow(message);
});

const [input, scores] = linear.nodes;
const [image, conv, norm, relu, pool, flatten, readOut] = convolutional(6, 2, 3).nodes;
const change = (changes: Record<string, object>): Network =>
  network(
    ...[image, conv, norm, relu, pool, flatten, readOut].map((node) => ({ ...node, ...changes[node.name] }) as never),
  );

//   network                                   what is said
const badNetworks: [string, Network, string][] = [
  [
    'softmax',
    network(input, scores, { name: 'p', op: 'softmax', inputs: ['scores'] }),
    "Cannot train node 'p': the network must end in scores, without softmax: softmax",
  ],
  ['scale', tinyNetworks().scale, "Cannot train node 'scale1': its op must be one of input, conv2d"],
  [
    'an image as output',
    network(image, conv),
    "Cannot train node 'conv': the last node must give at least 2 scores: [6,6,2]",
  ],
];

test.each(badNetworks)('train refuses %s', async (_, bad, message) => {
  await expect(train(bad, tinyBatch(bad, 4), { batchSize: 2 })).rejects.toThrow(message);
});

test('train refuses an unsound network, batches larger than the data, and shifts of vectors', async () => {
  await expect(train(change({ conv: { inputs: ['nowhere'] } }), two)).rejects.toThrow(ReferenceError);
  await expect(train(linear, two, { batchSize: 3 })).rejects.toThrow(
    'Cannot train: there must be at least one batch of 3 samples: 2',
  );
  await expect(train(linear, two, { batchSize: 2, shift: 1 })).rejects.toThrow(
    'Cannot train: shift needs images [height, width, channels]: [2]',
  );
  await expect(train(linear, two, { batchSize: 2, mirror: true })).rejects.toThrow(
    'Cannot train: mirror needs images [height, width, channels]: [2]',
  );
});

test('train stops when the loss leaves the finite, and says so', async () => {
  const wild = { epochs: 5, batchSize: 2, optimizer: 'sgd', learningRate: 1e38, schedule: 'constant' } as const;
  await expect(
    train(
      linear,
      batch(
        [
          [1, 0],
          [1, 0],
        ],
        [0, 0],
      ),
      wild,
    ),
  ).rejects.toThrow(
    /^Cannot train: the loss must stay finite \(a smaller learningRate may help\): (NaN|Infinity) in step \d$/,
  );
});

test('evaluateAnn refuses a batch size of 0', () => {
  expect(() => evaluateAnn(linear, two, 0)).toThrow('Cannot evaluate: batchSize must be whole and at least 1: 0');
});
