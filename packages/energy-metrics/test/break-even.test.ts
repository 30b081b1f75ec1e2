import { arithmetic, breakEven, costTables, type EnergyModel, proxy, twinBits } from '@spikewright/energy-metrics';
import { expect, test } from 'vitest';
import { counts, perceptron } from './tiny.js';

test.each([
  [1, 1],
  [3, 2],
  [4, 3], // 5 levels
  [5, 3],
  [7, 3],
  [7.5, 4], // a mean stop step between 7 and 8
  [255, 8],
])('twinBits(%f steps) is %i', (steps, bits) => {
  expect(twinBits(steps)).toBe(bits);
});

test('breakEven() solves for rate and T where both can be worked out by hand', () => {
  // E0 float32. 4 steps: MACs 51,200 · 4.6 = 235,520 pJ, ACs 500 · 0.9 = 450 pJ.
  const report = breakEven(perceptron, [{ name: 'proxy', spiking: proxy() }]);
  const [{ spikingNanojoules, ann, twin }] = report.rows;
  expect(report.twinBits).toBe(3);
  expect(report.spikeRate).toBeCloseTo(50 / 512, 12); // 128 neurons, 4 steps
  expect(spikingNanojoules).toBeCloseTo(235.97, 9);
  // ANN: 101,632 · 4.6 = 467,507.2 pJ. ACs may cost 231,987.2 pJ, 515.527... times as much.
  expect(ann.denseNanojoules).toBeCloseTo(467.5072, 9);
  expect(ann.cheaper).toBe(true);
  expect(ann.spikeRate).toBeCloseTo((50 / 512) * (231_987.2 / 450), 6);
  // A step costs 58,992.5 pJ: 467,507.2 pays for 7.92.
  expect(ann.steps).toBe(7);
  // Twin of 3 bits: 101,632 · (3.7 · 3 / 32 + 0.9) = 126,722.4 pJ: the image alone costs more.
  expect(twin.denseNanojoules).toBeCloseTo(126.7224, 4);
  expect([twin.cheaper, twin.spikeRate]).toEqual([false, 0]);
  // 1 step 58,992.5 < 1 bit 103,219; 2 steps 117,985 >= 2 bits 114,971 (rounded)
  expect(twin.steps).toBe(1);
  expect(report.spikeRateRange).toEqual([0, 0]);
  expect(report.stepsRange).toEqual([1, 1]);
});

/** A model whose energies are given. */
const made = (spiking: (steps: number, spikes: number) => number, dense: (bits: number) => number): EnergyModel => {
  const report = (energyNanojoules: number) => ({ ...proxy().dense(perceptron.ann), energyNanojoules });
  return {
    ...proxy(),
    spiking: ({ work, meanStopStep }) => report(spiking(meanStopStep, work.spikes.relu)),
    dense: (_network, bits = 32) => report(dense(bits)),
  };
};

test.each([
  ['the first step', 1, 1, 0],
  ['equal is not cheaper', 1, 10, 9],
  ['within the bits of 8 to 15', 1, 12.5, 12],
  ['never', 1e-9, 1, null],
])('breakEven() finds the most steps: %s', (_, step, ann, steps) => {
  const tables = [
    {
      name: 'made',
      spiking: made(
        (t) => t * step,
        () => ann,
      ),
    },
  ];
  expect(breakEven(perceptron, tables).rows[0].ann.steps).toBe(steps);
});

test('breakEven() lets the bits of the twin follow T', () => {
  // T against 1.5 ceil(log2(T + 1)): 1 < 1.5, 2 < 3, 3 >= 3
  const tables = [
    {
      name: 'made',
      spiking: made(
        (t) => t,
        (bits) => 1.5 * bits,
      ),
    },
  ];
  expect(breakEven(perceptron, tables).rows[0].twin.steps).toBe(2);
});

test('breakEven() takes null for a rate that costs nothing, and the ANN by a model of its own', () => {
  const spiking = made(
    (t) => t,
    () => 1,
  );
  const report = breakEven(perceptron, [
    { name: 'free spikes', spiking },
    {
      name: 'another device',
      spiking,
      dense: made(
        () => 0,
        () => 100,
      ),
    },
  ]);
  expect(report.rows.map(({ ann }) => ann.spikeRate)).toEqual([null, null]);
  expect(report.rows.map(({ ann }) => ann.denseNanojoules)).toEqual([1, 100]);
  expect(report.spikeRateRange).toEqual([null, null]);
  expect(report.stepsRange).toEqual([0, 99]);
});

test('breakEven() gives a range over the cost tables of E0 and E2', () => {
  const names = costTables().map(({ name }) => name);
  expect(names).toEqual([
    ...Object.keys(arithmetic).map((name) => `proxy ${name}`),
    'lemaire 32 bits',
    'lemaire 8 bits',
  ]);
  const coded = counts(2, {
    spikes: { relu: 5 },
    accumulates: { hidden: 2560, scores: 50 }, // 20 spikes of the encoder
    multiplyAccumulates: { hidden: 0, scores: 0 },
  });
  const report = breakEven({ ...perceptron, counts: coded });
  expect(JSON.parse(JSON.stringify(report))).toEqual(report);
  for (const { twin } of report.rows) {
    expect(twin.cheaper).toBe(true);
    expect(twin.spikeRate).toBeGreaterThan(report.spikeRate);
  }
  const [least, most] = report.spikeRateRange;
  expect(Number(least)).toBeLessThan(Number(most));
  // At the break-even rate the energies are equal.
  const factor = Number(report.rows[4].twin.spikeRate) / report.spikeRate;
  const scaled = counts(2, {
    spikes: { relu: 5 * factor },
    accumulates: { hidden: 2560 * factor, scores: 50 * factor },
    multiplyAccumulates: { hidden: 0, scores: 0 },
  });
  const { model } = { model: costTables()[4].spiking };
  expect(model.spiking(scaled, perceptron.snn).energyNanojoules).toBeCloseTo(report.rows[4].twin.denseNanojoules, 6);
});

test('breakEven() and twinBits() refuse no tables, no neurons, no steps', () => {
  expect(() => breakEven(perceptron, [])).toThrow(/there must be at least 1 cost table: 0 given/);
  expect(() => breakEven({ ...perceptron, snn: perceptron.ann })).toThrow(/the network must have neurons/);
  expect(() => twinBits(0)).toThrow(new RangeError('Cannot match bits: steps must be above 0 and below 2^32: 0'));
});
