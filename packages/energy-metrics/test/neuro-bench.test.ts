import { neuroBench } from '@spikewright/energy-metrics';
import { denseOperations, type Encoder, evaluate, poisson, referenceEngine } from '@spikewright/snn-core';
import { tinyBatch, tinyNetworks, withNeurons } from '@spikewright/testkit';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { batch, conv, dense, input, network, neuron, ones, tensor } from './tiny.js';

/** Spikes at every input in every step. */
const always: Encoder = {
  role: 'encoder',
  spec: 1,
  name: 'always',
  options: {},
  output: 'spikes',
  start: () => (_image, _sample, _step, into) => into.fill(1),
};

test('neuroBench() gives the example of its documentation: effective 4, dense 9', async () => {
  // W rows are outputs: [1.3, 0, -3.2], [0, 1.2, -5.1], [-1.1, 2.7, 0]; ours are inputs
  const weights = tensor([3, 3], [1.3, 0, -1.1, 0, 1.2, 2.7, -3.2, -5.1, 0]);
  const net = network(input(3), dense('layer', 'input', weights));
  const report = await neuroBench(net, [batch([0, 1.3, -1])]);
  // Input 1 meets 2 weights, input 2 meets 2; 1.3 makes them MACs.
  expect(report).toMatchObject({
    samples: 1,
    steps: 1,
    effectiveMultiplyAccumulates: 4,
    effectiveAccumulates: 0,
    denseOperations: 9,
    connectionSparsity: 3 / 9,
    parameters: 9,
    footprintBytes: 36,
    activationSparsity: 0,
    membraneUpdates: 0,
  });
  const binary = await neuroBench(net, [batch([0, 1, -1])]);
  expect([binary.effectiveMultiplyAccumulates, binary.effectiveAccumulates]).toEqual([0, 4]);
});

test('neuroBench() counts 1000 ACs for spikes at all of 20 inputs, 5 outputs and 10 steps', async () => {
  const net = network(input(20), dense('layer', 'input', ones(20, 5)));
  const report = await neuroBench(net, [batch(new Array<number>(20).fill(0), new Array<number>(20).fill(0.5))], {
    steps: 10,
    encoder: always,
  });
  expect(report).toMatchObject({ effectiveAccumulates: 1000, effectiveMultiplyAccumulates: 0, denseOperations: 1000 });
});

test('neuroBench() counts borders of a padded convolution exactly', async () => {
  // 3x3 over 3x3, same: the middle reaches 9 outputs, an edge 6, a corner 4: 9 + 4 · 6 + 4 · 4 = 49
  const net = network(input(3, 3, 1), conv('layer', 'input', ones(3, 3, 1, 1)));
  const corner = await neuroBench(net, [batch([1, 0, 0, 0, 0, 0, 0, 0, 0])]);
  expect([corner.effectiveAccumulates, corner.denseOperations]).toEqual([4, 49]);
});

test('neuroBench() calls pooled spikes MACs in the steps in which they are fractions', async () => {
  const net = network(
    input(2, 2, 1),
    { op: 'avgPool2d', name: 'pool', inputs: ['input'], size: [2, 2], strides: [2, 2], padding: 'valid' },
    { op: 'flatten', name: 'flatten', inputs: ['pool'] },
    dense('layer', 'flatten', ones(1, 5)),
  );
  const counted = async (...image: number[]) => {
    const report = await neuroBench(net, [batch(image)]);
    return [report.effectiveMultiplyAccumulates, report.effectiveAccumulates];
  };
  expect(await counted(1, 0, 0, 0)).toEqual([5, 0]); // 1/4
  expect(await counted(1, 1, 1, 1)).toEqual([0, 5]); // 1
  expect(await counted(0, 0, 0, 0)).toEqual([0, 0]);
});

test('neuroBench() counts potentials that changed, all in the first step, and 4 operations for each', async () => {
  const net = network(
    input(3),
    dense('layer', 'input', tensor([3, 3], [1, 0, 0, 0, 1, 0, 0, 0, 1])),
    neuron('n', 'layer'),
  );
  // Currents 0.5 (changes), 1 (fires and comes back to 0), 0 (stays): steps 2 to 4 change one potential each.
  const report = await neuroBench(net, [batch([0.5, 1, 0])], { steps: 4 });
  expect(report).toMatchObject({
    membraneUpdates: 3 + 3 * 1,
    effectiveNeuronOperations: 24,
    denseNeuronOperations: 48, // 3 neurons, 4 steps
    activationSparsity: 6 / 12, // neuron 0 fires at steps 2 and 4, neuron 1 always
    activationSparsityByLayer: { n: 0.5 },
    footprintBytes: 4 * (9 + 2), // weights, threshold, start potential
  });
});

test('neuroBench() counts what the run of a network without pooling counts, ACs and MACs together', async () => {
  const snn = withNeurons(tinyNetworks().deep);
  const samples = tinyBatch(snn, 3);
  const run = { steps: 5, encoder: poisson(), seed: 3 };
  const { work } = await evaluate(await referenceEngine().compile(snn), [samples], run);
  const report = await neuroBench(snn, [samples], run);
  const total = Object.values(work.accumulates).reduce((sum, count) => sum + count, 0);
  expect(report.effectiveAccumulates).toBeCloseTo(total, 9);
  expect(report.effectiveMultiplyAccumulates).toBe(0);
});

test('neuroBench() with all inputs 1 and no zero weight is dense (law f)', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 3, max: 6 }), fc.integer({ min: 1, max: 3 }), async (size, channels) => {
      const net = network(input(size, size, 1), conv('layer', 'input', ones(3, 3, 1, channels)));
      const report = await neuroBench(net, [batch(new Array<number>(size * size).fill(1))]);
      expect(report.effectiveAccumulates).toBe(report.denseOperations);
      expect(report.denseOperations).toBe(denseOperations(net).layer);
    }),
    { numRuns: 10 },
  );
});

test('neuroBench() counts parameters and buffers of an ANN', async () => {
  const { chain } = tinyNetworks();
  const report = await neuroBench(chain, [tinyBatch(chain, 2)]);
  const sizes = chain.nodes.flatMap((node) =>
    Object.entries(node).flatMap(([key, value]) => (value?.data ? [[key, value.data.length] as const] : [])),
  );
  const sum = (keep: (key: string) => boolean) => sizes.reduce((n, [key, size]) => n + (keep(key) ? size : 0), 0);
  expect(report.parameters).toBe(sum((key) => key !== 'mean' && key !== 'variance'));
  expect(report.footprintBytes).toBe(4 * sum(() => true));
  const { scale } = tinyNetworks();
  const scaled = await neuroBench(scale, [tinyBatch(scale, 1)]);
  expect(scaled.denseOperations).toBe(denseOperations(scale).conv + denseOperations(scale).scores);
});

test('neuroBench() refuses unknown options, no samples, and batches that do not fit', async () => {
  const net = network(input(3), dense('layer', 'input', ones(3, 2)));
  await expect(neuroBench(net, [], {})).rejects.toThrow(
    new RangeError('Cannot measure by NeuroBench: the data must hold at least 1 sample: 0 given'),
  );
  await expect(neuroBench(net, [batch([1, 2])])).rejects.toThrow(TypeError);
  await expect(neuroBench(net, [batch([1, 2, 3])], { steps: 0 })).rejects.toThrow(/steps must be at least 1: 0/);
  const gains = { shape: [2], data: Float32Array.of(1, 0.5) };
  const timed = withNeurons(tinyNetworks().dense, { gains });
  await expect(neuroBench(timed, [tinyBatch(timed, 1)], { steps: 3 })).rejects.toThrow(/gains for 2 steps/);
  await expect(neuroBench(net, [batch([1, 2, 3])], { step: 1 } as never)).rejects.toThrow(/the option must be one of/);
});
