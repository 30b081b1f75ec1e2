import { norm } from '@spikewright/converters-norm';
import { diagnose } from '@spikewright/doctor';
import { quantizeWeights } from '@spikewright/engine-wasm';
import { chain } from '@spikewright/snn-core';
import { describe, expect, test } from 'vitest';
import { faults, laterFaults, resetToZero } from './faults.js';
import { clearImages, networks } from './networks.js';

const STEPS = 64;

describe.each(Object.entries(networks))('%s', async (_, ann) => {
  const data = await clearImages(ann);

  test.each([
    ['by channel', norm()],
    ['by layer', norm({ scope: 'layer' })],
    ['with weights of 8 bits', chain(norm(), quantizeWeights({ bits: 8 }))],
  ])('a conversion %s is sound', async (_name, converter) => {
    const { causes, agreement, weightDeviation } = await diagnose(ann, await converter.convert(ann, data), data, {
      steps: STEPS,
    });
    expect(causes).toEqual([]);
    expect(agreement).toBeGreaterThanOrEqual(0.95);
    expect(weightDeviation).toBeLessThan(0.05);
  });

  test.each([...faults, ...laterFaults])('%s is named', async (kind, plant) => {
    const { ann: given, snn, options = { steps: STEPS }, node } = await plant(ann, data);
    const { causes } = await diagnose(given, snn, data, options);
    expect(causes[0]).toMatchObject({ kind, ...(node !== undefined && { node }) });
    expect(causes[0].evidence).toMatch(/\w/);
    expect(causes[0].advice).toMatch(/\w/);
  });
});

test('chain: reset to zero is named', async () => {
  const data = await clearImages(networks.chain);
  const { ann, snn, options } = await resetToZero(networks.chain, data);
  expect((await diagnose(ann, snn, data, options)).causes[0]).toMatchObject({ kind: 'reset to zero' });
});

test('neurons with gains or a delay, which no counts can stand for, are diagnosed all the same', async () => {
  const data = await clearImages(networks.chain);
  const plain = await norm().convert(networks.chain, data);
  const gains = { shape: [STEPS], data: new Float32Array(STEPS).fill(1) };
  for (const change of [{ gains }, { delay: 1 } as const]) {
    const nodes = plain.nodes.map((node) => (node.op === 'neuron' ? { ...node, ...change } : node));
    const { causes, layers } = await diagnose(networks.chain, { ...plain, nodes }, data, { steps: STEPS });
    expect(causes).toEqual([]);
    expect(layers.map(({ unevennessError }) => unevennessError)).toEqual(layers.map(() => null));
  }
});
