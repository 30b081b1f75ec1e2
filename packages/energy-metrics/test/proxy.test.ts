import { arithmetic, proxy } from '@spikewright/energy-metrics';
import { pluginChecks } from '@spikewright/testkit';
import { expect, test } from 'vitest';
import { counts, perceptron } from './tiny.js';

const { ann, snn } = perceptron;

for (const [name, check] of pluginChecks(proxy)) test(`proxy ${name}`, check);

test('proxy charges 4.6 pJ a MAC and 0.9 pJ an AC, the analog first layer in every step', () => {
  const { layers, energyNanojoules, assumptions, steps } = proxy().spiking(perceptron.counts, snn);
  expect(layers.map(({ node, synapsesNanojoules }) => [node, synapsesNanojoules])).toEqual([
    ['hidden', expect.closeTo(235.52, 9)], // 51,200 · 4.6 pJ
    ['scores', expect.closeTo(0.45, 9)], // 500 · 0.9 pJ
  ]);
  expect(energyNanojoules).toBeCloseTo(235.97, 9);
  expect(steps).toBe(4);
  expect(assumptions[0]).toContain('in every executed step');
  expect(assumptions[1]).toBe('T: 4 steps, the mean over samples of the steps executed');
});

test('proxy charges the first layer once a sample where it is told to, later analog layers in every step', () => {
  const once = proxy({ firstLayer: 'once' });
  const { layers, assumptions } = once.spiking(perceptron.counts, snn);
  expect(layers[0].energyNanojoules).toBeCloseTo(58.88, 9); // 51,200 / 4 · 4.6 pJ
  expect(assumptions[0]).toContain('once a sample');
  const later = counts(4, {
    spikes: { relu: 50 },
    accumulates: { hidden: 0, scores: 0 },
    multiplyAccumulates: { hidden: 0, scores: 400 },
  });
  expect(once.spiking(later, snn).layers[1].energyNanojoules).toBeCloseTo(1.84, 9); // 400 · 4.6 pJ
});

test('proxy charges every multiply-addition of a dense pass, with fewer activation bits a smaller multiplication', () => {
  // 784 · 128 + 128 · 10 = 101,632 multiply-additions
  const model = proxy();
  expect(model.dense(ann).energyNanojoules).toBeCloseTo(467.5072, 6); // · 4.6 pJ
  expect(model.dense(ann, 4).energyNanojoules).toBeCloseTo(138.4736, 2); // · (3.7 · 4 / 32 + 0.9) = 1.3625 pJ
  expect(model.dense(ann, 4).assumptions[0]).toContain('4 bits');
});

test.each([
  ['float32', 4.6, 0.9],
  ['float16', 1.5, 0.4],
  ['int32', 3.2, 0.1],
  ['int8', 0.23, 0.03],
] as const)('arithmetic.%s: a MAC is %f pJ, an AC %f pJ', (name, mac, ac) => {
  const model = proxy({ ...arithmetic[name] });
  expect(model.dense(ann).energyNanojoules).toBeCloseTo((101_632 * mac) / 1000, 6);
  expect(model.spiking(perceptron.counts, snn).layers[1].energyNanojoules).toBeCloseTo((500 * ac) / 1000, 9);
});

test('proxy refuses negative and unknown options, strange widths, and counts of another network', () => {
  expect(() => proxy({ addPicojoules: -1 })).toThrow(/Cannot use options of proxy: .*: 'addPicojoules'/);
  expect(() => proxy({ multiplyPicojoules: Number.POSITIVE_INFINITY })).toThrow(/'multiplyPicojoules'/);
  expect(() => proxy({ bits: 0 })).toThrow(/'bits'/);
  expect(() => proxy({ firstLayer: 'never' as never })).toThrow(/'firstLayer'/);
  expect(() => proxy().dense(ann, 0)).toThrow(
    new RangeError('Cannot estimate energy: activation bits must be a whole number from 1 to 64: 0'),
  );
  const strange = counts(4, { ...perceptron.counts.work, accumulates: { hidden: 0 } });
  expect(() => proxy().spiking(strange, snn)).toThrow(
    new ReferenceError("Cannot estimate energy: the counts must be of this network: no accumulates of 'scores'"),
  );
  const negative = counts(4, { ...perceptron.counts.work, spikes: { relu: -1 } });
  expect(() => proxy().spiking(negative, snn)).toThrow(
    new RangeError("Cannot estimate energy of 'relu': spikes must be at least 0 and finite: -1"),
  );
  expect(() => proxy().spiking(counts(0, perceptron.counts.work), snn)).toThrow(
    new RangeError('Cannot estimate energy: the mean stop step must be above 0 and finite: 0'),
  );
});
