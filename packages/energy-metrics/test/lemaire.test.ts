import { accessPicojoules, lemaire } from '@spikewright/energy-metrics';
import { pluginChecks } from '@spikewright/testkit';
import { expect, test } from 'vitest';
import { conv, counts, dense, input, network, neuron, ones } from './tiny.js';

for (const [name, check] of pluginChecks(lemaire)) test(`lemaire ${name}`, check);

// algorithms, golden vectors A9: at 8 bits
test.each([
  [235_200, 33.709_44],
  [300, 13.226_16],
  [64, 13.205_581],
])('accessPicojoules(%i values of 8 bits) is %f pJ', (values, picojoules) => {
  expect(accessPicojoules(values, 8)).toBeCloseTo(picojoules, 6);
});

const e = (values: number, bits = 32): number => 1.09e-5 * values * bits + 13.2;

/** 4x4x1 image -> conv 3x3, 2 channels, bias -> 32 neurons -> conv 3x3, 3 channels -> 48 neurons -> 10 scores. */
const snn = network(
  input(4, 4, 1),
  conv('first', 'input', ones(3, 3, 1, 2), 2),
  neuron('n1', 'first'),
  conv('second', 'n1', ones(3, 3, 2, 3)),
  neuron('n2', 'second', 0.5),
  { op: 'flatten', name: 'flatten', inputs: ['n2'] },
  dense('scores', 'flatten', ones(48, 10), 10),
);
// T = 5, S = 7 and 11 spikes.
const work = counts(5, {
  spikes: { n1: 7, n2: 11 },
  accumulates: { first: 0, second: 150, scores: 110 },
  multiplyAccumulates: { first: 900, second: 0, scores: 0 },
});

test('lemaire charges the terms of the published table', () => {
  const { layers, assumptions } = lemaire({ potentials: 'published' }).spiking(work, snn);
  expect(layers.map(({ node }) => node)).toEqual(['first', 'second', 'scores', 'n1', 'n2', 'scores (scores)']);
  const [first, second, scores, n1, n2, sums] = layers;
  // Analog: a formal layer in each of 5 steps; N_out = 32, K = 9.
  expect(first.memoryNanojoules).toBeCloseTo((5 * (288 * e(16) + 288 * e(18) + 32 * e(2))) / 1000, 9);
  expect(first.synapsesNanojoules).toBeCloseTo((5 * (288 * 3.2 + 32 * 0.1)) / 1000, 9);
  expect(first.addressingNanojoules).toBeCloseTo((5 * (16 + 32 + 18) * 0.1) / 1000, 9); // C_in H W + N_out + C_out K
  // Spikes: S_in = 7, 7 · 3 · 9 = 189 events.
  expect(second.memoryNanojoules).toBeCloseTo((7 * e(64) + 189 * e(54) + 189 * e(48)) / 1000, 9);
  expect(second.synapsesNanojoules).toBeCloseTo((189 * 0.1) / 1000, 9); // 7 · ceil(3 / 1) · ceil(3 / 1) · 3
  expect(second.addressingNanojoules).toBeCloseTo((14 * 3.2 + 63 * 0.1) / 1000, 9); // MAC 2 S_in, ACC S_in K
  // Dense: S_in = 11, 110 events, 10 biases once.
  expect(scores.memoryNanojoules).toBeCloseTo((11 * e(64) + 110 * e(480) + 10 * e(10) + 110 * e(10)) / 1000, 9);
  expect(scores.synapsesNanojoules).toBeCloseTo(0.011, 9);
  expect(scores.addressingNanojoules).toBeCloseTo(0.011, 9); // ACC S_in N_out
  // Neurons: T N_out + S_out additions, a multiply-addition for each leak, outputs into the queue.
  expect(n1.neuronsNanojoules).toBeCloseTo(((160 + 7) * 0.1) / 1000, 9);
  expect(n1.memoryNanojoules).toBeCloseTo((32 * e(32) + 7 * e(64)) / 1000, 9);
  expect(n2.neuronsNanojoules).toBeCloseTo(((240 + 11) * 0.1 + 240 * 3.2) / 1000, 9);
  expect(sums.neuronsNanojoules).toBeCloseTo((50 * 0.1) / 1000, 9);
  expect(sums.memoryNanojoules).toBeCloseTo((10 * e(10)) / 1000, 9);
  expect(assumptions[2]).toContain('reads not counted');
});

test('lemaire reads potentials as well, and biases in every step, by default', () => {
  const { layers } = lemaire().spiking(work, snn);
  const [, second, scores, n1] = layers;
  expect(second.memoryNanojoules).toBeCloseTo((7 * e(64) + 189 * e(54) + 2 * 189 * e(48)) / 1000, 9);
  expect(scores.memoryNanojoules).toBeCloseTo((11 * e(64) + 110 * e(480) + 50 * e(10) + 220 * e(10)) / 1000, 9);
  expect(n1.memoryNanojoules).toBeCloseTo((2 * 5 * 32 * e(32) + 7 * e(64)) / 1000, 9);
});

test('lemaire charges a dense pass by the formal terms, with activations of their own width', () => {
  const [, second, scores] = lemaire().dense(snn, 4).layers;
  // conv: N_out = 48, 48 · 18 = 864 synapses
  expect(second.memoryNanojoules).toBeCloseTo((864 * e(32, 4) + 864 * e(54) + 48 * e(48, 4)) / 1000, 9);
  expect(second.synapsesNanojoules).toBeCloseTo((864 * (3.1 / 8 + 0.1) + 48 * 0.1) / 1000, 9);
  expect(second.addressingNanojoules).toBeCloseTo(((32 + 48 + 27) * 0.1) / 1000, 9);
  expect(scores.memoryNanojoules).toBeCloseTo((48 * e(48, 4) + 480 * e(480) + 10 * e(10) + 10 * e(10, 4)) / 1000, 9);
  expect(scores.addressingNanojoules).toBeCloseTo(0.048, 9); // N_in N_out
});

test('lemaire charges the first layer once where it is told to', () => {
  const everyStep = lemaire().spiking(work, snn).layers[0];
  const once = lemaire({ firstLayer: 'once' }).spiking(work, snn).layers[0];
  expect(once.energyNanojoules).toBeCloseTo(everyStep.energyNanojoules / 5, 9);
});

test('lemaire knows the spikes of an encoder by what they did', () => {
  const coded = counts(5, {
    spikes: { n: 3 },
    accumulates: { hidden: 40, out: 6 },
    multiplyAccumulates: { hidden: 0, out: 0 },
  });
  const net = network(
    input(6),
    dense('hidden', 'input', ones(6, 4)),
    neuron('n', 'hidden'),
    { op: 'scale', name: 'half', inputs: ['n'], factor: ones(4), bias: ones(4) },
    dense('out', 'half', ones(4, 2)),
  );
  const work = { ...coded.work, accumulates: { ...coded.work.accumulates, half: 3 } };
  const multiplied = { hidden: 0, half: 0, out: 24 };
  const { layers } = lemaire().spiking({ ...coded, work: { ...work, multiplyAccumulates: multiplied } }, net);
  // 40 additions at 4 synapses each: 10 spikes
  expect(layers[0].memoryNanojoules).toBeCloseTo((10 * e(64) + 40 * e(24) + 2 * 40 * e(4)) / 1000, 9);
  // scale: a spike reaches one synapse
  expect(layers[1].memoryNanojoules).toBeCloseTo((3 * e(64) + 3 * e(4) + 5 * 4 * e(4) + 2 * 3 * e(4)) / 1000, 9);
  // behind the scale, values have to be multiplied, in every step: 8 synapses
  expect(layers[2].synapsesNanojoules).toBeCloseTo((5 * (8 * 3.2 + 2 * 0.1)) / 1000, 9);
});

test('lemaire refuses wrong options', () => {
  expect(() => lemaire({ bits: 65 })).toThrow(/Cannot use options of lemaire: .*: 'bits'/);
  expect(() => lemaire({ queue: 0 })).toThrow(/'queue'/);
  expect(() => lemaire({ addPicojoules: -0.1 })).toThrow(/'addPicojoules'/);
  expect(() => lemaire().dense(snn, 1.5)).toThrow(/activation bits must be a whole number from 1 to 64: 1.5/);
});
