import { l4 } from '@spikewright/converters-l4';
import type { Network } from '@spikewright/snn-core';
import {
  activationStatistics,
  foldBatchNorm,
  integrateAndFire,
  isActivation,
  toSpiking,
} from '@spikewright/snn-core/convert';
import { converterChecks, pluginChecks, tinyBatch, tinyNetworks, withNeurons } from '@spikewright/testkit';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { add, calibration, convert, dense, input, network, outputs, rejection, relu } from './tiny.js';

describe.each([{}, { norm: 'max' }, { rule: 'normalise' }, { rule: 'sigma' }] as const)(
  'conformance of %j',
  (options) => {
    for (const [name, check] of converterChecks(l4(options))) test(name, check);
  },
);
for (const [name, check] of pluginChecks(l4)) test(name, check);

/** Weights of the spiking network, with the names of their nodes. */
const kernels = ({ nodes }: Network): [string, number[]][] =>
  nodes.flatMap((node): [string, number[]][] => ('kernel' in node ? [[node.name, [...node.kernel.data]]] : []));

/** Without negative weights, so that every channel is active: a silent one has no λ of its own. */
const awake = (ann: Network): Network => ({
  ...ann,
  nodes: ann.nodes.map((node) =>
    'kernel' in node ? { ...node, kernel: { ...node.kernel, data: node.kernel.data.map(Math.abs) } } : node,
  ),
});

/** The spiking network of an ANN, λ the largest activation of each channel or layer: what `norm({ rule: 'max' })` does. */
async function byLargest(given: Network, scope: 'channel' | 'layer'): Promise<Network> {
  const samples = tinyBatch(given, 64, 5);
  const ann = await convert(foldBatchNorm(), given);
  const names = ann.nodes.filter(isActivation).map(({ name }) => name);
  const statistics = await activationStatistics(ann, names, calibration(samples));
  const lambdas = Object.fromEntries(
    [...statistics].map(([name, { layer, channels }]) => [
      name,
      (scope === 'channel' ? channels : [layer]).map(({ max }) => max),
    ]),
  );
  return toSpiking(ann, lambdas, integrateAndFire);
}

describe('λ by channel after l4', () => {
  const { maxPool: _, ...able } = tinyNetworks();
  test.each(Object.entries(able))('it takes the factors out again: %s', async (_name, given) => {
    const ann = awake(given);
    const alone = kernels(await byLargest(ann, 'channel'));
    for (const options of [{}, { rule: 'sigma' }, { norm: 'max', clamp: null }] as const) {
      const adjusted = await convert(l4(options), ann, tinyBatch(ann, 64, 5));
      const after = kernels(await byLargest(adjusted, 'channel'));
      expect(after.map(([name]) => name)).toEqual(alone.map(([name]) => name));
      after.forEach(([, kernel], place) => void expect(kernel).toBeAllClose(alone[place][1], { relative: 1e-5 }));
    }
  });

  test('λ by layer keeps them', async () => {
    const ann = awake(able.deep);
    const alone = kernels(await byLargest(ann, 'layer'));
    const after = kernels(await byLargest(await convert(l4(), ann), 'layer'));
    expect(() => expect(after[0][1]).toBeAllClose(alone[0][1], { relative: 1e-2 })).toThrow('elements differ');
  });
});

test('clip and QCFS layers are left, with a note: one λ holds for all their channels', async () => {
  const { otherActivations: ann } = tinyNetworks();
  const adjusted = await convert(l4(), ann);
  expect(adjusted.nodes).toEqual(ann.nodes);
  const note = (op: string) =>
    `l4: ${op} '${op}' has one λ for all its channels; the weights before it stay as they are`;
  expect(adjusted.meta.notes).toEqual([note('qcfs'), note('clip')]);
});

test('ReLU layers that meet a clip in an add are left as well', async () => {
  const ann = network(
    input(1),
    dense('one', 'input', [[1, 4]]),
    relu('r', 'one'),
    dense('two', 'input', [[1, 4]]),
    { op: 'clip', name: 'c', inputs: ['two'], lambda: 1 },
    add('sum', 'r', 'c'),
    dense('three', 'sum', [[1], [1]]),
  );
  expect((await convert(l4(), ann)).nodes).toEqual(ann.nodes);
});

test('a network that spikes is refused', async () => {
  const spiking = withNeurons(tinyNetworks().dense);
  expect(await rejection(() => convert(l4(), spiking))).toEqual(
    new TypeError("Cannot adjust weights: the network must be an ANN: neuron 'relu1'"),
  );
});

test('an unsound network is refused', async () => {
  expect(await rejection(() => convert(l4(), network(input(1), relu('r', 'ghost'))))).toBeInstanceOf(ReferenceError);
});

describe('laws', () => {
  const weight = fc.integer({ min: -32, max: 32 }).map((n) => n / 8);
  const matrix = (rows: number, columns: number) =>
    fc.array(fc.array(weight, { minLength: columns, maxLength: columns }), { minLength: rows, maxLength: rows });
  const bias = fc.array(weight, { minLength: 3, maxLength: 3 });

  test('rules A and C leave a network with two residual blocks as it is, whatever its weights, strength and clamp', async () => {
    const options = fc.record({
      rule: fc.constantFrom('equalise' as const, 'sigma' as const),
      norm: fc.constantFrom('l4' as const, 'l2' as const, 'max' as const),
      strength: fc.double({ min: 0, max: 1, noNaN: true }),
      clamp: fc.option(fc.double({ min: 1, max: 100, noNaN: true })),
    });
    await fc.assert(
      fc.asyncProperty(
        matrix(2, 3),
        matrix(3, 3),
        matrix(3, 3),
        matrix(3, 2),
        bias,
        options,
        async (a, b, c, d, e, o) => {
          const ann = network(
            input(2),
            dense('one', 'input', a, e),
            relu('r1', 'one'),
            dense('two', 'r1', b, e),
            add('s1', 'two', 'r1'),
            relu('r2', 's1'),
            dense('three', 'r2', c),
            add('s2', 'r2', 'three'),
            relu('r3', 's2'),
            dense('scores', 'r3', d),
          );
          const samples = tinyBatch(ann, 8);
          const before = await outputs(ann, samples);
          const reach = before.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
          const after = await outputs(await convert(l4(o), ann, samples), samples);
          expect(after).toBeAllClose(before, { relative: 1e-5, absolute: 1e-5 * reach });
        },
      ),
      { numRuns: 60 },
    );
  });
});
