import { referenceEngine } from '@spikewright/snn-core';
import { tinyBatch, tinyNetworks } from '@spikewright/testkit';
import { evaluateAnn, initialise } from '@spikewright/training';
import { memory } from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { filled, network, startBackend, trainable } from './tiny.js';

beforeAll(startBackend);

test('the tiny networks hold every topology that training knows', () => {
  expect(trainable.length).toBeGreaterThanOrEqual(11);
});

const paddedMaximum = network(
  { name: 'input', op: 'input', inputs: [], shape: [5, 5, 1] },
  { name: 'pool', op: 'maxPool2d', inputs: ['input'], size: [2, 2], strides: [2, 2], padding: 'same' },
  { name: 'flatten', op: 'flatten', inputs: ['pool'] },
  { name: 'scores', op: 'dense', inputs: ['flatten'], kernel: filled([9, 3]) },
);

const chain = tinyNetworks().chain;
const clipped = network(
  ...chain.nodes.map((node) => (node.op === 'relu' ? ({ ...node, op: 'clip', lambda: 0.25 } as const) : node)),
);

test.each([
  ...trainable,
  ['a padded maximum', initialise(paddedMaximum, 3)] as const,
  ['a bounded activation', clipped] as const,
])('evaluateAnn of %s agrees with the reference engine', async (_, ann) => {
  const positive = tinyBatch(ann, 30);
  const data = { ...positive, data: positive.data.map((value) => value - 0.5) };
  const program = await referenceEngine().compile(ann);
  const scores = await program.infer(data);
  const rows = Array.from(data.labels ?? [], (label, row) => ({
    label,
    values: [...scores.subarray(3 * row, 3 * row + 3)],
  }));
  const loss = rows.map(({ label, values }) =>
    Math.log(values.reduce((sum, z) => sum + Math.exp(z - values[label]), 0)),
  );
  const right = rows.filter(({ label, values }) => values.indexOf(Math.max(...values)) === label);
  const before = memory().numTensors;
  const found = evaluateAnn(ann, data, 7); // batches of 7 leave a remainder of 2
  expect(found.accuracy).toBe(right.length / 30);
  expect(found.loss).toBeCloseTo(loss.reduce((sum, value) => sum + value) / 30, 5);
  expect(memory().numTensors).toBe(before);
});
