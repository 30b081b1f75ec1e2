import { type Frame, type Network, type Padding, referenceEngine, type Tensor } from '@spikewright/snn-core';
import { engineChecks } from '@spikewright/testkit';
import { describe, expect, test } from 'vitest';
import { changing, type Fault, failures } from './faulty-engines.js';

describe('engineChecks passes', () => {
  describe('the reference engine', () => {
    test.each(engineChecks(referenceEngine()))('%s', (_, check) => check());
  });
  describe('the reference engine with one sample at a time', () => {
    test.each(engineChecks(referenceEngine({ rows: 1 })))('%s', (_, check) => check());
  });
});

const zeros = (size: number): Tensor => ({ shape: [size], data: new Float32Array(size) });
const swapped = (padding: Padding): Padding =>
  typeof padding === 'string' ? padding : [padding[1], padding[0], padding[3], padding[2]];

/** Changes a weight of the given network itself. */
function writtenTo(network: Network): Network {
  for (const node of network.nodes) if (node.op === 'dense') node.kernel.data[0] += 1;
  return network;
}

/** Stops a row and all that come after it. */
function stopFrom(frame: Frame, row: number): void {
  for (let next = row; next < frame.rows; next++) frame.stop(next);
}

/** Numbers too small to change a sum take the place of zeros. */
function withoutZeros(weights: Float32Array): Float32Array {
  return weights.map((weight) => weight || 1e-30);
}

describe('engineChecks catches', () => {
  const plainRun = (topology: string): string => `runs ${topology} as the reference does: plain`;
  const lossyRun = (topology: string): string => `runs ${topology} as the reference does: with dropout`;
  test.each<[string, Fault, string[]]>([
    [
      'a bias left out',
      { network: changing('conv2d', ({ kernel }) => ({ bias: zeros(kernel.shape[3]) })) },
      [plainRun('chain')],
    ],
    [
      'a branch left out',
      { network: changing('add', ({ inputs }) => ({ inputs: [inputs[0], inputs[0]] })) },
      [plainRun('residualIdentity'), plainRun('residualProjection')],
    ],
    [
      'branches joined in the wrong order',
      { network: changing('concat', ({ inputs }) => ({ inputs: [...inputs].reverse() })) },
      [plainRun('concat')],
    ],
    [
      'the odd zero of same padding in front',
      {
        network: changing('conv2d', ({ name, padding }) =>
          name === 'conv2' && padding === 'same' ? { padding: [0, 0, 1, 0] } : {},
        ),
      },
      [plainRun('samePadding')],
    ],
    [
      'padding swapped',
      { network: changing('conv2d', ({ padding }) => ({ padding: swapped(padding) })) },
      [plainRun('explicitPadding')],
    ],
    [
      'a factor left out',
      { network: changing('scale', () => ({ factor: { shape: [], data: Float32Array.of(1) } })) },
      [plainRun('scale'), plainRun('chain')],
    ],
    [
      'scores a little off',
      { frame: (frame) => ({ ...frame, scores: (row) => frame.scores(row).map((score) => score + 1e-4) }) },
      [plainRun('dense')],
    ],
    [
      'operations miscounted',
      {
        frame: (frame) => ({
          ...frame,
          operations: (node, row) => ({ ...frame.operations(node, row), accumulates: 1 }),
        }),
      },
      [plainRun('dense')],
    ],
    [
      'weights of zero counted as work',
      { network: changing('dense', ({ kernel }) => ({ kernel: { ...kernel, data: withoutZeros(kernel.data) } })) },
      [plainRun('dense')],
    ],
    [
      'input without spikes of its own',
      { run: (batch, options) => [batch, { ...options, seed: 0 }] },
      ['runs deep as the reference does: spikes as input'],
    ],
    [
      'dropout that is left out',
      { run: (batch, options) => [batch, { ...options, dropout: 0 }] },
      [lossyRun('chain'), lossyRun('residualIdentity')],
    ],
    [
      'another share of spikes lost',
      { run: (batch, options) => [batch, { ...options, dropout: (options.dropout ?? 0) / 2 }] },
      [lossyRun('chain'), lossyRun('residualIdentity')],
    ],
    ['a network that is written to', { network: writtenTo }, [plainRun('dense')]],
    [
      'steps counted from 0',
      { frame: (frame) => ({ ...frame, stepOf: (row) => frame.stepOf(row) - 1 }) },
      ['counts the steps of every sample from 1 and leaves none out', plainRun('chain')],
    ],
    [
      'a step too few',
      { run: (batch, options) => [batch, { ...options, steps: Math.max(1, options.steps - 1) }] },
      ['counts the steps of every sample from 1 and leaves none out'],
    ],
    [
      'randomness by the place in the batch',
      { run: (batch, options) => [{ ...batch, indices: batch.indices.map((_, place) => place) }, options] },
      ['gives a sample the same steps in any order', 'gives a sample the same steps in a batch of any size'],
    ],
    [
      'work that depends on the size of the batch',
      { frame: (frame, { size }) => ({ ...frame, scores: (row) => frame.scores(row).map((score) => score * size) }) },
      ['gives a sample the same steps in a batch of any size'],
    ],
    [
      'a stop that is not heeded',
      { frame: (frame) => ({ ...frame, stop: () => undefined }) },
      ['ends a stopped sample, and no other'],
    ],
    [
      'a stop that ends a neighbour too',
      { frame: (frame) => ({ ...frame, stop: (row) => stopFrom(frame, row) }) },
      ['ends a stopped sample, and no other'],
    ],
    [
      'a second run that goes on from the first',
      { run: (batch, options, count) => [batch, { ...options, seed: options.seed + count }] },
      ['starts over after a loop was left'],
    ],
    ['two rows of one sample', { frame: (frame) => ({ ...frame, sampleOf: () => 0 }) }, [plainRun('dense')]],
    [
      'a sample that is not in the batch',
      { frame: (frame) => ({ ...frame, sampleOf: (row) => row + 99 }) },
      [plainRun('dense')],
    ],
  ])('%s', async (_, fault, expected) => {
    expect((await failures(fault, expected)).sort()).toEqual([...expected].sort());
  });
});
