import { conversionOutlook } from '@spikewright/doctor';
import { requireConvertible } from '@spikewright/snn-core/convert';
import { tinyNetworks } from '@spikewright/testkit';
import { expect, test } from 'vitest';

const networks = tinyNetworks();

test('every node of a chain has shape, parameters, operations and a fate', () => {
  expect(conversionOutlook(networks.chain)).toMatchObject([
    { name: 'input', shape: [6, 6, 2], parameters: 0, multiplyAccumulates: 0, fate: 'kept' },
    // 3 · 3 · 2 · 4 weights and 4 biases; 4 · 4 positions without padding: 16 · 72
    { name: 'conv', shape: [4, 4, 4], parameters: 72 + 4, multiplyAccumulates: 1152, fate: 'kept' },
    { name: 'norm', parameters: 16, multiplyAccumulates: 0, fate: 'folded' },
    { name: 'relu', parameters: 0, fate: 'replaced' },
    { name: 'pool', shape: [2, 2, 4], fate: 'kept' },
    { name: 'flatten', shape: [16], fate: 'kept' },
    { name: 'scores', shape: [3], parameters: 16 * 3 + 3, multiplyAccumulates: 48, fate: 'kept' },
  ]);
});

test('clip, QCFS and a last softmax have their fates', () => {
  const fates = conversionOutlook(networks.otherActivations).map(({ op, fate }) => [op, fate]);
  expect(fates).toContainEqual(['qcfs', 'replaced']);
  expect(fates).toContainEqual(['clip', 'replaced']);
  expect(fates.at(-1)).toEqual(['softmax', 'dropped']);
});

test('batch normalisation after weights that others read becomes a scale', () => {
  const { nodes, ...rest } = networks.chain;
  const read = [
    ...nodes.slice(0, 3),
    { op: 'add', name: 'relu', inputs: ['norm', 'conv'] } as const,
    ...nodes.slice(4),
  ];
  expect(conversionOutlook({ ...rest, nodes: read })[2]).toMatchObject({ op: 'batchNorm', fate: 'replaced' });
});

test.each(Object.entries(networks))('%s: unsupported is what converters refuse', (_, network) => {
  const folded = { ...network, nodes: network.nodes.filter(({ op }) => op !== 'batchNorm') };
  const supported = conversionOutlook(network).every(({ fate }) => fate !== 'unsupported');
  if (supported) expect(() => requireConvertible(folded)).not.toThrow();
  else expect(() => requireConvertible(folded)).toThrow(/Cannot convert node/);
});

test('a network that is not sound is refused', () => {
  const { nodes, ...rest } = networks.chain;
  expect(() => conversionOutlook({ ...rest, nodes: nodes.slice(1) })).toThrow(/Cannot/);
});
