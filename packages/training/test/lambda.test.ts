import type { Clip, Network, Qcfs } from '@spikewright/snn-core';
import { type AnnResponse, type Regularizer, type TrainOptions, train } from '@spikewright/training';
import { cast, equal, mul, reshape, type Scalar, sum } from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { batch, filled, network, startBackend, values } from './tiny.js';

beforeAll(startBackend);

// z, then at λ = 2 and L = 4: h, and the derivatives in z and λ by each gate (a level is 0.5, half of it 0.25).
//   code: open for 0 < z < 2; paper: open for -0.25 < z < 1.75. Within: 1 and (h - z) / 2; above: 0 and 1; below: 0 and 0.
const GOLDEN = [
  { z: -0.3, h: 0, code: [0, 0], paper: [0, 0] },
  { z: -0.2, h: 0, code: [0, 0], paper: [1, 0.1] },
  { z: 0.1, h: 0, code: [1, -0.05], paper: [1, -0.05] },
  { z: 0.25, h: 0.5, code: [1, 0.125], paper: [1, 0.125] },
  { z: 0.9, h: 1, code: [1, 0.05], paper: [1, 0.05] },
  { z: 1.2, h: 1, code: [1, -0.1], paper: [1, -0.1] },
  { z: 1.7, h: 1.5, code: [1, -0.1], paper: [1, -0.1] },
  { z: 1.75, h: 2, code: [1, 0.125], paper: [0, 1] },
  { z: 2.6, h: 2, code: [0, 1], paper: [0, 1] },
];
const samples = batch(
  GOLDEN.map(({ z }) => [z]),
  GOLDEN.map((_, place) => place),
);

type Activation = Omit<Clip, 'name' | 'inputs'> | Omit<Qcfs, 'name' | 'inputs'>;

/** z goes through a dense layer that keeps it, the activation, and a read-out of zeros: the loss itself has no gradient. */
const network1 = (activation: Activation): Network =>
  network(
    { name: 'input', op: 'input', inputs: [], shape: [1] },
    { name: 'keep', op: 'dense', inputs: ['input'], kernel: filled([1, 1], 1), bias: filled([1]) },
    { name: 'act', inputs: ['keep'], ...activation },
    { name: 'scores', op: 'dense', inputs: ['act'], kernel: filled([1, 9]) },
  );

/** The penalty is the activation of one sample: what moves, moves by its derivative. */
const only = (place: number, seen: (value: number) => void = () => undefined): Regularizer<AnnResponse> => ({
  role: 'regularizer',
  spec: 1,
  name: 'only',
  options: {},
  penalty: ({ outputs: { act } }, labels) => {
    const chosen = sum(mul(cast(equal(labels, place), 'float32'), reshape(act, [labels.size]))) as Scalar;
    seen(chosen.dataSync()[0]);
    return chosen;
  },
});

const ONCE = { epochs: 1, batchSize: 9, optimizer: 'sgd', learningRate: 1, momentum: 0 } as const;

/** The derivatives of the activation of a sample in z and λ. */
async function derivatives(ann: Network, place: number, options: TrainOptions): Promise<number[]> {
  const { network: moved } = await train(ann, samples, { ...ONCE, ...options }, { regularizers: [only(place)] });
  return [0 - values(moved, 'keep', 'bias')[0], values(ann, 'act', 'lambda')[0] - values(moved, 'act', 'lambda')[0]];
}

test.each(GOLDEN.map((golden, place) => [golden.z, place, golden] as const))(
  'train has the value and the derivatives of qcfs at z = %d',
  async (_, place, { h, code, paper }) => {
    const ann = network1({ op: 'qcfs', lambda: 2, levels: 4 });
    const seen: number[] = [];
    await train(ann, samples, ONCE, { regularizers: [only(place, (value) => seen.push(value))] });
    expect(seen).toEqual([h]);
    expect(await derivatives(ann, place, { gate: 'code' })).toBeAllClose(code);
    expect(await derivatives(ann, place, { gate: 'paper' })).toBeAllClose(paper);
  },
);

test('train has the derivatives of clip: 1 and 0 below λ, 0 and 1 above', async () => {
  const ann = network1({ op: 'clip', lambda: 1.5 });
  const found: number[][] = [];
  for (const place of [0, 4, 8]) found.push(await derivatives(ann, place, {}));
  expect(found.map(([toZ, toLambda]) => [Math.abs(toZ), toLambda])).toEqual([
    [0, 0], // z = -0.3
    [1, 0], // z = 0.9
    [0, 1], // z = 2.6
  ]);
});

test.each([{ op: 'clip', lambda: 2 } as const, { op: 'qcfs', lambda: 2, levels: 4 } as const])(
  'train leaves λ of %o to its own decay, or alone',
  async (activation) => {
    const ann = network1(activation);
    const lambda = async (options: TrainOptions): Promise<number> => {
      const { network: trained } = await train(ann, samples, { ...ONCE, learningRate: 0.1, ...options });
      return values(trained, 'act', 'lambda')[0];
    };
    expect(await lambda({})).toBe(2); // no gradient, no decay
    expect(await lambda({ weightDecay: 0.5, otherDecay: 0.5 })).toBe(2); // of kernels, and of all but λ
    expect(await lambda({ lambdaDecay: 0.5 })).toBeCloseTo(1.9, 6); // 2 - 0.1 · 0.5 · 2
    expect(await lambda({ lambdaDecay: 0.5, optimizer: 'adam' })).toBeCloseTo(1.9, 6);
    expect(await lambda({ lambdaDecay: 0.5, trainLambda: false })).toBe(2);
  },
);

test('train refuses to carry λ to 0 or below, naming the node', async () => {
  const ann = network1({ op: 'qcfs', lambda: 2, levels: 4 });
  const far = train(ann, samples, { ...ONCE, learningRate: 3 }, { regularizers: [only(8)] }); // 2 - 3 · 1
  await expect(far).rejects.toThrow(
    new RangeError("Cannot train node 'act': λ must stay above 0 (a smaller learningRate may help): -1 in step 1"),
  );
  await expect(train(network1({ op: 'clip', lambda: 0 }), samples, ONCE)).rejects.toThrow(RangeError);
});
