import type { Encoder, Network, Neuron, Tensor } from '@spikewright/snn-core';
import { tinyBatch } from '@spikewright/testkit';
import { initialise, type SpikingTrainOptions, trainSpiking } from '@spikewright/training';
import { add, mul, reshape, type Scalar, sum, type Tensor as TfTensor, tensor } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { chosen, lif, spikingConvolution } from './spiking.js';
import { filled, network, startBackend, values } from './tiny.js';

beforeAll(startBackend);

/** In step t the t-th input is 1 and all others 0: row t of the first kernel is the current of step t. */
const oneHot: Encoder = {
  role: 'encoder',
  spec: 1,
  name: 'one-hot',
  options: {},
  output: 'spikes',
  start: () => (_image, _sample, step, into) => {
    into.fill(0);
    into[step - 1] = 1;
  },
};

/** Two neurons, side by side; the read-out is 0, so that the loss has no gradient. */
function twoNeurons(currents: number[][], neuron: Partial<Neuron>): Network {
  const steps = currents.length;
  const kernel = { shape: [steps, 2], data: Float32Array.from(currents.flat()) };
  return network(
    { name: 'input', op: 'input', inputs: [], shape: [steps] },
    { name: 'current', op: 'dense', inputs: ['input'], kernel },
    lif('lif', 'current', neuron),
    { name: 'scores', op: 'dense', inputs: ['lif'], kernel: filled([2, 2]) },
  );
}

/** What each spike and each potential after reset counts in the penalty, `[steps, neurons]`. */
interface Weights {
  readonly spikes: number[][];
  readonly potentials: number[][];
}

/** The gradient of `Σ weight · spike + Σ weight · potential` in the currents, by training. */
async function gradient(
  currents: number[][],
  neuron: Partial<Neuron>,
  weights: Weights,
  options: SpikingTrainOptions,
): Promise<number[]> {
  const steps = currents.length;
  const start = twoNeurons(currents, neuron);
  // The batch holds the same sample twice.
  const weighted = (x: TfTensor, by: number[][]): Scalar =>
    sum(mul(x, reshape(tensor(by.flat()), [steps, 1, 2]))) as Scalar;
  const penalty = chosen(({ spikes, potentials }) =>
    mul(0.5, add(weighted(spikes.lif, weights.spikes), weighted(potentials.lif, weights.potentials))),
  );
  const { network: moved } = await trainSpiking(
    start,
    { ...tinyBatch(start, 2), labels: Int32Array.of(0, 1) },
    { epochs: 1, batchSize: 2, optimizer: 'sgd', learningRate: 1, momentum: 0, steps, loss: 'mean-output', ...options },
    { regularizers: [penalty], encoder: oneHot },
  );
  const after = values(moved, 'current', 'kernel');
  return values(start, 'current', 'kernel').map((before, place) => before - after[place]);
}

test('trainSpiking has the gradient of two steps that were worked out by hand', async () => {
  // First neuron, leak 1/2, θ = 1, reset to zero; currents 1.25 and 0.75:
  //   v1 = 1.25, s1 = 1, u1 = 0; v2 = 0.75, s2 = 0, u2 = 0.75; σ' = 1 - 0.25 = 0.75 in both steps.
  //   penalty = s1 + 2 s2. dv2 = 2 · 0.75 = 1.5, back to u1 goes 0.5 · 1.5 = 0.75.
  //   ds1 = 1 - 0.75 v1 = 0.0625; dv1 = 0.0625 · 0.75 + 0.75 (1 - s1) = 0.046875
  // Second neuron: currents 0.5 and 0.25: v1 = 0.5 = u1, v2 = 0.5, no spike, σ' = 0.5 in both.
  //   dv2 = 1; back 0.5; ds1 = 1 - 0.5 · 0.5 = 0.75; dv1 = 0.75 · 0.5 + 0.5 = 0.875
  const currents = [
    [1.25, 0.5],
    [0.75, 0.25],
  ];
  const weights = {
    spikes: [
      [1, 1],
      [2, 2],
    ],
    potentials: [
      [0, 0],
      [0, 0],
    ],
  };
  expect(await gradient(currents, {}, weights, {})).toBeAllClose([0.046875, 0.875, 1.5, 1], { absolute: 1e-6 });
  // With the reset detached ds1 = 1: dv1 = 0.75 and 0.5 + 0.5.
  expect(await gradient(currents, {}, weights, { detachReset: true })).toBeAllClose([0.75, 1, 1.5, 1], {
    absolute: 1e-6,
  });
  // arctan, subtract, no leak, for the first neuron: v1 = 1.25, u1 = 0.25, v2 = 1, which does not pass θ.
  //   σ'(1.25) = 1 / (1 + (π / 4)²) = 0.618486, σ'(1) = 1; dv2 = 2; ds1 = 1 - 2 = -1; dv1 = -0.618486 + 2 = 1.381514
  const [first, , third] = await gradient(currents, { reset: 'subtract', leak: 1 }, weights, { surrogate: 'arctan' });
  expect([first, third]).toBeAllClose([1.381514, 2], { relative: 1e-5 });
});

/** What a neuron does, and how that changes when the current of one step does: forward through time, in float64. */
function tangent(
  currents: number[],
  moved: number,
  neuron: Neuron,
  options: Required<Pick<SpikingTrainOptions, 'surrogate' | 'detachReset'>>,
): { spikes: number[]; potentials: number[]; closest: number } {
  const theta = neuron.threshold.data[0];
  const slope = (v: number): number => {
    const distance = v / theta - 1;
    if (options.surrogate === 'arctan') return 1 / theta / (1 + (Math.PI * distance) ** 2);
    return Math.max(0, 1 - Math.abs(distance)) / theta;
  };
  let [u, du] = [neuron.initial.data[0] * theta, 0];
  const changes = { spikes: [] as number[], potentials: [] as number[], closest: Number.POSITIVE_INFINITY };
  currents.forEach((current, step) => {
    const v = neuron.leak * u + current;
    const dv = neuron.leak * du + (step === moved ? 1 : 0);
    const s = v > theta ? 1 : 0;
    const ds = slope(v) * dv;
    const reset = options.detachReset ? 0 : ds;
    u = neuron.reset === 'zero' ? v * (1 - s) : v - s * theta;
    du = neuron.reset === 'zero' ? dv * (1 - s) - v * reset : dv - theta * reset;
    changes.spikes.push(ds);
    changes.potentials.push(du / theta);
    changes.closest = Math.min(changes.closest, Math.abs(v - theta));
  });
  return changes;
}

test('trainSpiking has the gradient of derivatives that go forward through time', async () => {
  const number = fc.double({ min: -1, max: 2, noNaN: true });
  const pair = fc.tuple(number, number);
  const rows = fc.array(fc.tuple(pair, pair, pair), { minLength: 2, maxLength: 5 });
  const neuron = fc.record({
    leak: fc.constantFrom(0.25, 0.5, 1),
    reset: fc.constantFrom('zero' as const, 'subtract' as const),
    threshold: fc.constantFrom(filled([], 1), filled([], 0.75)),
    initial: fc.constantFrom(filled([], 0), filled([], 0.5)),
  });
  const options = fc.record({
    surrogate: fc.constantFrom('triangular' as const, 'arctan' as const),
    detachReset: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(rows, neuron, options, async (given, kind, settings) => {
      const [currents, spikes, potentials] = [0, 1, 2].map((part) => given.map((row) => [...row[part]]));
      const found = await gradient(currents, kind, { spikes, potentials }, settings);
      currents.forEach((_, step) => {
        for (const place of [0, 1]) {
          const column = (table: number[][]): number[] => table.map((row) => row[place]);
          const change = tangent(column(currents).map(Math.fround), step, lif('lif', '', kind), settings);
          if (change.closest < 1e-5) return; // float32 might spike otherwise
          const dot = (a: number[], b: number[]): number => a.reduce((total, value, i) => total + value * b[i], 0);
          const expected = dot(change.spikes, column(spikes)) + dot(change.potentials, column(potentials));
          expect(Math.abs(found[2 * step + place] - expected)).toBeLessThan(1e-4 * (1 + Math.abs(expected)));
        }
      });
    }),
    { numRuns: 25, seed: 3 },
  );
});

/** The same network with a value of a tensor moved. */
function moved(spiking: Network, node: string, field: string, place: number, by: number): Network {
  const nodes = spiking.nodes.map((given) => {
    if (given.name !== node) return given;
    const { shape, data } = (given as unknown as Record<string, Tensor>)[field];
    return { ...given, [field]: { shape, data: data.map((value, i) => (i === place ? value + by : value)) } };
  });
  return { ...spiking, nodes };
}

test.each([
  ['tet', 'kernel'],
  ['tet', 'bias'],
  ['mean-output', 'kernel'],
] as const)('trainSpiking goes down the derivative of the loss %s in the %s of its read-out', async (loss, field) => {
  // What lies behind the last neurons is smooth.
  const start = initialise(spikingConvolution(4, 2, 3), 2);
  const data = tinyBatch(start, 12);
  const options = { epochs: 1, batchSize: 12, optimizer: 'sgd', learningRate: 1, momentum: 0 } as const;
  const run = (from: Network): ReturnType<typeof trainSpiking> =>
    trainSpiking(from, data, { ...options, loss, targetWeight: 0.25, labelSmoothing: 0.1 });
  const after = values((await run(start)).network, 'scores', field);
  const found = values(start, 'scores', field).map((before, place) => before - after[place]);
  const h = 5e-3;
  const differences: number[] = [];
  for (let place = 0; place < found.length; place++) {
    const [up, down] = [
      await run(moved(start, 'scores', field, place, h)),
      await run(moved(start, 'scores', field, place, -h)),
    ];
    differences.push((up.history[0].loss - down.history[0].loss) / (2 * h));
  }
  const scale = Math.max(...differences.map(Math.abs));
  expect(scale).toBeGreaterThan(0.01);
  expect(found).toBeAllClose(differences, { relative: 0, absolute: 0.005 * scale });
});

test('trainSpiking trains the gains of tebn by what comes in', async () => {
  // Currents 0.5 and 1 of both neurons (a batchNorm that changes nothing but by its epsilon is not needed: gains are given).
  // p = (1, 1), leak 1/2: v1 = 0.5 = u1, v2 = 1.25, s2 = 1; σ' = 0.5 and 0.75. penalty = s2 of both neurons, twice halved:
  //   dv2 = 0.75, dp2 = Σ over neurons 0.75 · 1 = 1.5; dv1 = 0.375 - 0.375 · 0.5 · 0.5 = 0.28125, dp1 = 2 · 0.28125 · 0.5
  const rows = [
    [0.5, 0.5],
    [1, 1],
  ];
  const start = twoNeurons(rows, { gains: filled([2], 1) });
  const penalty = chosen(({ spikes }) => mul(0.5, sum(mul(spikes.lif, reshape(tensor([0, 1]), [2, 1, 1])))));
  const options = { epochs: 1, batchSize: 2, optimizer: 'sgd', learningRate: 1, momentum: 0, steps: 2 } as const;
  const data = { ...tinyBatch(start, 2), labels: Int32Array.of(0, 1) };
  const hooks = { regularizers: [penalty], encoder: oneHot };
  const all = { ...options, loss: 'mean-output' } as const;
  const { network: trained } = await trainSpiking(start, data, { ...all, tebn: true }, hooks);
  expect(values(trained, 'lif', 'gains').map((gain) => 1 - gain)).toBeAllClose([0.28125, 1.5], { absolute: 1e-6 });
  // The step is the gradient and otherDecay · 1.
  const { network: pulled } = await trainSpiking(start, data, { ...all, tebn: true, otherDecay: 0.25 }, hooks);
  expect(values(pulled, 'lif', 'gains').map((gain) => 1 - gain)).toBeAllClose([0.53125, 1.75], { absolute: 1e-6 });
  const { network: kept } = await trainSpiking(start, data, all, hooks);
  expect(values(kept, 'lif', 'gains')).toEqual([1, 1]);
});
