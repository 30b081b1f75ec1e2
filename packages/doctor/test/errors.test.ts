import { norm } from '@spikewright/converters-norm';
import { diagnose } from '@spikewright/doctor';
import { type Calibration, type Network, referenceEngine } from '@spikewright/snn-core';
import { tinyBatch, tinyNetworks } from '@spikewright/testkit';
import { expect, test } from 'vitest';

const ann = tinyNetworks().chain;
const data: Calibration = {
  engine: referenceEngine(),
  batches: async function* () {
    yield tinyBatch(ann, 4);
  },
};
const convert = (): Promise<Network> => norm().convert(ann, data);

test('diagnose() refuses what it cannot look at, naming it', async () => {
  const snn = await convert();
  const { lambda: _, ...meta } = snn.meta;
  await expect(diagnose(ann, { ...snn, meta }, data)).rejects.toThrow(
    "Cannot diagnose node 'relu': the spiking network's meta must have its λ: none",
  );
  await expect(diagnose(ann, ann, data)).rejects.toThrow('neurons must have the names of the activations');
  await expect(diagnose(ann, snn, { ...data, batches: async function* () {} })).rejects.toThrow(
    'the data must hold at least 1 sample',
  );
  await expect(diagnose(ann, snn, data, { steps: 0 })).rejects.toThrow(/steps/);
  await expect(diagnose(ann, snn, data, { least: 1.5 })).rejects.toThrow('least must be from 0 to 1: 1.5');
  await expect(diagnose(ann, snn, data, { sample: 1 } as never)).rejects.toThrow(/sample/);
});

test('diagnose() refuses thresholds of single neurons', async () => {
  const snn = await convert();
  const nodes = snn.nodes.map((node) =>
    node.op === 'neuron' ? { ...node, threshold: { shape: [4, 4, 4], data: new Float32Array(64).fill(1) } } : node,
  );
  await expect(diagnose(ann, { ...snn, nodes }, data)).rejects.toThrow(/'relu'.*one value or one a channel/);
});

test('diagnose() looks at as many samples as it is told', async () => {
  const { samples, agreementByStep } = await diagnose(ann, await convert(), data, { samples: 3, steps: 5 });
  expect(samples).toBe(3);
  expect(agreementByStep).toHaveLength(5);
});
