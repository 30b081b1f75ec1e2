import {
  type Encoder,
  type Frame,
  isWeighted,
  type Network,
  type Neuron,
  type Node,
  poisson,
  referenceEngine,
  regular,
  type Tensor,
} from '@spikewright/snn-core';
import { tinyBatch, tinyNetworks, withNeurons } from '@spikewright/testkit';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  batch,
  caught,
  counts,
  dense,
  dyadic,
  images,
  input,
  network,
  neuron,
  scalar,
  tableEncoder,
  tensor,
  trace,
  vector,
} from './builders.js';

const engine = referenceEngine({ executor: 'count' });

describe('golden vector A4', () => {
  const lambda = [1, 0.72, 0.748];
  const samples = batch([0.2, 0.9], [1, 0.4], [0.6, 0]);
  /** W' = κ W λ(l-1) / λ(l), b' = κ b / λ(l), θ = κ, v(0) = τ θ; the last layer counts as well. */
  const ecc = (kappa: number, tau: number): Network => {
    const settings = { threshold: scalar(kappa), initial: scalar(tau) };
    const scaled = (rows: number[][], layer: number): number[][] =>
      rows.map((row) => row.map((weight) => (kappa * weight * lambda[layer - 1]) / lambda[layer]));
    const bias = (values: number[], layer: number): number[] => values.map((value) => (kappa * value) / lambda[layer]);
    return network(
      input(2),
      dense('one', 'input', scaled([[0.5, -0.2], [0.3, 0.8]], 1), bias([0.1, -0.05], 1)), // biome-ignore format: a table
      neuron('N1', 'one', settings),
      dense('two', 'N1', scaled([[1, -0.5], [0.4, 0.6]], 2), bias([0, 0.2], 2)), // biome-ignore format: a table
      neuron('N2', 'two', settings),
    );
  };

  test('the network by hand has the weights of the vector', () => {
    const [, one, , two] = ecc(100, 0.5).nodes;
    if (one.op !== 'dense' || two.op !== 'dense') throw new Error('wrong nodes');
    expect(one.kernel.data).toBeAllClose([69.444444, -27.777778, 41.666667, 111.111111]);
    expect(one.bias!.data).toBeAllClose([13.888889, -6.944444]);
    expect(two.kernel.data).toBeAllClose([96.256684, -48.128342, 38.502674, 57.754011]);
    expect(two.bias!.data).toBeAllClose([0, 26.737968]);
  });

  // Input counts floor(16 x): (3, 14), (16, 6), (9, 0).
  // τ = .5, sample 1: N1 = floor(3 · .69444 + 14 · .41667 + 16 · .13889 + .5) = floor(10.6389), and floor(14.1111).
  const table = [
    { tau: 0.5, N1: [[10, 14], [16, 1], [8, 0]], N2: [[15, 8], [16, 0], [8, 0]] },
    { tau: 0, N1: [[10, 13], [15, 1], [8, 0]], N2: [[14, 6], [14, 0], [7, 0]] },
  ]; // biome-ignore format: a table
  // κ scales weights, biases and θ alike, and so changes no count.
  test.each(table.flatMap((row) => [100, 1].map((kappa) => ({ kappa, ...row }))))(
    'count executor with κ $kappa and τ $tau',
    async ({ kappa, tau, N1, N2 }) => {
      const shown = await trace(ecc(kappa, tau), samples, { steps: 16, encoder: regular(), engine });
      expect(shown.map(([{ spikes }]) => spikes.N1)).toEqual(N1);
      expect(shown.map(([{ spikes }]) => spikes.N2)).toEqual(N2);
      expect(shown.map(([{ scores }]) => scores)).toEqual(N2);
    },
  );

  test('count executor decodes to the values of the vector, near the ANN', async () => {
    const shown = await trace(ecc(100, 0.5), samples, { steps: 16, encoder: regular(), engine });
    const decoded = shown.flatMap(([{ scores }]) => scores.map((count) => (count / 16) * lambda[2]));
    expect(decoded).toBeAllClose([0.70125, 0.374, 0.748, 0, 0.374, 0]);
    // The ANN's ReLU gives these; each of two layers rounds by half of λ/16 at most, and the input by a whole 1/16.
    expect(decoded).toBeAllClose([0.722, 0.343, 0.748, 0, 0.4, 0], { absolute: 0.75 / 16, relative: 0 });
  });
});

describe('frames', () => {
  const twoLayers = network(
    input(2),
    dense('one', 'input', [[1, 0], [0, 1]]), // biome-ignore format: a table
    neuron('cell', 'one', { levels: [0, 2] }),
    dense('two', 'cell', [[1, 1], [0, 1]], [0.5, 0]), // biome-ignore format: a table
  );

  test('count executor gives one frame a sample, at step T', async () => {
    const shown = await trace(twoLayers, batch([0, 0], [1, 1], [0.5, 0]), { steps: 4, engine });
    expect(shown.map((frames) => frames.map(({ step }) => step))).toEqual([[4], [4], [4]]);
  });

  test('count executor adds a bias in every step, and lets bursts reach T times their level', async () => {
    // Currents (3, 0.25) in each of 4 steps: counts min(12, 4 · 2) and 1; scores 8 + 4 · 0.5 and 8 + 1.
    const [[{ spikes, scores }]] = await trace(twoLayers, batch([3, 0.25]), { steps: 4, engine });
    expect(spikes.cell).toEqual([8, 1]);
    expect(scores).toEqual([10, 9]);
  });

  test('count executor counts the operations of the whole window', async () => {
    // Two multiply-additions in each of 4 steps; 8 spikes to two synapses, 1 to one.
    const [[{ operations }]] = await trace(twoLayers, batch([3, 0.25]), { steps: 4, engine });
    expect(operations).toEqual({
      one: { accumulates: 0, multiplyAccumulates: 8 },
      two: { accumulates: 17, multiplyAccumulates: 0 },
    });
  });

  test('count executor can be stopped and left', async () => {
    const encoded: number[] = [];
    const spy: Encoder = {
      ...tableEncoder([]),
      output: 'constant',
      start: () => (image, sample, _step, into) => {
        encoded.push(sample);
        into.set(image);
      },
    };
    const program = await engine.compile(twoLayers);
    const frames = program.run(batch([1, 1], [1, 1], [1, 1]), { steps: 4, encoder: spy, seed: 0 }) as Iterable<Frame>;
    for (const frame of frames) {
      frame.stop(0);
      break;
    }
    expect(encoded).toEqual([0]);
  });

  test('count executor never counts below 0, though levels allow negative spikes', async () => {
    const signed = network(input(2), neuron('cell', 'input', { levels: [-1, 1] }));
    const [[{ spikes }]] = await trace(signed, batch([-1, 0.5]), { steps: 4, engine });
    expect(spikes.cell).toEqual([0, 2]);
  });

  test.each([
    [{ reset: 'zero' as const }, "reset 'zero', leak 1, no gains, delay 0"],
    [{ leak: 0.5 }, "reset 'subtract', leak 0.5, no gains, delay 0"],
    [{ gains: vector(1, 2) }, "reset 'subtract', leak 1, gains, delay 0"],
    [{ delay: 1 as const }, "reset 'subtract', leak 1, no gains, delay 1"],
  ])('count executor refuses neurons with %j', async (changes, given) => {
    const odd = network(input(1), neuron('cell', 'input', changes));
    const rule = 'it must reset by subtraction, without leak, gains and delay';
    const message = `Cannot count spikes of 'cell': ${rule}: ${given}`;
    expect(await caught(() => trace(odd, batch([1]), { steps: 1, engine }))).toEqual(new TypeError(message));
  });

  test('count executor refuses dropout', async () => {
    expect(await caught(() => trace(twoLayers, batch([1, 1]), { steps: 2, engine, dropout: 0.5 }))).toEqual(
      new TypeError('Cannot count spikes: there is no dropout: 0.5'),
    );
  });

  test('count executor refuses spikes and operations of nodes that have none', async () => {
    const look = (what: 'spikes' | 'operations', node: string): Promise<Error> =>
      caught(() => trace(twoLayers, batch([1, 1]), { steps: 1, engine, watch: (frame) => frame[what](node, 0) }));
    expect(await look('spikes', 'one')).toBeInstanceOf(ReferenceError);
    expect(await look('operations', 'cell')).toBeInstanceOf(ReferenceError);
  });
});

describe('laws', () => {
  const tau = fc.constantFrom(0, 0.25, 0.5, 0.75);
  const fires = fc.constantFrom<Neuron['fires'][]>('>=', '>');
  const theta = fc.constantFrom(0.5, 1, 3);

  test('count executor agrees with steps for one layer of constant current and v(0) = τ θ', async () => {
    const steps = fc.integer({ min: 1, max: 20 });
    await fc.assert(
      fc.asyncProperty(tau, theta, fires, steps, fc.nat(), async (initial, threshold, comparison, T, seed) => {
        // Multiples of 1/64: potentials of exactly θ do occur, and no sum is rounded.
        const layer = {
          ...dense('layer', 'input', [[0]]),
          kernel: tensor([3, 5], dyadic(seed, 2)(15)),
          bias: tensor([5], dyadic(seed + 1)(5)),
        };
        const settings = { threshold: scalar(threshold), initial: scalar(initial), fires: comparison };
        const spiking = network(input(3), layer, neuron('cell', 'layer', settings));
        const samples = images([3], 4, seed);
        const byStep = await trace(spiking, samples, { steps: T });
        const byCount = await trace(spiking, samples, { steps: T, engine });
        expect(byCount.map((frames) => counts(frames, 'cell'))).toEqual(byStep.map((frames) => counts(frames, 'cell')));
        expect(byCount.map((frames) => frames[0].scores)).toEqual(byStep.map((frames) => frames.at(-1)!.scores));
      }),
      { numRuns: 200 },
    );
  });

  test('count executor draws the same Poisson spikes as steps do', async () => {
    // With neurons that are never full, a layer of no weights passes on all that comes: scores are the input counts.
    const pass = network(input(6), neuron('cell', 'input', { initial: scalar(0) }));
    const samples = images([6], 3, 1);
    const run = { steps: 20, encoder: poisson({ rate: 0.7 }), seed: 5 };
    const byStep = await trace(pass, samples, run);
    const byCount = await trace(pass, samples, { ...run, engine });
    expect(byCount.map(([{ scores }]) => scores)).toEqual(byStep.map((frames) => frames.at(-1)!.scores));
  });

  test.each([2 ** -10, 0.5, 100, 2 ** 20])(
    'multiplying weights, biases and thresholds by κ = %d changes no count and no spike',
    async (kappa) => {
      // Weights of tinyNetworks are multiples of 1/64, so that their products with these κ are exact in float32.
      for (const [name, ann] of Object.entries(tinyNetworks(2))) {
        // Max pooling has no spiking form; the shortcut's spikes arrive without weights to multiply.
        if (name === 'maxPool' || name === 'residualIdentity') continue;
        const spiking = withNeurons(ann, { threshold: [0.5, 1, 0.75] });
        const amplified = amplify(spiking, kappa);
        const samples = tinyBatch(ann, 3);
        for (const executor of ['step', 'count'] as const) {
          const run = { steps: 6, engine: referenceEngine({ executor }) };
          const [plainly, loudly] = [await trace(spiking, samples, run), await trace(amplified, samples, run)];
          expect(loudly.map((frames) => frames.map(({ spikes }) => spikes))).toEqual(
            plainly.map((frames) => frames.map(({ spikes }) => spikes)),
          );
        }
      }
    },
  );
});

/** Multiplies all that a neuron compares by κ. */
function amplify(spiking: Network, kappa: number): Network {
  const times = ({ shape, data }: Tensor): Tensor =>
    tensor(
      shape,
      data.map((value) => value * kappa),
    );
  /** Nodes whose output is κ times what it was: weighted ones, and what leads on from them. */
  const loud = new Set<string>();
  const nodes = spiking.nodes.map((node): Node => {
    if (node.op === 'neuron') return { ...node, threshold: times(node.threshold) };
    const already = node.inputs.some((name) => loud.has(name));
    if (already || isWeighted(node)) loud.add(node.name);
    if (!isWeighted(node)) return node;
    const bias = node.bias && { bias: times(node.bias) };
    if (already) return { ...node, ...bias };
    if (node.op === 'scale') return { ...node, ...bias, factor: times(node.factor) };
    return { ...node, ...bias, kernel: times(node.kernel) };
  });
  return { ...spiking, nodes };
}

test('count of a whole network is the parallel neuron, layer by layer (9.6 b, 7.15)', () => {
  // 7.15: over T steps of mean input x the parallel neuron sends clip(floor(T x / θ + v(0)), 0, T) spikes, v(0) in θ.
  const parallel = (currents: number[], theta: number, initial: number, steps: number): number[] =>
    currents.map((sum) => Math.min(Math.max(Math.floor((sum + initial * theta) / theta), 0), steps));
  const product = (values: number[], rows: number[][], bias: number[], steps: number): number[] =>
    bias.map((b, k) => values.reduce((sum, value, i) => sum + value * rows[i][k], 0) + steps * b);
  const weight = fc.integer({ min: -16, max: 16 }).map((n) => n / 16);
  const rows = fc.array(fc.array(weight, { minLength: 3, maxLength: 3 }), { minLength: 3, maxLength: 3 });
  const bias = fc.array(weight, { minLength: 3, maxLength: 3 });
  const image = fc.array(
    fc.integer({ min: 0, max: 8 }).map((n) => n / 8),
    { minLength: 3, maxLength: 3 },
  );
  return fc.assert(
    fc.asyncProperty(
      rows,
      bias,
      rows,
      bias,
      image,
      fc.integer({ min: 1, max: 32 }),
      async (w1, b1, w2, b2, x, steps) => {
        const settings = { threshold: scalar(0.5), initial: scalar(0.5) };
        const whole = network(
          input(3),
          dense('one', 'input', w1, b1),
          neuron('N1', 'one', settings),
          dense('two', 'N1', w2, b2),
          neuron('N2', 'two', settings),
        );
        const total = x.map((value) => value * steps);
        const first = parallel(product(total, w1, b1, steps), 0.5, 0.5, steps);
        const second = parallel(product(first, w2, b2, steps), 0.5, 0.5, steps);
        const [frame] = await trace(whole, batch(x), { steps, engine });
        expect(frame[0].spikes).toEqual({ N1: first, N2: second });
      },
    ),
  );
});
