import { readFile } from 'node:fs/promises';
import { readNir, writeNir } from '@spikewright/nir';
import {
  type Calibration,
  direct,
  loadNetwork,
  type Network,
  networkHash,
  referenceEngine,
} from '@spikewright/snn-core';
import { foldBatchNorm } from '@spikewright/snn-core/convert';
import { neuronKinds, tinyBatch, tinyNetworks, withNeurons } from '@spikewright/testkit';
import { describe, expect, test } from 'vitest';

const calibration: Calibration = { engine: referenceEngine(), batches: async function* () {} };
const folded = (network: Network): Promise<Network> => foldBatchNorm().convert(network, calibration);
const networks = new Map<string, Network>();
for (const [name, network] of Object.entries(tinyNetworks())) networks.set(name, await folded(network));
const network = (name: string): Network => networks.get(name)!;

/** The spikes of every neuron and the scores, step by step. */
async function trace(snn: Network): Promise<unknown> {
  const program = await referenceEngine().compile(snn);
  const neurons = snn.nodes.filter(({ op }) => op === 'neuron').map(({ name }) => name);
  const steps: unknown[] = [];
  for await (const frame of program.run(tinyBatch(snn, 3), { steps: 6, encoder: direct(), seed: 1 })) {
    for (let row = 0; row < frame.rows; row++) {
      steps.push([...frame.scores(row)], ...neurons.map((name) => [...frame.spikes(name, row)]));
    }
  }
  return steps;
}

/** All kinds of neurons that NIR has words for. */
const writable = Object.entries(neuronKinds).filter(([, { gains, delay }]) => !gains && !delay);

describe.each([
  'dense',
  'chain',
  'deep',
  'residualIdentity',
  'grouped',
  'depthwise',
  'strided',
  'dilated',
  'globalPool',
  'otherActivations',
])('writeNir and readNir of %s', (name) => {
  test.each(writable)('give the same network for neurons: %s', async (_, settings) => {
    const snn = withNeurons(network(name), settings);
    const { network: back, layers } = await readNir(await writeNir(snn));
    expect(back).toEqual(snn);
    expect(await networkHash(back)).toBe(await networkHash(snn));
    expect(layers.every(({ fate }) => fate === 'kept')).toBe(true);
  });

  test('keep its spikes also by the graph alone, without metadata', async () => {
    const snn = withNeurons(network(name), { fires: '>', initial: 0, threshold: [0.5, 1], per: 'neuron' });
    const { network: back } = await readNir(await writeNir(snn), { metadata: 'ignore', reset: 'subtract' });
    expect(await trace({ ...back, meta: snn.meta })).toEqual(await trace(snn));
  });
});

test('writeNir and readNir keep a real network bit for bit', async () => {
  const file = new URL('../../../apps/reference/networks/mnist.safetensors', import.meta.url);
  const snn = withNeurons(await folded(loadNetwork(await readFile(file))));
  const bytes = await writeNir(snn);
  expect(await networkHash((await readNir(bytes)).network)).toBe(await networkHash(snn));
  // Channels first and back gives the same weights, also where metadata says nothing of them.
  const { network: alone } = await readNir(bytes, { metadata: 'ignore', reset: 'subtract' });
  const kernels = ({ nodes }: Network) => nodes.flatMap((node) => ('kernel' in node ? [node.kernel, node.bias] : []));
  expect(kernels(alone)).toEqual(kernels(snn));
});

test.each([
  ['slashes', 'layer/relu 1'],
  ['percent', 'a%2Fb'],
  ['dots', '..'],
])('writeNir and readNir keep names with %s', async (_, name) => {
  const { nodes, ...rest } = withNeurons(network('dense'));
  const renamed = nodes.map((node) => ({
    ...node,
    name: node.name === 'relu1' ? name : node.name,
    inputs: node.inputs.map((input) => (input === 'relu1' ? name : input)),
  }));
  const snn = { ...rest, nodes: renamed } as Network;
  expect((await readNir(await writeNir(snn))).network).toEqual(snn);
});

test('writeNir and readNir keep a node that is called output', async () => {
  const { nodes, ...rest } = withNeurons(network('dense'));
  const snn = {
    ...rest,
    nodes: nodes.map((node) => (node.name === 'scores' ? { ...node, name: 'output' } : node)),
  } as Network;
  expect((await readNir(await writeNir(snn))).network).toEqual(snn);
});

test('writeNir and readNir keep factors and neurons after a flattened image', async () => {
  const { nodes, ...rest } = withNeurons(network('chain'), {
    per: 'neuron',
    threshold: [0.5, 1, 0.75],
    initial: [0, 0.5],
  });
  const neuron = nodes.find(({ op }) => op === 'neuron')!;
  const factor = { shape: [16], data: Float32Array.from({ length: 16 }, (_, i) => 1 + i / 4) };
  const initial = { shape: [16], data: Float32Array.from({ length: 16 }, (_, i) => i / 16) };
  const nodesAfter = nodes.flatMap((node): object[] =>
    node.op === 'flatten'
      ? [
          node,
          { op: 'scale', name: 'scale', inputs: ['flatten'], factor },
          { ...neuron, name: 'late', inputs: ['scale'], initial, threshold: factor },
          { op: 'add', name: 'add', inputs: ['late', 'flatten'] },
        ]
      : [{ ...node, inputs: node.inputs.map((input) => (input === 'flatten' ? 'add' : input)) }],
  );
  const snn = { ...rest, nodes: nodesAfter as unknown as Network['nodes'] };
  const bytes = await writeNir(snn);
  expect((await readNir(bytes)).network).toEqual(snn);
  const start = { shape: [], data: Float32Array.of(0) };
  const plain = snn.nodes.map((node) => (node.op === 'neuron' ? { ...node, fires: '>', initial: start } : node));
  const zero = { ...snn, nodes: plain } as Network;
  const { network: alone } = await readNir(await writeNir(zero), { metadata: 'ignore', reset: 'subtract' });
  expect(await trace(alone)).toEqual(await trace(zero));
});
