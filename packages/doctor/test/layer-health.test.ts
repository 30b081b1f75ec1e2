import { diagnose } from '@spikewright/doctor';
import { type Batch, type Calibration, type Network, referenceEngine } from '@spikewright/snn-core';
import { integrateAndFire, toSpiking } from '@spikewright/snn-core/convert';
import { expect, test } from 'vitest';

/** Three inputs go straight to three neurons, and to three scores. */
const identity = { shape: [3, 3], data: Float32Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1) };
const ann: Network = {
  format: 1,
  nodes: [
    { op: 'input', name: 'input', inputs: [], shape: [3] },
    { op: 'dense', name: 'hidden', inputs: ['input'], kernel: identity },
    { op: 'relu', name: 'relu', inputs: ['hidden'] },
    { op: 'dense', name: 'scores', inputs: ['relu'], kernel: identity },
  ],
  meta: {},
};

const dataOf = (...rows: number[][]): Calibration => ({
  engine: referenceEngine(),
  batches: async function* (): AsyncGenerator<Batch> {
    yield { size: rows.length, data: Float32Array.from(rows.flat()), indices: Uint32Array.from(rows, (_, row) => row) };
  },
});

test('a layer is measured neuron by neuron', async () => {
  const snn = toSpiking(ann, { relu: [2] }, { ...integrateAndFire, initial: 0.5 });
  // λ = 2, T = 4: activations 3, 0.5, 0 are 1.5, 0.25, 0 spikes a step; 1.5 is clipped to 1.
  const { layers, agreement, causes } = await diagnose(ann, snn, dataOf([3, 0.5, 0]), { steps: 4 });
  expect(layers).toEqual([
    {
      node: 'relu',
      lambda: [2, 2],
      // 4 spikes, 1 spike (0.5 + 4 · 0.25 = 1.5), none, of 3 neurons and 4 steps
      meanRate: 5 / 12,
      // of (4, 1, 0) with (1.5, 0.25, 0): 10 / 3 over the root of 26 / 3 · 1.2917
      correlation: expect.closeTo(0.99627, 4),
      // 0.5 of 1.75 lies above 1
      clippedMass: expect.closeTo(0.5 / 1.75, 6),
      // 1, 0.25 and 0 are rates of 4 steps
      quantisationError: 0,
      unevennessError: 0,
      saturated: 1 / 3,
      silent: 0,
      dead: 1 / 3,
      firstUsefulStep: 1,
    },
  ]);
  expect(agreement).toBe(1);
  expect(causes).toEqual([]);
});

test('a perfect correlation is 1, though rounding has it above', async () => {
  const snn = toSpiking(ann, { relu: [1] }, { ...integrateAndFire, initial: 0.5 });
  // 1, 7 and 5 spikes in 24 steps: 1.0000000000000002 in 64-bit floats
  const { layers } = await diagnose(ann, snn, dataOf([1 / 24, 7 / 24, 5 / 24]), { steps: 24 });
  expect(layers[0].correlation).toBe(1);
});

test('neurons that send several spikes a step are clipped at as many', async () => {
  const snn = toSpiking(ann, { relu: [1] }, { ...integrateAndFire, initial: 0.5, levels: [0, 2] });
  // 1.5 is sent by 1 and 2 spikes in turn, of 3 only 2: 1 of 4.75 lies above
  const { layers } = await diagnose(ann, snn, dataOf([1.5, 3, 0.25]), { steps: 4 });
  expect(layers[0].clippedMass).toBeCloseTo(1 / 4.75, 6);
  expect(layers[0].quantisationError).toBe(0);
  expect(layers[0].saturated).toBeCloseTo(1 / 3, 6);
});

test('rates that no count of steps gives are a quantisation error', async () => {
  const snn = toSpiking(ann, { relu: [1] }, { ...integrateAndFire, initial: 0.5 });
  // T = 2: 0.9 becomes floor(1.8 + 0.5) / 2 = 1, 0.3 becomes floor(0.6 + 0.5) / 2 = 0.5, 0.1 becomes 0
  const { layers } = await diagnose(ann, snn, dataOf([0.9, 0.3, 0.1]), { steps: 2 });
  expect(layers[0].quantisationError).toBeCloseTo((0.1 + 0.2 + 0.1) / 3, 6);
  expect(layers[0].silent).toBeCloseTo(1 / 3, 6);
});

test('neurons that cannot be counted have no unevenness error', async () => {
  const snn = toSpiking(ann, { relu: [1] }, { ...integrateAndFire, initial: 0.5, reset: 'zero' });
  const { layers } = await diagnose(ann, snn, dataOf([0.9, 0.3, 0.1]), { steps: 8 });
  expect(layers[0].unevennessError).toBeNull();
});

test('where no remedy helps, the loss is unexplained', async () => {
  // λ is right, T is the most that is tried, and two scores differ by less than a spike in 256 steps.
  const snn = toSpiking(ann, { relu: [1] }, { ...integrateAndFire, initial: 0.5 });
  const { causes, agreement } = await diagnose(ann, snn, dataOf([0.5, 0.5001, 0], [0.25, 0.2501, 1 / 8]), {
    steps: 256,
  });
  expect(agreement).toBe(0);
  expect(causes).toMatchObject([{ kind: 'unexplained' }]);
});
