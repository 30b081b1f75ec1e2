import { batches, type EventSet, eventBatches, eventSpikes, mnist, take } from '@spikewright/datasets';
import {
  type Batch,
  direct,
  evaluate,
  type Network,
  poisson,
  referenceEngine,
  saveNetwork,
} from '@spikewright/snn-core';
import { tinyBatch } from '@spikewright/testkit';
import { evaluateSpiking, initialise, type SpikingTrainOptions, train, trainSpiking } from '@spikewright/training';
import { memory, zeros } from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { chosen, lif, spikingConvolution, spy } from './spiking.js';
import { filled, network, startBackend, values } from './tiny.js';

beforeAll(startBackend);

const tiny = initialise(spikingConvolution(6, 3, 3), 7);
const samples = tinyBatch(tiny, 40);

async function digits(part: 'train' | 'test', count: number): Promise<Batch> {
  for await (const all of batches(take(await mnist(part), count), { size: count })) return all;
  throw new Error('no digits');
}

const norm = (name: string, input: string, channels: number) =>
  ({
    op: 'batchNorm',
    name,
    inputs: [input],
    gamma: filled([channels], 1),
    beta: filled([channels]),
    mean: filled([channels]),
    variance: filled([channels], 1),
    epsilon: 1e-3,
  }) as const;

/** Two layers of leaky neurons behind batch normalisations. */
const reader = network(
  { name: 'input', op: 'input', inputs: [], shape: [28, 28, 1] },
  {
    name: 'conv',
    op: 'conv2d',
    inputs: ['input'],
    kernel: filled([3, 3, 1, 8]),
    strides: [2, 2],
    padding: 'same',
    dilation: [1, 1],
    groups: 1,
  },
  norm('norm1', 'conv', 8),
  lif('lif1', 'norm1'),
  { name: 'pool', op: 'avgPool2d', inputs: ['lif1'], size: [2, 2], strides: [2, 2], padding: 'valid' },
  { name: 'flatten', op: 'flatten', inputs: ['pool'] },
  { name: 'hidden', op: 'dense', inputs: ['flatten'], kernel: filled([392, 64]) },
  norm('norm2', 'hidden', 64),
  lif('lif2', 'norm2'),
  { name: 'scores', op: 'dense', inputs: ['lif2'], kernel: filled([64, 10]), bias: filled([10]) },
);

test.each<SpikingTrainOptions>([
  { loss: 'tet' },
  { loss: 'mean-output', tebn: true, surrogate: 'arctan', detachReset: true },
])('trainSpiking learns to read digits in 4 steps with %j', async (options) => {
  const [training, held] = [await digits('train', 1000), await digits('test', 500)];
  const start = initialise(reader, 1);
  const all = { epochs: 5, batchSize: 50, learningRate: 0.01, steps: 4, ...options };
  const { network: trained, history } = await trainSpiking(start, training, all);
  expect(history[4].loss).toBeLessThan(history[0].loss / 3);
  const found = evaluateSpiking(trained, held);
  expect(found.accuracy).toBeGreaterThan(0.9);
  expect(found.loss).toBeLessThan(0.4);
  const engine = await evaluate(await referenceEngine().compile(trained), [held], { steps: 4, encoder: direct() });
  expect(Math.abs(Number(engine.accuracy[3]) - found.accuracy)).toBeLessThan(0.005);
});

test('trainSpiking gives equal weights for equal seeds, other weights for others, and leaves the network alone', async () => {
  const options = { epochs: 2, batchSize: 8, shift: 1, validation: 0.2, tebn: true, steps: 3 };
  const before = saveNetwork(tiny);
  const run = async (seed: number): Promise<Uint8Array> =>
    saveNetwork((await trainSpiking(tiny, samples, { ...options, seed }, { encoder: poisson() })).unfolded);
  const first = await run(1);
  expect(await run(1)).toEqual(first);
  expect(await run(2)).not.toEqual(first);
  expect(saveNetwork(tiny)).toEqual(before);
});

test('trainSpiking keeps no tensor, from step to step and after an error', async () => {
  const before = memory().numTensors;
  const counts: number[] = [];
  const onStep = (): void => void counts.push(memory().numTensors);
  const options = { epochs: 3, batchSize: 8, validation: 0.2, tebn: true };
  await trainSpiking(tiny, samples, options, { onStep, regularizers: [spy(() => undefined)] });
  expect(new Set(counts)).toEqual(new Set([before]));
  const failing = chosen(() => {
    throw new Error('no penalty');
  });
  await expect(trainSpiking(tiny, samples, { batchSize: 8 }, { regularizers: [failing] })).rejects.toThrow(
    'no penalty',
  );
  expect(memory().numTensors).toBe(before);
});

test.each([1, 3, 4, 6])('trainSpiking resumed after step %i ends as an unbroken run does', async (steps) => {
  const options = { epochs: 2, batchSize: 8, shift: 1, validation: 0.2, tebn: true, patience: 2 };
  const whole = await trainSpiking(tiny, samples, options);
  const abort = new AbortController();
  let [taken, resume] = [0, new Uint8Array()];
  await trainSpiking(tiny, samples, options, {
    signal: abort.signal,
    onStep: () => {
      taken += 1;
      if (taken === steps) abort.abort();
    },
    onCheckpoint: (bytes) => {
      resume = new Uint8Array(bytes);
    },
  });
  const resumed = await trainSpiking(tiny, samples, options, { resume });
  expect(saveNetwork(resumed.network)).toEqual(saveNetwork(whole.network));
  expect(resumed.history).toEqual(whole.history);
  const other = trainSpiking(tiny, samples, options, { resume, encoder: poisson() });
  await expect(other).rejects.toThrow(/^Cannot resume training from the checkpoint: it must have the same encoder/);
});

test('a regularizer sees spikes, potentials and the output of every step', async () => {
  const seen: Record<string, number[]> = {};
  let [onlySpikes, balanced] = [true, true];
  const look = spy(({ kind, scores, spikes, potentials }) => {
    seen[kind] = scores.shape;
    seen.spikes = spikes.lif.shape;
    seen.potentials = potentials.lif.shape;
    const [s, u] = [spikes.lif.dataSync(), potentials.lif.dataSync()];
    onlySpikes = s.every((value) => value === 0 || value === 1);
    balanced = u.every((value, i) => (s[i] === 1 ? value === 0 : value <= 1)); // reset to zero, in units of θ = 1
  });
  await trainSpiking(tiny, samples, { epochs: 1, batchSize: 20, steps: 5 }, { regularizers: [look] });
  expect(seen).toEqual({ spiking: [5, 20, 3], spikes: [5, 20, 6, 6, 3], potentials: [5, 20, 6, 6, 3] });
  expect([onlySpikes, balanced]).toEqual([true, true]);
});

test('trainSpiking has the loss of TET and that of the mean output', async () => {
  // No input and a read-out bias of (1, -1): the output of every step. CE of class 0 is ln(1 + e^-2) = 0.126928, of class 1
  // 2.126928: their mean 1.126928. Squared distance to φ = 0.5: (0.25 + 2.25) / 2 = 1.25. λ = 0.2: 0.8 · 1.126928 + 0.25.
  const silent = network({ name: 'input', op: 'input', inputs: [], shape: [2] }, lif('lif', 'input'), {
    name: 'scores',
    op: 'dense',
    inputs: ['lif'],
    kernel: filled([2, 2]),
    bias: { shape: [2], data: Float32Array.of(1, -1) },
  });
  const data = { ...tinyBatch(silent, 2), data: new Float32Array(4), labels: Int32Array.of(0, 1) };
  const loss = async (options: SpikingTrainOptions): Promise<number> =>
    (await trainSpiking(silent, data, { epochs: 1, batchSize: 2, ...options })).history[0].loss;
  expect(await loss({ targetWeight: 0.2, target: 0.5 })).toBeCloseTo(0.8 * 1.126928 + 0.25, 5);
  expect(await loss({ targetWeight: 0 })).toBeCloseTo(1.126928, 5);
  expect(await loss({ loss: 'mean-output' })).toBeCloseTo(1.126928, 5);
  // Where outputs differ from step to step so do the losses: currents of 0.6 and leak 1 spike in the second of two steps,
  // which the weight 2 makes an output of 2 for class 0. TET: (ln 2 + ln(1 + e^-2)) / 2; mean output 1: ln(1 + e^-1).
  const late = network({ name: 'input', op: 'input', inputs: [], shape: [1] }, lif('lif', 'input', { leak: 1 }), {
    name: 'scores',
    op: 'dense',
    inputs: ['lif'],
    kernel: { shape: [1, 2], data: Float32Array.of(2, 0) },
  });
  const two = { ...tinyBatch(late, 2), data: Float32Array.of(0.6, 0.6), labels: Int32Array.of(0, 0) };
  const lateLoss = async (options: SpikingTrainOptions): Promise<number> =>
    (await trainSpiking(late, two, { epochs: 1, batchSize: 2, steps: 2, ...options })).history[0].loss;
  expect(await lateLoss({ targetWeight: 0 })).toBeCloseTo((Math.log(2) + Math.log(1 + Math.exp(-2))) / 2, 5);
  expect(await lateLoss({ loss: 'mean-output' })).toBeCloseTo(Math.log(1 + Math.exp(-1)), 5);
});

test('trainSpiking lets the statistics of batchNorm follow all steps of the batch', async () => {
  // Poisson input 0 or 1 at intensity 1 in each of two steps for one sample, never for the other: mean 1/2, variance 1/4.
  // With momentum 0.5: mean 0.25, variance 0.625.
  const start = network(
    { name: 'input', op: 'input', inputs: [], shape: [1] },
    norm('norm', 'input', 1),
    lif('lif', 'norm'),
    { name: 'scores', op: 'dense', inputs: ['lif'], kernel: filled([1, 2]) },
  );
  const data = { ...tinyBatch(start, 2), data: Float32Array.of(0, 1), labels: Int32Array.of(0, 1) };
  const options = { epochs: 1, batchSize: 2, steps: 2, batchNormMomentum: 0.5 };
  for (const encoder of [poisson(), direct()]) {
    const { unfolded } = await trainSpiking(start, data, options, { encoder });
    expect(values(unfolded, 'norm', 'mean')).toBeAllClose([0.25]);
    expect(values(unfolded, 'norm', 'variance')).toBeAllClose([0.625]);
  }
});

/** An event in the form of N-MNIST: x, y, then the polarity with the high bits of the time, then its low bits. */
const event = (x: number, y: number, on: boolean, time: number): number[] => [
  x,
  y,
  (on ? 128 : 0) | (time >> 16),
  (time >> 8) & 255,
  time & 255,
];

test('trainSpiking learns from events what only their order in time tells', async () => {
  // Class 0: the left pixel, then the right one; class 1: the other way round. Their mean over time is the same.
  const order = (first: number, second: number): Uint8Array =>
    Uint8Array.from([...event(first, 0, true, 0), ...event(second, 0, true, 1000), ...event(second, 1, false, 3999)]);
  const recordings = Array.from({ length: 16 }, (_, i) => (i % 2 === 0 ? order(0, 1) : order(1, 0)));
  const set: EventSet = {
    name: 'orders',
    shape: [2, 2, 2],
    recordings,
    labels: Int32Array.from(recordings, (_, i) => i % 2),
    classNames: ['right', 'left'],
    indices: Uint32Array.from(recordings, (_, i) => i),
  };
  const start: Network = network(
    { name: 'input', op: 'input', inputs: [], shape: [2, 2, 2] },
    { name: 'flatten', op: 'flatten', inputs: ['input'] },
    { name: 'hidden', op: 'dense', inputs: ['flatten'], kernel: filled([8, 16]), bias: filled([16]) },
    lif('lif', 'hidden'),
    { name: 'scores', op: 'dense', inputs: ['lif'], kernel: filled([16, 2]), bias: filled([2]) },
  );
  const steps = 4;
  const encoder = eventSpikes(set)({ steps });
  let data: Batch | undefined;
  for await (const batch of eventBatches(set, { steps, size: 16 })) data = batch;
  if (!data) throw new Error('no events');
  const options = { epochs: 30, batchSize: 8, learningRate: 0.05, steps, loss: 'mean-output' } as const;
  const { network: trained, history } = await trainSpiking(initialise(start, 1), data, options, { encoder });
  expect(history[29].loss).toBeLessThan(0.1);
  expect(evaluateSpiking(trained, data, { steps, encoder }).accuracy).toBe(1);
  const found = await evaluate(await referenceEngine().compile(trained), [data], { steps, encoder });
  expect(found.accuracy[3]).toBe(1);
});

const ann = initialise(
  {
    ...tiny,
    nodes: tiny.nodes.map((node) => (node.op === 'neuron' ? { op: 'relu', name: 'lif', inputs: ['norm'] } : node)),
  },
  1,
);
const changed = (changes: object): Network => ({
  ...tiny,
  nodes: tiny.nodes.map((node) => (node.op === 'neuron' ? { ...node, ...changes } : node)),
});
const plain = (nodes: Network['nodes']): Network => ({ ...tiny, nodes });

//   what                       network                                 options       message
const refused: [string, Network, SpikingTrainOptions, string][] = [
  ['an activation', ann, {}, "Cannot train node 'lif': its op must be one of input, conv2d"],
  [
    'a network without neurons',
    plain(network(tiny.nodes[0], { name: 'flatten', op: 'flatten', inputs: ['input'] }).nodes),
    {},
    'Cannot train network over time: it must have neurons: none found',
  ],
  ['bursts', changed({ levels: [0, 2] }), {}, "Cannot train node 'lif': its levels must be [0, 1]: [0,2]"],
  ['delay', changed({ delay: 1 }), {}, "Cannot train node 'lif': its spikes must arrive without delay: 1"],
  [
    'gains of other steps',
    changed({ gains: filled([3], 1) }),
    { steps: 4 },
    "Cannot train node 'lif': its gains must be those of 4 steps: 3",
  ],
  [
    'tebn without batchNorm',
    plain([
      tiny.nodes[0],
      { name: 'flatten', op: 'flatten', inputs: ['input'] },
      lif('lif', 'flatten'),
      { name: 'scores', op: 'dense', inputs: ['lif'], kernel: filled([36, 3]) },
    ]),
    { tebn: true },
    "Cannot train: tebn needs a 'neuron' that reads a 'batchNorm': none found",
  ],
];

test.each(refused)('trainSpiking refuses %s', async (_, bad, options, message) => {
  await expect(trainSpiking(bad, samples, { batchSize: 8, ...options })).rejects.toThrow(message);
});

//   data                   changes                               error
const badData: [string, object, ErrorConstructor, string][] = [
  ['no samples', { size: 0 }, RangeError, 'Cannot use data: there must be at least 1 sample: 0'],
  [
    'a label out of range',
    { labels: samples.labels?.map((label, place) => (place === 5 ? 3 : label)) },
    RangeError,
    'Cannot use data: labels must be from 0 to 2: 3 of sample 5',
  ],
  [
    'a negative label',
    { labels: samples.labels?.map((label, place) => (place === 39 ? -1 : label)) },
    RangeError,
    'Cannot use data: labels must be from 0 to 2: -1 of sample 39',
  ],
  [
    'no labels',
    { labels: undefined },
    TypeError,
    'Cannot use data: each of 40 samples must have a label and an index: 0 labels',
  ],
];

test.each(badData)('trainSpiking and evaluateSpiking refuse %s', async (_, changes, type, message) => {
  const data = { ...samples, ...changes };
  const error = await trainSpiking(tiny, data, { batchSize: 8 }).catch((thrown: Error) => thrown);
  expect(error).toBeInstanceOf(type);
  expect((error as Error).message).toBe(message);
  expect(() => evaluateSpiking(tiny, data)).toThrow(message);
});

test('train refuses neurons, and evaluateSpiking what trainSpiking refuses', async () => {
  await expect(train(tiny, samples, { batchSize: 8 })).rejects.toThrow("Cannot train node 'lif'");
  expect(() => evaluateSpiking(ann, samples)).toThrow("Cannot train node 'lif'");
  expect(() => evaluateSpiking(changed({ gains: filled([3], 1) }), samples)).toThrow('gains must be those of 4 steps');
  expect(() => evaluateSpiking(tiny, { ...samples, labels: new Int32Array(3) })).toThrow(TypeError);
  const penalty = chosen(() => zeros([]));
  await expect(trainSpiking(tiny, samples, { batchSize: 41 }, { regularizers: [penalty] })).rejects.toThrow(
    'there must be at least one batch of 41 samples: 40',
  );
});

test.each([
  [{ steps: 0 }, /'steps'/],
  [{ steps: 257 }, /'steps'/],
  [{ loss: 'mse' }, /'loss'/],
  [{ targetWeight: 2 }, /'targetWeight'/],
  [{ target: Number.NaN }, /'target'/],
  [{ surrogate: 'sigmoid' }, /'surrogate'/],
  [{ detachReset: 1 }, /'detachReset'/],
  [{ tebn: 1 }, /'tebn'/],
  [{ gate: 'code' }, /'gate'/],
])('trainSpiking refuses %j', async (options, message) => {
  const error = await trainSpiking(tiny, samples, options as SpikingTrainOptions).catch((thrown: Error) => thrown);
  expect(error).toMatchObject({ name: 'OptionsError', message: expect.stringMatching(message) });
});
