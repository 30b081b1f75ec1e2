import { quantizeWeights } from '@spikewright/engine-wasm';
import { chain, identity, isWeighted, type Network, type Neuron, referenceEngine } from '@spikewright/snn-core';
import { pluginChecks, tinyNetworks, withNeurons } from '@spikewright/testkit';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { randomNetwork } from './random-network.js';

const calibration = { batches: async function* () {}, engine: referenceEngine() };

for (const [name, check] of pluginChecks(quantizeWeights)) test(`quantizeWeights ${name}`, check);

/** One layer: weights -0.5 and 0.25 into channel 0, 0.1 and 0 into channel 1; θ = 1, v(0) = θ/2. */
const layer: Network = {
  format: 1,
  meta: {},
  nodes: [
    { op: 'input', name: 'input', inputs: [], shape: [2] },
    {
      op: 'dense',
      name: 'dense',
      inputs: ['input'],
      kernel: { shape: [2, 2], data: Float32Array.of(-0.5, 0.1, 0.25, 0) },
      bias: { shape: [2], data: Float32Array.of(0.01, -0.02) },
    },
    {
      op: 'neuron',
      name: 'neuron',
      inputs: ['dense'],
      threshold: { shape: [], data: Float32Array.of(1) },
      initial: { shape: [], data: Float32Array.of(0.5) },
      reset: 'subtract',
      fires: '>=',
      leak: 1,
      levels: [0, 1],
    },
    {
      op: 'dense',
      name: 'scores',
      inputs: ['neuron'],
      kernel: { shape: [2, 1], data: Float32Array.of(0.9, -0.3) },
    },
  ],
};

describe('quantizeWeights', () => {
  test('gives whole weights, biases and thresholds, one unit a channel', async () => {
    const { nodes } = await quantizeWeights({ bits: 7, input: 'spikes' }).convert(layer, calibration);
    // Channel 0: 63 / 0.5 = 126 steps for θ, which is even. Channel 1: 63 / 0.1 = 629.99, so 628 for an even θ.
    expect(nodes[1]).toMatchObject({
      kernel: { data: Float32Array.of(-63, 63, 32, 0) },
      bias: { data: Float32Array.of(1, -13) },
    });
    expect(nodes[2]).toMatchObject({ threshold: { shape: [2], data: Float32Array.of(126, 628) } });
    // The read-out: the smallest power of two with 0.9 / u <= 63 is 1/64; 57.6 and 19.2 are rounded.
    expect(nodes[3]).toMatchObject({ kernel: { data: Float32Array.of(58 / 64, -19 / 64) } });
  });

  test('leaves the layer that analog input reaches, and says so', async () => {
    const { nodes, meta } = await quantizeWeights().convert(layer, calibration);
    expect(nodes[1]).toEqual(layer.nodes[1]);
    expect(meta.notes).toEqual(['quantize-weights: 8 bits; these layers keep their weights: neuron']);
  });

  test('makes a scale node of a shortcut without weights', async () => {
    const network = withNeurons(tinyNetworks().residualIdentity);
    const { nodes } = await quantizeWeights().convert(network, calibration);
    expect(nodes.map(({ name }) => name)).toContain('relu1/add');
  });

  test('refuses weights that are too large for the threshold, naming the layer', async () => {
    const nodes = layer.nodes.map((node) =>
      node.op === 'neuron' ? { ...node, threshold: { shape: [], data: Float32Array.of(0.01) } } : node,
    );
    await expect(
      quantizeWeights({ bits: 7, input: 'spikes' }).convert({ ...layer, nodes }, calibration),
    ).rejects.toThrow(
      /^Cannot quantise weights of 'neuron': a weight may be at most 31.5 times the threshold for so few bits: 50/,
    );
  });

  test('refuses a network without neurons', async () => {
    await expect(quantizeWeights().convert(tinyNetworks().dense, calibration)).rejects.toThrow(
      /^Cannot quantise weights: the network must have neurons/,
    );
  });

  test('keeps every value within half a unit, and whole, on any network; and composes', () =>
    fc.assert(
      fc.asyncProperty(fc.nat(), fc.constantFrom(7 as const, 8 as const), async (seed, bits) => {
        const network = randomNetwork(seed, { neurons: 'plain' });
        const pass = chain(identity(), quantizeWeights({ bits, input: 'spikes' }));
        const quantised = await pass.convert(network, calibration);
        const again = new Map(quantised.nodes.map((node) => [node.name, node]));
        const readers = new Map(network.nodes.map((node) => [node.inputs[0], node]));
        for (const node of network.nodes) {
          const reader = readers.get(node.name);
          if (!isWeighted(node) || node.op === 'scale' || reader?.op !== 'neuron') continue;
          const after = again.get(node.name) as typeof node;
          const neuron = again.get(reader.name) as Neuron;
          // With a θ for every neuron, those of a channel are rounded to one unit.
          if (neuron.threshold.data.length > node.kernel.shape.at(-1)!) continue;
          const unit = unitOf(reader, neuron);
          const whole = after.kernel.data.every((w) => Number.isInteger(w) && Math.abs(w) < 2 ** (bits - 1));
          const error = after.kernel.data.map((w, i) => Math.abs(w - node.kernel.data[i] / unit[i % unit.length]));
          expect(whole).toBe(true);
          expect(Math.max(...error)).toBeLessThan(0.501);
        }
      }),
      { numRuns: 60, seed: 5 },
    ));
});

/** The value of 1 in each channel: θ before over θ after, where a channel has one θ. */
function unitOf(before: Neuron, after: Neuron): number[] {
  const [old, now] = [before.threshold.data, after.threshold.data];
  const channels = now.length;
  return Array.from({ length: channels }, (_, c) => old[c % old.length] / now[c]);
}
