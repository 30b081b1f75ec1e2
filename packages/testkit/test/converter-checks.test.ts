import { type Calibration, type Converter, identity, type Network, noTuner, type Tuner } from '@spikewright/snn-core';
import { foldBatchNorm } from '@spikewright/snn-core/convert';
import { converterChecks, tinyNetworks, tunerChecks, withNeurons } from '@spikewright/testkit';
import { describe, expect, test } from 'vitest';
import { failing } from './failing.js';

type Verb = (network: Network, calibration: Calibration) => Promise<Network>;

const converter = (convert: Verb): Converter => ({ role: 'converter', spec: 1, name: 'mine', options: {}, convert });
const tuner = (tune: Verb): Tuner => ({ role: 'tuner', spec: 1, name: 'mine', options: {}, tune });
const spiking: Verb = async (network) => withNeurons(network);

describe('converterChecks passes', () => {
  describe('identity', () => {
    test.each(converterChecks(identity()))('%s', (_, check) => check());
  });
  describe('foldBatchNorm', () => {
    test.each(converterChecks(foldBatchNorm()))('%s', (_, check) => check());
  });
  test('one that refuses max pooling in good words', async () => {
    expect(await failing(converterChecks(converter(spiking)))).toEqual([]);
  });
});

describe('tunerChecks passes', () => {
  test.each(tunerChecks(noTuner()))('%s', (_, check) => check());
});

/** Adds a number to a weight of the last layer. */
function nudged(network: Network, by: number): Network {
  const nodes = network.nodes.map((node) => {
    if (node.op !== 'dense') return node;
    return { ...node, kernel: { ...node.kernel, data: node.kernel.data.map((weight) => weight + by) } };
  });
  return { ...network, nodes };
}

/** What must fail for the network of one topology, by kind of check. */
const sound = 'chain to a sound network of the same input and classes, or refuses it properly';
const runs = 'chain to a network that runs';
const same = 'chain to the same network each time';

let count = 0;
const FAULTS: readonly (readonly [string, Verb, readonly string[]])[] = [
  [
    'weights that are written to',
    async (network) => {
      for (const node of network.nodes) if (node.op === 'dense') node.kernel.data[0] += 1;
      return network;
    },
    [sound, runs, same],
  ],
  [
    'a network that is written to',
    async (network) => {
      (network as { nodes: unknown }).nodes = [];
      return network;
    },
    [sound, runs, same],
  ],
  [
    'samples that are written to',
    async (network, { batches }) => {
      for await (const { data } of batches()) data.fill(0.5);
      return network;
    },
    [sound, runs, same],
  ],
  ['results that differ', async (network) => nudged(network, count++), [same]],
  ['an unsound result', async (network) => nudged(network, Number.NaN), [sound, runs]],
  ['other classes', async (network) => ({ ...network, nodes: network.nodes.slice(0, -1) }), [sound]],
  ['no network', async () => undefined as never, ['at least one of them']],
  [
    'a refusal in many lines',
    async () => {
      throw new Error('Cannot convert: one\ntwo');
    },
    [sound, runs, same, 'at least one of them'],
  ],
  [
    'a slip',
    async () => {
      throw new TypeError("Cannot read properties of undefined (reading 'x')");
    },
    [sound, runs, same, 'at least one of them'],
  ],
  [
    'an error that is none',
    async () => {
      throw 'Cannot convert: it is Sunday: today';
    },
    [sound, runs, same, 'at least one of them'],
  ],
  [
    'a refusal of everything',
    async () => {
      throw new TypeError('Cannot convert: the network must be mine: yours');
    },
    ['at least one of them'],
  ],
  [
    'use of this',
    async function (this: { options: object }, network: Network) {
      return this.options ? network : network;
    },
    [sound, runs, same, 'at least one of them'],
  ],
];

describe('converterChecks catches', () => {
  test.each(FAULTS)('%s', async (_, convert, names) => {
    const failed = await failing(converterChecks(converter(convert)));
    expect(failed).toEqual(expect.arrayContaining(names.map((name) => `converts ${name}`)));
  });

  test('a spiking network that does not run', async () => {
    const half: Verb = async (network) => {
      // Neurons beside a ReLU, which no engine runs over time.
      const nodes = network.nodes.map((node) => {
        const spikingNode = withNeurons(tinyNetworks().deep).nodes.find(({ name }) => name === node.name);
        return node.name === 'relu1' && spikingNode ? spikingNode : node;
      });
      return { ...network, nodes };
    };
    const failed = await failing(converterChecks(converter(half)));
    expect(failed).toContain('converts deep to a network that runs');
    expect(failed).not.toContain(`converts deep to the same network each time`);
  });
});

describe('tunerChecks catches', () => {
  test.each(FAULTS)('%s', async (_, tune, names) => {
    const failed = await failing(tunerChecks(tuner(tune)));
    expect(failed).toEqual(expect.arrayContaining(names.map((name) => `tunes ${name}`)));
  });
});
