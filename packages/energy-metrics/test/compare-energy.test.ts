import { compareEnergy, device, lemaire, proxy } from '@spikewright/energy-metrics';
import { type CutoffPolicy, direct, evaluate, noCutoff, referenceEngine } from '@spikewright/snn-core';
import { tinyBatch, tinyNetworks, withNeurons } from '@spikewright/testkit';
import { expect, test } from 'vitest';
import { counts, perceptron } from './tiny.js';

test('compareEnergy() puts the ANN and its bit-matched twin beside the spiking network, by each model', () => {
  const models = [proxy(), lemaire(), device('loihi')];
  const rows = compareEnergy(models, perceptron);
  expect(rows.map(({ spiking }) => spiking.model)).toEqual(['proxy', 'lemaire', 'device loihi']);
  for (const [place, { spiking, ann, twin, twinBits, extras, energyNanojoules }] of rows.entries()) {
    expect(twinBits).toBe(3); // 4 steps, 5 levels
    expect(spiking).toEqual(models[place].spiking(perceptron.counts, perceptron.snn));
    expect(ann).toEqual(models[place].dense(perceptron.ann));
    expect(twin).toEqual(models[place].dense(perceptron.ann, 3));
    expect(extras).toEqual([]);
    expect(energyNanojoules).toBe(spiking.energyNanojoules);
  }
});

test('compareEnergy() shows pre-simulation and calibration as lines of their own', () => {
  const one = counts(1, {
    spikes: { relu: 0 },
    accumulates: { hidden: 0, scores: 100 },
    multiplyAccumulates: { hidden: 1000, scores: 0 },
  });
  const [{ spiking, extras, energyNanojoules }] = compareEnergy([proxy()], {
    ...perceptron,
    extras: [
      { name: 'pre-simulation', counts: one, samples: 2, when: 'everySample' },
      { name: 'calibration', counts: one, samples: 500, when: 'once' },
    ],
  });
  // 1000 · 4.6 + 100 · 0.9 pJ = 4.69 nJ
  expect(extras).toEqual([
    { name: 'pre-simulation', when: 'everySample', samples: 2, energyNanojoules: expect.closeTo(9.38, 9) },
    { name: 'calibration', when: 'once', samples: 500, energyNanojoules: expect.closeTo(2345, 9) },
  ]);
  expect(energyNanojoules).toBeCloseTo(spiking.energyNanojoules + 9.38, 9);
  expect(() =>
    compareEnergy([proxy()], { ...perceptron, extras: [{ name: 'x', counts: one, samples: 0, when: 'once' }] }),
  ).toThrow(new RangeError("Cannot compare energy: samples of 'x' must be a whole number from 1: 0"));
});

/** Stops even samples after 2 steps, odd ones after 5. */
const early: CutoffPolicy = {
  ...noCutoff(),
  start: () => (frame) => {
    for (let row = 0; row < frame.rows; row++)
      if (frame.stepOf(row) === (frame.sampleOf(row) % 2 === 0 ? 2 : 5)) frame.stop(row);
  },
};

test('the energy of a cutoff run is that of the executed steps only (law i)', async () => {
  const snn = withNeurons(tinyNetworks().deep);
  const program = await referenceEngine().compile(snn);
  const samples = tinyBatch(snn, 6);
  const run = (steps: number, cutoff = noCutoff(), only?: number) =>
    evaluate(program, [only === undefined ? samples : oneOf(only)], { steps, encoder: direct(), cutoff });
  const size = samples.data.length / samples.size;
  const oneOf = (sample: number) => ({
    size: 1,
    data: samples.data.slice(sample * size, (sample + 1) * size),
    labels: samples.labels!.slice(sample, sample + 1),
    indices: samples.indices.slice(sample, sample + 1),
  });
  const cut = await run(8, early);
  expect(cut.meanStopStep).toBe(3.5);
  for (const model of [proxy(), lemaire(), device('spinnaker2')]) {
    let sum = 0;
    for (let sample = 0; sample < 6; sample++)
      sum += model.spiking(await run(sample % 2 === 0 ? 2 : 5, noCutoff(), sample), snn).energyNanojoules;
    const report = model.spiking(cut, snn);
    expect(report.energyNanojoules).toBeCloseTo(sum / 6, 6);
    expect(report.steps).toBe(3.5);
    expect(report.energyNanojoules).toBeLessThan(model.spiking(await run(8), snn).energyNanojoules);
  }
});
