import {
  type AvgPool2d,
  denseOperations,
  direct,
  elements,
  isWeighted,
  type Network,
  type Node,
  regular,
} from '@spikewright/snn-core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type AnyConv, convolutions, pools, seeds } from './arbitraries.js';
import {
  batch,
  caught,
  conv,
  dense,
  dyadic,
  input,
  network,
  neuron,
  plain,
  type Shown,
  scale,
  tableEncoder,
  tensor,
  trace,
} from './builders.js';
import { naiveConv } from './naive.js';

const mac = (multiplyAccumulates: number): object => ({ accumulates: 0, multiplyAccumulates });
const ac = (accumulates: number): object => ({ accumulates, multiplyAccumulates: 0 });

/** The operations of every step, for an input of spikes given step by step. */
async function stepsOf(spiking: Network, table: number[][]): Promise<Shown[]> {
  const [steps] = await trace(spiking, batch(table[0]), { steps: table.length, encoder: tableEncoder(table) });
  return steps;
}

test('isWeighted tells nodes with synapses', () => {
  expect([dense('a', 'b', [[1]]), conv('a', 'b', [1, 1, 1, 1], [1]), scale('a', 'b', [1])].every(isWeighted)).toBe(
    true,
  );
  expect([input(1), plain('relu', 'a', 'b'), neuron('a', 'b')].some(isWeighted)).toBe(false);
});

describe('operations by hand', () => {
  test('operations leave out inputs and weights of zero', async () => {
    // Non-zero weights of the rows: 2, 1, 0. Input (1, 1, 1): 3 synapses; (1, 0, 1): 2; (0, 1, 1): 1.
    const layer = dense('layer', 'input', [[1, -1], [0, 2], [0, 0]]); // biome-ignore format: a table
    const steps = await stepsOf(network(input(3), layer, neuron('cell', 'layer')), [[1, 1, 1], [1, 0, 1], [0, 1, 1]]); // biome-ignore format: a table
    expect(steps.map(({ operations }) => operations.layer)).toEqual([ac(3), ac(2), ac(1)]);
    expect(denseOperations(network(input(3), layer))).toEqual({ layer: 6 });
  });

  test('operations of an analog first layer are multiply-additions in every step, those of spikes additions', async () => {
    const spiking = network(
      input(2),
      dense('first', 'input', [[1, 1], [0, 1]]), // biome-ignore format: a table
      neuron('cell', 'first'),
      dense('second', 'cell', [[1, 1, 1], [1, 0, 1]]), // biome-ignore format: a table
    );
    // Currents (0.5, 1): neuron 0 fires in steps 2 and 4, neuron 1 in every step. Fan-outs 3 and 2.
    const [steps] = await trace(spiking, batch([0.5, 0.5]), { steps: 4, encoder: direct() });
    expect(steps.map(({ operations }) => operations.first)).toEqual([mac(3), mac(3), mac(3), mac(3)]);
    expect(steps.map(({ operations }) => operations.second)).toEqual([ac(2), ac(5), ac(2), ac(5)]);
    // An input of zero multiplies nothing.
    const [[{ operations }]] = await trace(spiking, batch([0, 0.5]), { steps: 1 });
    expect(operations.first).toEqual(mac(1));
  });

  test('operations of spikes through pooling, flatten and add are counted where they arrive', async () => {
    // Image 2x2 of one channel. Each spike lies in one pooling window, which two outputs read: 2 additions a spike.
    const pool: AvgPool2d = {
      op: 'avgPool2d',
      name: 'pool',
      inputs: ['input'],
      size: [2, 2],
      strides: [2, 2],
      padding: 'valid',
    };
    const pooled = network(
      input(2, 2, 1),
      pool,
      plain('flatten', 'flat', 'pool'),
      dense('layer', 'flat', [[1, 2]]),
      neuron('cell', 'layer'),
    );
    expect((await stepsOf(pooled, [[1, 0, 1, 1]]))[0].operations.layer).toEqual(ac(6));
    // With stride 1 on 1x3, windows of two: the middle pixel lies in both, 1 + 2 + 1 outputs of one synapse each.
    const overlapping = network(
      input(1, 3, 1),
      { ...pool, size: [1, 2], strides: [1, 1] },
      conv('layer', 'pool', [1, 1, 1, 1], [1]),
      neuron('cell', 'layer'),
    );
    const steps = await stepsOf(overlapping, [[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 1]]); // biome-ignore format: a table
    expect(steps.map(({ operations }) => operations.layer)).toEqual([ac(1), ac(2), ac(1), ac(4)]);
    // A spike that an add reads twice arrives twice.
    const added = network(
      input(2),
      plain('add', 'sum', 'input', 'input'),
      dense('layer', 'sum', [[1], [1]]),
      neuron('cell', 'layer'),
    );
    expect((await stepsOf(added, [[1, 0]]))[0].operations.layer).toEqual(ac(2));
  });

  test('operations through concat and globalAvgPool keep channels apart', async () => {
    // Branch a has two channels, branch b one. Non-zero weights of the channels: 1, 0 and 2.
    const spiking = network(
      input(1, 1, 2),
      neuron('a', 'input'),
      conv('narrow', 'input', [1, 1, 2, 1], [1, 1]),
      neuron('b', 'narrow'),
      plain('concat', 'both', 'a', 'b'),
      conv('layer', 'both', [1, 1, 3, 2], [1, 0, 0, 0, 1, 1]),
      neuron('cell', 'layer'),
    );
    // Input (1, 0): a = (1, 0), b = 1: 1 + 2. Input (0, 1): a = (0, 1), b = 1: 0 + 2. Input (0, 0): none.
    const steps = await stepsOf(spiking, [[1, 0], [0, 1], [0, 0]]); // biome-ignore format: a table
    expect(steps.map(({ operations }) => operations.layer)).toEqual([ac(3), ac(2), ac(0)]);
    // Every pixel of a channel reaches what the channel's mean reaches: 1 and 2 synapses.
    const global = network(
      input(1, 2, 2),
      plain('globalAvgPool', 'mean', 'input'),
      dense('layer', 'mean', [[1, 0], [1, 1]]), // biome-ignore format: a table
      neuron('cell', 'layer'),
    );
    const [one, other, all] = await stepsOf(global, [[1, 0, 1, 0], [0, 1, 0, 0], [1, 1, 1, 1]]); // biome-ignore format: a table
    expect([one, other, all].map(({ operations }) => operations.layer)).toEqual([ac(2), ac(2), ac(6)]);
  });

  test('operations of bursts and negative spikes count each spike of them', async () => {
    const spiking = network(input(1), neuron('cell', 'input', { levels: [-2, 3] }), dense('layer', 'cell', [[1, 1]]));
    // v: 3 -> 3 spikes, 0; -2 -> -2. Two synapses each.
    const steps = await stepsOf(spiking, [[3], [-2]]);
    expect(steps.map(({ operations }) => operations.layer)).toEqual([ac(6), ac(4)]);
  });

  test('operations of a node that reads spikes and analog values together are multiply-additions', async () => {
    const spiking = network(
      input(2),
      neuron('cell', 'input'),
      plain('add', 'sum', 'cell', 'input'),
      dense('layer', 'sum', [[1], [1]]),
    );
    // Sums (1 + 1, 0 + 0.5): both are not zero.
    const [[{ operations }]] = await trace(spiking, batch([1, 0.5]), { steps: 1 });
    expect(operations.layer).toEqual(mac(2));
  });

  test('operations of a node that reads another weighted node are multiply-additions', async () => {
    const spiking = network(
      input(1),
      neuron('cell', 'input'),
      scale('scale', 'cell', [0.5]),
      dense('layer', 'scale', [[1, 1]]),
    );
    const [[{ operations }]] = await trace(spiking, batch([1]), { steps: 1 });
    expect(operations).toEqual({ scale: ac(1), layer: mac(2) });
  });

  test('operations and spikes are refused for nodes that have none', async () => {
    const spiking = network(input(1), dense('layer', 'input', [[1]]), neuron('cell', 'layer'));
    const watch = async (look: 'spikes' | 'operations', node: string): Promise<Error> =>
      caught(() => trace(spiking, batch([1]), { steps: 1, watch: (frame) => frame[look](node, 0) }));
    const table: ['spikes' | 'operations', string, RegExp][] = [
      ['spikes', 'layer', /^Cannot show spikes: the node must be a neuron.*: 'layer'$/],
      ['spikes', 'ghost', /^Cannot show spikes: the node must be a neuron.*: 'ghost'$/],
      ['operations', 'cell', /^Cannot count operations: the node must have weights.*: 'cell'$/],
    ];
    for (const [look, node, message] of table) {
      const error = await watch(look, node);
      expect(error).toBeInstanceOf(ReferenceError);
      expect(error.message).toMatch(message);
    }
  });
});

describe('laws', () => {
  /** A convolution without zero weights. */
  const convOf = ({ kernel, groups, seed, strides, padding, dilation }: AnyConv): Node => {
    const weights = dyadic(seed)(elements(kernel)).map((weight) => weight || 1);
    return conv('layer', 'input', kernel, weights, { strides, padding, dilation, groups });
  };

  test('operations for ones and no zero weights are the dense operations, however a convolution is laid out', async () => {
    await fc.assert(
      fc.asyncProperty(convolutions, async (any) => {
        const { image, kernel, groups } = any;
        let synapses = 0;
        naiveConv(any, kernel[3], groups, () => {
          synapses += 1;
        });
        const spiking = network(input(...image), convOf(any), neuron('cell', 'layer'));
        expect(denseOperations(spiking)).toEqual({ layer: synapses });
        const ones = batch(new Float32Array(elements(image)).fill(1));
        const [[analog]] = await trace(spiking, ones, { steps: 1 });
        const [[spikes]] = await trace(spiking, ones, { steps: 1, encoder: regular() });
        expect(analog.operations.layer).toEqual(mac(synapses));
        expect(spikes.operations.layer).toEqual(ac(synapses));
      }),
      { numRuns: 200 },
    );
  });

  test('operations of any spikes and weights are what naive loops count', async () => {
    await fc.assert(
      fc.asyncProperty(convolutions, async (any) => {
        const { image, kernel, groups, seed } = any;
        // About a third of the weights and half of the inputs are zero.
        const weights = dyadic(seed)(elements(kernel)).map((weight) => (Math.abs(weight) < 0.33 ? 0 : weight));
        const spikes = dyadic(seed + 1)(elements(image)).map((value) => (value > 0 ? 1 : 0));
        let expected = 0;
        naiveConv(any, kernel[3], groups, (_, from, weight) => {
          if (weights[weight] !== 0) expected += spikes[from];
        });
        const { strides, padding, dilation } = any;
        const layer = conv('layer', 'input', kernel, weights, { strides, padding, dilation, groups });
        const spiking = network(input(...image), layer, neuron('cell', 'layer'));
        const [[{ operations }]] = await trace(spiking, batch(spikes), { steps: 1, encoder: regular() });
        expect(operations.layer).toEqual(ac(expected));
      }),
      { numRuns: 200 },
    );
  });

  test('operations behind pooling are the paths from spikes to synapses', async () => {
    await fc.assert(
      fc.asyncProperty(pools, seeds, async ({ seed, ...window }, other) => {
        const { image, size, strides, padding } = window;
        const channels = image[2];
        const spikes = dyadic(seed)(elements(image)).map((value) => (value > 0 ? 1 : 0));
        const weights = dyadic(other)(channels * 2).map((weight) => (Math.abs(weight) < 0.33 ? 0 : weight));
        let paths = 0;
        naiveConv(window, channels, channels, (output, from) => {
          const row = output % channels;
          const synapses = [weights[row * 2], weights[row * 2 + 1]].filter((weight) => weight !== 0).length;
          paths += spikes[from] * synapses;
        });
        const spiking = network(
          input(...image),
          { op: 'avgPool2d', name: 'pool', inputs: ['input'], size, strides, padding },
          conv('layer', 'pool', [1, 1, channels, 2], weights),
          neuron('cell', 'layer'),
        );
        const [[{ operations }]] = await trace(spiking, batch(spikes), { steps: 1, encoder: regular() });
        expect(operations.layer).toEqual(ac(paths));
      }),
    );
  });

  test('denseOperations counts every element and weight, zeros as well', () => {
    const whole = network(
      input(2, 2, 3),
      scale('scale', 'input', [0, 1, 2]),
      conv('conv', 'scale', [1, 1, 3, 2], new Float32Array(6)),
      plain('flatten', 'flat', 'conv'),
      { op: 'dense', name: 'layer', inputs: ['flat'], kernel: tensor([8, 5], new Float32Array(40)) },
    );
    // 2 · 2 · 3 elements; 4 pixels of 6 weights; 40 weights.
    expect(denseOperations(whole)).toEqual({ scale: 12, conv: 24, layer: 40 });
  });
});
