import { type QcfsOptions, qcfs } from '@spikewright/converters-qcfs';
import { quantizeWeights, wasmEngine } from '@spikewright/engine-wasm';
import { chain, type Network, type Node, referenceEngine } from '@spikewright/snn-core';
import { converterChecks, pluginChecks, tinyBatch, tinyNetworks } from '@spikewright/testkit';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { activation, activations, batch, convert, dense, input, network, rejection, run, tensor } from './tiny.js';

/** Tiny networks of all topologies, with QCFS activations in the place of ReLU. */
function trained(lambda: number, levels: number, seed = 1): [name: string, ann: Network][] {
  const { maxPool: _, otherActivations: __, ...able } = tinyNetworks(seed);
  return Object.entries(able).map(([name, ann]) => {
    const nodes = ann.nodes.map((node) =>
      node.op === 'relu' ? activation(node.name, node.inputs[0], lambda, levels) : node,
    );
    return [name, { ...ann, nodes }];
  });
}

const ann = network(
  input(2),
  dense('one', 'input', [[4, 0], [0, 1]], [1, -1]), // biome-ignore format: a table
  activation('a', 'one', 4, 8),
  dense('two', 'a', [[1], [1]], [0.5]),
  activation('b', 'two', 0.5, 8),
  dense('out', 'b', [[2, -2]], [1, 3]),
);
const samples = batch([0.5, 0.25], [1, 0], [0, 0]);

describe('options', () => {
  test('qcfs writes out its defaults', () => {
    expect(qcfs().options).toEqual({ initial: 0.5, fires: '>=' });
    expect([qcfs().name, qcfs().role, qcfs.pluginName]).toEqual(['qcfs', 'converter', 'qcfs']);
  });

  test.each<[unknown, string]>([
    [{ initial: 1 }, 'initial'],
    [{ initial: -0.1 }, 'initial'],
    [{ initial: Number.NaN }, 'initial'],
    [{ fires: '=' }, 'fires'],
    [{ lambda: 2 }, 'lambda'],
  ])('qcfs refuses the options %j', (given, key) => {
    const message = expect.stringMatching(`^Cannot use options of qcfs: .*: '${key}'$`);
    expect(() => qcfs(given as QcfsOptions)).toThrow(expect.objectContaining({ name: 'OptionsError', message }));
  });
});

describe('conversion', () => {
  test('qcfs puts θ = λ into the weights, starts at θ/2 and ends in a layer that does not spike', async () => {
    const spiking = await convert(qcfs(), ann, samples);
    expect(spiking.meta).toEqual({ lambda: { a: [4], b: [0.5] } });
    const neuron = (name: string, from: string): Node => ({
      op: 'neuron',
      name,
      inputs: [from],
      threshold: tensor([], [1]),
      initial: tensor([], [0.5]),
      reset: 'subtract',
      fires: '>=',
      leak: 1,
      levels: [0, 1],
    });
    expect(spiking.nodes).toEqual([
      input(2),
      dense('one', 'input', [[1, 0], [0, 0.25]], [0.25, -0.25]), // biome-ignore format: W / 4
      neuron('a', 'one'),
      dense('two', 'a', [[8], [8]], [1]), // W 4 / 0.5, b / 0.5
      neuron('b', 'two'),
      dense('out', 'b', [[1, -1]], [1, 3]), // W 0.5
    ]);
  });

  test('qcfs takes v(0) and the comparison that it is told', async () => {
    const { nodes } = await convert(qcfs({ initial: 0, fires: '>' }), ann, samples);
    expect(nodes[2]).toMatchObject({ initial: tensor([], [0]), fires: '>' });
  });

  test('qcfs takes clip layers beside QCFS layers, and folds batch normalisation', async () => {
    const batchNorm: Node = {
      op: 'batchNorm',
      name: 'norm',
      inputs: ['one'],
      gamma: tensor([1], [3]),
      beta: tensor([1], [1]),
      mean: tensor([1], [2]),
      variance: tensor([1], [1.25]),
      epsilon: 1,
    };
    const clip: Node = { op: 'clip', name: 'a', inputs: ['norm'], lambda: 2 };
    const { nodes, meta } = await convert(
      qcfs(),
      network(input(1), dense('one', 'input', [[1]]), batchNorm, clip),
      batch([2], [1]),
    );
    // 3 / sqrt(1.25 + 1) = 2: 2 (x - 2) + 1, divided by λ = 2.
    expect(nodes[1]).toEqual(dense('one', 'input', [[1]], [-1.5]));
    expect(meta.lambda).toEqual({ a: [2] });
  });

  test('qcfs takes nothing from calibration data, but needs them to check itself', async () => {
    const { nodes } = await convert(qcfs(), ann, batch([1, 1]), batch([0, 0.5]));
    expect(nodes).toEqual((await convert(qcfs(), ann, samples)).nodes);
    expect((await convert(qcfs(), ann, batch([1, 1]))).meta.notes).toEqual([
      "qcfs: 1 of 1 calibration samples keep the ANN's answer in 64 steps: give more samples",
    ]);
    const error = await rejection(() => convert(qcfs(), ann));
    expect(error).toBeInstanceOf(RangeError);
    expect(error.message).toMatch(/^Cannot .* must hold at least 1 sample: 0 given$/);
  });

  test('qcfs notes answers that are not those of the ANN', async () => {
    // With L = 1 the ANN is 1 or 0: it cannot tell the classes apart, and says 0; rates can.
    const coarse = network(input(2), activation('a', 'input', 1, 1), dense('out', 'a', [[1, 0], [0, 1]])); // biome-ignore format: short
    const { meta } = await convert(qcfs(), coarse, batch([0.5, 0.75], [0.75, 1], [1, 0]));
    expect(meta.notes).toEqual([
      "qcfs: 1 of 3 calibration samples keep the ANN's answer in 64 steps: give more steps or samples, or see the doctor",
    ]);
  });
});

describe('refusals', () => {
  const relu: Node = { op: 'relu', name: 'odd', inputs: ['input'] };
  const pool = {
    op: 'maxPool2d',
    name: 'odd',
    inputs: ['a'],
    size: [1, 1],
    strides: [1, 1],
    padding: 'valid',
  } as const;
  const way = 'train with qcfs (or clip) activations, or convert by a method that measures λ: norm, ecc, balance';
  test.each<[what: string, given: Network, message: RegExp | string]>([
    ['relu', network(input(1), relu, activation('a', 'odd', 1, 4)), `Cannot convert node 'odd': a relu has no trained bound: ${way}`],
    ['max pooling', network(input(1, 1, 1), activation('a', 'input', 1, 4), pool), /^Cannot convert node 'odd': max pooling .*average pooling/],
    ['no activation', network(input(1), dense('out', 'input', [[1]])), /^Cannot convert node 'out': an activation/],
    ['λ = 0', network(input(1), activation('a', 'input', 0, 4)), /'a'.*lambda/],
    ['a spiking network', network(input(1), activation('a', 'ghost', 1, 4)), /'a'.*ghost/],
  ])('qcfs refuses %s', async (_, given, message) => {
    expect((await rejection(() => convert(qcfs(), given, batch([1], [0])))).message).toMatch(message);
  }); // biome-ignore format: a table

  test('qcfs refuses a network that spikes already', async () => {
    const spiking = await convert(qcfs(), ann, samples);
    expect((await rejection(() => convert(qcfs(), spiking, samples))).message).toMatch(
      /^Cannot convert node 'a': .*spikes already/,
    );
  });
});

describe('identity at T = L', () => {
  test('a layer of constant current sends its level of spikes, for any λ that is a power of 2, ties included', async () => {
    const current = fc.integer({ min: -64, max: 192 }).map((n) => n / 32);
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(0.25, 0.5, 1, 2, 4),
        fc.integer({ min: 1, max: 16 }),
        fc.array(current, { minLength: 8, maxLength: 8 }),
        async (lambda, levels, currents) => {
          const layer = network(input(8), activation('a', 'input', lambda, levels));
          const data = batch(currents);
          const spiking = await convert(qcfs(), layer, data);
          const expected = (await activations(layer, data))('a')[0].map((value) =>
            Math.round((value * levels) / lambda),
          );
          expect((await run(spiking, data, { steps: levels })).counts('a')[0]).toEqual(expected);
        },
      ),
      { numRuns: 60 },
    );
  });

  test('a layer of constant current sends its level of spikes, for any λ, away from ties', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.double({ min: 0.1, max: 10, noNaN: true }),
        fc.integer({ min: 1, max: 16 }),
        fc.array(fc.double({ min: -1, max: 2, noNaN: true }), { minLength: 8, maxLength: 8 }),
        async (lambda, levels, parts) => {
          // Currents within (-1/4, 1/4) of a level, in units of λ / L.
          const currents = parts.map((part) => {
            const level = part * levels;
            const nearest = Math.round(level);
            return ((nearest + (level - nearest) / 2.1) * lambda) / levels;
          });
          const layer = network(input(8), activation('a', 'input', lambda, levels));
          const data = batch(currents);
          const spiking = await convert(qcfs(), layer, data);
          const expected = (await activations(layer, data))('a')[0].map((value) =>
            Math.round((value * levels) / lambda),
          );
          expect((await run(spiking, data, { steps: levels })).counts('a')[0]).toEqual(expected);
        },
      ),
      { numRuns: 40 },
    );
  });

  const cases = [...trained(1, 4), ...trained(0.5, 8, 2)].map(([name, given]) => ({ name, given }));
  test.each(cases)('qcfs of $name counts what the ANN computes, layer by layer', async ({ given }) => {
    const [{ levels, lambda }] = given.nodes.filter((node) => node.op === 'qcfs');
    const data = tinyBatch(given, 6, 3);
    const spiking = await convert(qcfs(), given, data);
    const values = await activations(given, data);
    const engine = referenceEngine({ executor: 'count' });
    const { counts, scores } = await run(spiking, data, { steps: levels, engine });
    for (const { name } of given.nodes.filter(({ op }) => op === 'qcfs')) {
      expect(counts(name)).toEqual(values(name).map((sample) => sample.map((value) => (value * levels) / lambda)));
    }
    expect(scores.flat().map((score) => score / levels)).toBeAllClose(values(given.nodes.at(-1)!.name).flat());
  });

  test('in time, the first layer is exact and what follows is uneven', async () => {
    const [, deep] = trained(1, 4).find(([name]) => name === 'deep')!;
    const data = tinyBatch(deep, 6, 3);
    const values = await activations(deep, data);
    const { counts } = await run(await convert(qcfs(), deep, data), data, { steps: 4 });
    expect(counts('relu1')).toEqual(values('relu1').map((sample) => sample.map((value) => value * 4)));
    expect(counts('relu3')).not.toEqual(values('relu3').map((sample) => sample.map((value) => value * 4)));
  });
});

describe('conformance', () => {
  const networks = Object.fromEntries(trained(1, 4));
  for (const [name, check] of converterChecks(qcfs(), { networks })) test(`qcfs ${name}`, check);
  for (const [name, check] of pluginChecks(qcfs)) test(`qcfs ${name}`, check);

  test.each(Object.entries(networks))('qcfs of %s gives the same bits on every engine', async (_, given) => {
    const data = tinyBatch(given, 5);
    // The integer mode, and weights that are sums of powers of two, for which float32 is exact as well.
    for (const converter of [chain(qcfs(), quantizeWeights()), qcfs()]) {
      const spiking = await convert(converter, given, data);
      const [slow, fast] = [
        await run(spiking, data, { steps: 12 }),
        await run(spiking, data, { steps: 12, engine: wasmEngine() }),
      ];
      for (const { name } of given.nodes.filter(({ op }) => op === 'qcfs')) {
        expect(fast.trains(name)).toEqual(slow.trains(name));
      }
      expect(fast.scores).toEqual(slow.scores);
    }
  });
});
