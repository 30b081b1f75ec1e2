import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { poisson, saveNetwork } from '@spikewright/snn-core';
import { tinyBatch } from '@spikewright/testkit';
import { initialise, noRegularizer, type StepReport, serveGradients, train, trainSpiking } from '@spikewright/training';
import { memory } from '@tensorflow/tfjs-core';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { type Bundle, bundle } from './bundle.js';
import { spikingConvolution } from './spiking.js';
import { batch, convolutional, linear, startBackend, values } from './tiny.js';

const HEAD = `
  import { poisson } from '@spikewright/snn-core';
  import { registerTrainingKernels } from '@spikewright/tfjs-kernels-wasm';
  import { noRegularizer, serveGradients } from '@spikewright/training';
  import '@tensorflow/tfjs-backend-wasm';
  import { setBackend } from '@tensorflow/tfjs-core';
  await setBackend('wasm');
  registerTrainingKernels();
`;
const bundles: Record<string, Bundle> = {};

beforeAll(async () => {
  await startBackend();
  bundles.plain = await bundle(`${HEAD} serveGradients();`);
  bundles.plugins = await bundle(`${HEAD} serveGradients({ regularizers: [noRegularizer()], encoder: poisson() });`);
  bundles.silent = await bundle('export {};');
  bundles.bare = await bundle(`import { serveGradients } from '@spikewright/training'; serveGradients();`);
});
afterAll(async () => {
  await Promise.all(Object.values(bundles).map(({ remove }) => remove()));
});

const start = initialise(convolutional(6, 3, 3), 7);
const samples = tinyBatch(start, 40);
const options = { epochs: 2, batchSize: 9, shift: 1, validation: 0.2, workers: 2, seed: 3 };
const hooks = (name: string) => ({ workerModule: bundles[name].module });

test('train with two workers gives the same weights again, also after a resume, and keeps no tensor', async () => {
  const before = memory().numTensors;
  const checkpoints: Uint8Array[] = [];
  const onCheckpoint = (bytes: Uint8Array): void => void checkpoints.push(bytes);
  const first = await train(start, samples, options, { ...hooks('plain'), onCheckpoint, checkpointEvery: 2 });
  const resumed = await train(start, samples, options, { ...hooks('plain'), resume: checkpoints[0] });
  expect(saveNetwork(resumed.network)).toEqual(saveNetwork(first.network));
  expect(resumed.history).toEqual(first.history);
  expect(memory().numTensors).toBe(before);
  const alone = await train(start, samples, { ...options, workers: 1 });
  // Batch normalisation over halves is not that over the whole.
  expect(saveNetwork(alone.network)).not.toEqual(saveNetwork(first.network));
});

test('train with two workers takes the mean of what both say', async () => {
  // Without batch normalisation halves add up to the whole: 3 and 4 of 7 samples.
  const data = batch(
    [
      [1, 0],
      [0, 2],
      [1, 1],
      [3, 0],
      [0, 1],
      [2, 2],
      [1, 3],
    ],
    [0, 1, 0, 1, 1, 0, 1],
  );
  const reports: StepReport[][] = [[], []];
  const kernels: number[][] = [];
  for (const workers of [1, 2]) {
    const once = { epochs: 2, batchSize: 7, optimizer: 'sgd', workers } as const;
    const onStep = (report: StepReport): void => void reports[workers - 1].push(report);
    const { network } = await train(linear, data, once, { ...hooks('plain'), onStep });
    kernels.push(values(network, 'scores', 'kernel'));
  }
  expect(kernels[1]).toBeAllClose(kernels[0], { relative: 1e-5 });
  expect(reports[1].map(({ loss }) => loss)).toBeAllClose(
    reports[0].map(({ loss }) => loss),
    { relative: 1e-5 },
  );
  expect(reports[1].map(({ accuracy }) => accuracy)).toEqual(reports[0].map(({ accuracy }) => accuracy));
});

test('trainSpiking works with workers that have the same plugins', async () => {
  const spiking = initialise(spikingConvolution(6, 3, 3), 7);
  const plugins = { regularizers: [noRegularizer()], encoder: poisson() };
  const over = { ...options, tebn: true, steps: 3 };
  const { unfolded, history } = await trainSpiking(spiking, samples, over, { ...hooks('plugins'), ...plugins });
  expect(history.length).toBe(2);
  for (const [node, field] of [
    ['conv', 'kernel'],
    ['norm', 'mean'],
  ]) {
    expect(values(unfolded, node, field)).not.toEqual(values(spiking, node, field));
  }
  expect(values(unfolded, 'lif', 'gains').some((gain) => gain !== 1)).toBe(true);
  await expect(trainSpiking(spiking, samples, over, { ...hooks('plain'), ...plugins })).rejects.toThrow(
    /^Cannot train in worker [12]: serveGradients must be given the same regularizers, \[{"name":"none".*\]: \[\]$/,
  );
});

test('train refuses workers that cannot work', async () => {
  const run = (changes: object, name?: string): Promise<unknown> =>
    train(start, samples, { ...options, ...changes }, name === undefined ? {} : hooks(name));
  await expect(run({})).rejects.toThrow(
    new TypeError('Cannot train: 2 workers need the hook workerModule: none given'),
  );
  await expect(run({ batchSize: 3 }, 'plain')).rejects.toThrow(
    new RangeError('Cannot train: each of 2 workers needs at least 2 samples of a batch: 3'),
  );
  await expect(run({}, 'silent')).rejects.toThrow(
    /^Cannot train in worker [12]: its module must call serveGradients: file:.*js$/,
  );
  await expect(run({}, 'bare')).rejects.toThrow(
    /^Cannot train in worker [12]: Cannot train: await setBackend\('wasm'\)/,
  );
  await expect(
    train(start, samples, options, { workerModule: new URL('./nowhere.js', import.meta.url) }),
  ).rejects.toThrow(/^Cannot train in worker [12]: Cannot find module/);
  await expect(run({ workers: 0 })).rejects.toThrow(/'workers'/);
});

afterEach(() => vi.restoreAllMocks());

/** Has workers answer in this thread, each at the other end of a channel, for as long as the test lasts. */
function inThisThread(plugins: Parameters<typeof serveGradients>[0], count: number): void {
  const channels = Array.from({ length: count }, () => new MessageChannel());
  let parentPort: MessagePort | undefined;
  function Worker(): object {
    const { port1, port2 } = channels.pop() as MessageChannel;
    parentPort = port1;
    serveGradients(plugins);
    return Object.assign(port2, { terminate: async () => port2.close() });
  }
  const threads = {
    Worker,
    get parentPort() {
      return parentPort;
    },
  };
  vi.spyOn(process, 'getBuiltinModule').mockImplementation(() => threads as never);
}

test('serveGradients gives the same in any thread', async () => {
  const { network: apart } = await train(start, samples, options, hooks('plain'));
  inThisThread({}, 2);
  const { network: here } = await train(start, samples, options, hooks('plain'));
  expect(saveNetwork(here)).toEqual(saveNetwork(apart));
});

test('serveGradients tells the training what goes wrong', async () => {
  const failing = (value: unknown) => ({
    ...noRegularizer(),
    penalty: () => {
      throw value;
    },
  });
  for (const value of [new Error('no penalty'), 'no penalty']) {
    const regularizers = [failing(value)];
    inThisThread({ regularizers }, 2);
    const training = train(start, samples, options, { ...hooks('plain'), regularizers });
    await expect(training).rejects.toThrow(/^Cannot train in worker [12]: no penalty$/);
  }
  inThisThread({ encoder: poisson() }, 2);
  const spiking = initialise(spikingConvolution(6, 3, 3), 7);
  await expect(trainSpiking(spiking, samples, options, hooks('plain'))).rejects.toThrow(
    /^Cannot train in worker [12]: serveGradients must be given the same encoder, {"name":"direct".*}: {"name":"poisson"/,
  );
});

test('train with workers needs threads', async () => {
  vi.spyOn(process, 'getBuiltinModule').mockImplementation(() => undefined as never);
  await expect(train(start, samples, options, hooks('plain'))).rejects.toThrow(
    new ReferenceError('Cannot train with workers: they need Node 20.16 or later: node:worker_threads is missing'),
  );
});

test('serveGradients refuses the main thread', () => {
  expect(() => serveGradients()).toThrow(
    'Cannot serve gradients: this must be a worker of a training: it is the main thread',
  );
});
