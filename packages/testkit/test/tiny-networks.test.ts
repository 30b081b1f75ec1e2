import { checkNetwork, direct, type Network, poisson, referenceEngine, upTo } from '@spikewright/snn-core';
import { neuronKinds, tinyBatch, tinyNetworks, withNeurons } from '@spikewright/testkit';
import { describe, expect, test } from 'vitest';

describe('tinyNetworks', () => {
  const { maxPool, ...able } = tinyNetworks();

  test.each(Object.entries({ ...able, maxPool }))(
    '%s is sound, has three classes, and depends on the seed alone',
    (name, network) => {
      expect(checkNetwork(network).get(network.nodes.at(-1)?.name ?? '')).toEqual([3]);
      expect(tinyNetworks(1)[name]).toEqual(network);
      expect(tinyNetworks(2)[name].nodes).not.toEqual(network.nodes);
    },
  );

  // What neurons receive is kept in sums up to the read-out, so each layer in turn is made the read-out. With leak 1/2 six steps
  // add six binary places: 8 before the point and 8 + 6 behind it stay below the 24 of a 32-bit float.
  test.each(Object.entries(able))('%s has sums with 8 binary places before the point and 8 behind', async (_, ann) => {
    for (const settings of Object.values(neuronKinds)) {
      const network = withNeurons(ann, settings);
      const inputs = network.nodes.flatMap((node) => (node.op === 'neuron' ? node.inputs : []));
      for (const name of [...inputs, network.nodes.at(-1)?.name ?? '']) {
        const part = upTo(network, name);
        if (!part.nodes.some(({ op }) => op === 'neuron')) continue;
        const wide = (await scoresOf(part)).find(
          (score) => !Number.isInteger(score * 2 ** 8) || Math.abs(score) >= 2 ** 8,
        );
        expect(wide, name).toBeUndefined();
      }
    }
  });

  test.each(Object.entries(able))('%s has neurons that fire and neurons that do not', async (_, ann) => {
    for (const [kind, settings] of Object.entries(neuronKinds)) {
      const network = withNeurons(ann, settings);
      const program = await referenceEngine().compile(network);
      const neurons = network.nodes.filter(({ op }) => op === 'neuron');
      const counts = new Map(neurons.map(({ name }) => [name, new Map<number, number>()]));
      for await (const frame of program.run(tinyBatch(network, 3), { steps: 6, encoder: direct(), seed: 1 })) {
        for (const [name, count] of counts) {
          for (let row = 0; row < frame.rows; row++) {
            for (const spike of frame.spikes(name, row)) count.set(spike, (count.get(spike) ?? 0) + 1);
          }
        }
      }
      for (const [name, count] of counts) expect([...count.keys()].length, `${kind}: ${name}`).toBeGreaterThan(1);
    }
  });
});

async function scoresOf(network: Network): Promise<number[]> {
  const scores: number[] = [];
  const program = await referenceEngine().compile(network);
  for (const encoder of [direct(), poisson()]) {
    for await (const frame of program.run(tinyBatch(network, 3), { steps: 6, encoder, seed: 1 })) {
      for (let row = 0; row < frame.rows; row++) scores.push(...frame.scores(row));
    }
  }
  return scores;
}

describe('tinyBatch', () => {
  const { chain } = tinyNetworks();

  test('gives intensities, labels and places', () => {
    const batch = tinyBatch(chain, 50);
    expect(batch.data.length).toBe(50 * 6 * 6 * 2);
    expect([...batch.data].every((value) => value >= 0 && value <= 1 && Number.isInteger(8 * value))).toBe(true);
    expect(new Set(batch.labels)).toEqual(new Set([0, 1, 2]));
    expect(batch.indices).toEqual(Uint32Array.from({ length: 50 }, (_, place) => place));
  });

  test('depends on the seed alone', () => {
    expect(tinyBatch(chain, 3, 5)).toEqual(tinyBatch(chain, 3, 5));
    expect(tinyBatch(chain, 3, 6).data).not.toEqual(tinyBatch(chain, 3, 5).data);
  });
});

describe('withNeurons', () => {
  test('puts neurons in the place of activations, a scale in that of batch normalisation, and drops a last softmax', () => {
    const ops = (network: Network): string[] => network.nodes.map(({ op }) => op);
    const { chain, otherActivations } = tinyNetworks();
    expect(ops(withNeurons(chain))).toEqual(['input', 'conv2d', 'scale', 'neuron', 'avgPool2d', 'flatten', 'dense']);
    expect(ops(withNeurons(otherActivations))).toEqual([
      'input',
      'conv2d',
      'neuron',
      'conv2d',
      'neuron',
      'flatten',
      'dense',
    ]);
  });

  test('spreads values over channels or neurons', () => {
    const { globalPool } = tinyNetworks();
    const neuron = (per: 'channel' | 'neuron'): unknown =>
      withNeurons(globalPool, { threshold: [1, 2, 3], per }).nodes.find(({ op }) => op === 'neuron');
    const channels = { shape: [4], data: Float32Array.of(1, 2, 3, 1) };
    expect(neuron('channel')).toMatchObject({
      threshold: channels,
      initial: { shape: [], data: Float32Array.of(0.5) },
    });
    const neurons = { shape: [64], data: Float32Array.from({ length: 64 }, (_, place) => 1 + (place % 3)) };
    expect(neuron('neuron')).toMatchObject({ threshold: neurons });
  });

  test('refuses max pooling', () => {
    expect(() => withNeurons(tinyNetworks().maxPool)).toThrow(
      new TypeError("Cannot put neurons into a network: max pooling has no spiking form: node 'pool'"),
    );
  });
});
