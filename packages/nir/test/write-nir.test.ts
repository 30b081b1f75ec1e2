import { readNir, writeNir } from '@spikewright/nir';
import type { Network, Neuron, Node } from '@spikewright/snn-core';
import { tinyNetworks, withNeurons } from '@spikewright/testkit';
import * as h5wasm from 'h5wasm';
import { describe, expect, test } from 'vitest';

const one = (value: number) => ({ shape: [], data: Float32Array.of(value) });
const neuron = (name: string, input: string, changes: Partial<Neuron> = {}): Neuron => ({
  op: 'neuron',
  name,
  inputs: [input],
  threshold: one(1),
  initial: one(0.5),
  reset: 'subtract',
  fires: '>=',
  leak: 1,
  levels: [0, 1],
  ...changes,
});
/** An image of 1 × 2 places and 2 channels, and what follows. */
const imageNetwork = (...nodes: Node[]): Network => ({
  format: 1,
  nodes: [{ op: 'input', name: 'input', inputs: [], shape: [1, 2, 2] }, ...nodes],
  meta: { name: 'tiny' },
});

/** Everything in an HDF5 file, read by the HDF5 library and nothing of this package. */
async function contents(bytes: Uint8Array): Promise<Record<string, unknown>> {
  const { FS } = await h5wasm.ready;
  FS.writeFile('/written.nir', bytes);
  const file = new h5wasm.File('/written.nir', 'r');
  const all = Object.fromEntries(
    file.paths().map((path) => {
      const entity = file.get(path);
      return [
        path.replace(/^\//, ''),
        entity instanceof h5wasm.Dataset ? { shape: entity.shape, value: entity.value } : 'group',
      ];
    }),
  );
  file.close();
  return all;
}

describe('writeNir', () => {
  test('puts channels first, and says in metadata what NIR has no words for', async () => {
    const all = await contents(
      await writeNir(
        imageNetwork(
          neuron('if', 'input', { threshold: { shape: [2], data: Float32Array.of(1, 2) } }),
          { op: 'flatten', name: 'flatten', inputs: ['if'] },
          // Rows in the order of places (h, w, c): 00, 01, 10, 11.
          {
            op: 'dense',
            name: 'dense',
            inputs: ['flatten'],
            kernel: { shape: [4, 1], data: Float32Array.of(0, 1, 10, 11) },
          },
        ),
      ),
    );
    expect(all).toMatchObject({
      version: { shape: [], value: '1.0.8' },
      'node/type': { shape: [], value: 'NIRGraph' },
      'node/edges': { shape: [4, 2], value: ['input', 'if', 'if', 'flatten', 'flatten', 'dense', 'dense', 'output'] },
      'node/nodes/input/type': { value: 'Input' },
      'node/nodes/input/shape': { shape: [3], value: BigInt64Array.of(2n, 1n, 2n) },
      'node/nodes/if/type': { value: 'IF' },
      'node/nodes/if/r': { shape: [2, 1, 2], value: Float32Array.of(1, 1, 1, 1) },
      'node/nodes/if/v_threshold': { shape: [2, 1, 2], value: Float32Array.of(1, 1, 2, 2) },
      'node/nodes/if/v_reset': { shape: [2, 1, 2], value: Float32Array.of(0, 0, 0, 0) },
      'node/nodes/if/metadata/reset': { value: 'subtract' },
      'node/nodes/if/metadata/fires': { value: '>=' },
      'node/nodes/if/metadata/levels': { value: '[0,1]' },
      'node/nodes/if/metadata/initial': { shape: [2, 1, 2], value: Float32Array.of(0.5, 0.5, 0.5, 0.5) },
      'node/nodes/flatten/start_dim': { shape: [], value: 0n },
      'node/nodes/flatten/end_dim': { shape: [], value: -1n },
      'node/nodes/flatten/input_type': { value: BigInt64Array.of(2n, 1n, 2n) },
      'node/nodes/dense/type': { value: 'Linear' },
      // Columns in NIR's order (c, h, w): the first channel of both places, then the second.
      'node/nodes/dense/weight': { shape: [1, 4], value: Float32Array.of(0, 10, 1, 11) },
      'node/nodes/output/shape': { value: BigInt64Array.of(1n) },
    });
  });

  test('writes a neuron that forgets as LIF with a step', async () => {
    const all = await contents(await writeNir(imageNetwork(neuron('lif', 'input', { leak: 0.75, reset: 'zero' }))));
    // tau = dt / (1 - leak) = 1e-4 / 0.25, r = 1 / 0.25
    expect(all).toMatchObject({
      'node/nodes/lif/type': { value: 'LIF' },
      'node/nodes/lif/tau': { value: new Float32Array(4).fill(4e-4) },
      'node/nodes/lif/r': { value: new Float32Array(4).fill(4) },
      'node/nodes/lif/v_leak': { value: new Float32Array(4) },
      'node/nodes/lif/metadata/dt': { value: '0.0001' },
      'node/nodes/lif/metadata/reset': { value: 'zero' },
    });
  });

  test('writes an addition as edges that meet', async () => {
    const network = imageNetwork(
      neuron('a', 'input'),
      neuron('b', 'input'),
      { op: 'add', name: 'sum', inputs: ['a', 'b'] },
      { op: 'add', name: 'all', inputs: ['sum', 'input'] },
      neuron('c', 'all'),
    );
    const bytes = await writeNir(network);
    const { 'node/edges': edges } = (await contents(bytes)) as { 'node/edges': { value: string[] } };
    expect(edges.value.join(' ')).toBe('input a input b a c b c input c c output');
    expect((await readNir(bytes)).network).toEqual(network);
  });

  const networks = tinyNetworks();
  test.each([
    ['concat', /'both' as NIR: NIR joins nodes by sums only, not side by side: concat$/],
    ['scale', /'scale1' as NIR: NIR's Scale has no bias \(fold it into a layer with weights\): /],
    ['explicitPadding', /'conv' as NIR: NIR pads both sides of an image alike: \[0,1,2,1\]$/],
    ['samePadding', /'conv2' as NIR: NIR pads both sides of an image alike: same$/],
    ['residualProjection', /'conv2' as NIR: NIR pads both sides of an image alike: same$/],
    ['overlappingPool', /'pool' as NIR: NIR does not say how the mean of a window counts padding: same$/],
  ])('refuses what NIR cannot say: %s', async (name, message) => {
    const refusal = writeNir(withNeurons(networks[name]!));
    await expect(refusal).rejects.toThrow(message);
    await expect(refusal).rejects.toBeInstanceOf(TypeError);
  });

  test.each([
    [{ gains: { shape: [2], data: Float32Array.of(1, 2) } }, /'if' as NIR: NIR has no gains per step: 2 gains$/],
    [{ delay: 1 }, /'if' as NIR: NIR delays spikes by seconds, not by steps: delay 1$/],
  ] as const)('refuses neurons with %j', async (changes, message) => {
    const refusal = writeNir(imageNetwork(neuron('if', 'input', changes)));
    await expect(refusal).rejects.toThrow(message);
    await expect(refusal).rejects.toBeInstanceOf(TypeError);
  });

  test('writes a delay of 0 as none', async () => {
    const plain = imageNetwork(neuron('if', 'input'));
    const { nodes } = imageNetwork(neuron('if', 'input', { delay: 0 }));
    expect((await readNir(await writeNir({ ...plain, nodes }))).network.nodes).toEqual(nodes);
  });

  test.each([
    ['an ANN', networks.dense!, /^Cannot run node 'relu1' over time: a converter must first replace or fold it: relu$/],
    [
      'the same node twice in a sum',
      imageNetwork({ op: 'add', name: 'twice', inputs: ['input', 'input'] }, neuron('if', 'twice')),
      /'if' as NIR: NIR has no two edges between the same nodes: \["input","input"\]$/,
    ],
    [
      'a flattened image as read-out',
      imageNetwork(neuron('if', 'input'), { op: 'flatten', name: 'flatten', inputs: ['if'] }),
      /'flatten' as NIR: a read-out must not be a flattened image, whose order differs: it is$/,
    ],
    [
      'a sum of vectors in different order',
      imageNetwork(
        neuron('if', 'input'),
        { op: 'flatten', name: 'flatten', inputs: ['if'] },
        { op: 'dense', name: 'dense', inputs: ['flatten'], kernel: { shape: [4, 4], data: new Float32Array(16) } },
        { op: 'add', name: 'add', inputs: ['dense', 'flatten'] },
      ),
      /'add' as NIR: vectors of different order cannot be summed in NIR: \["dense","flatten"\]$/,
    ],
    [
      'the same, the other way round',
      imageNetwork(
        neuron('if', 'input'),
        { op: 'flatten', name: 'flatten', inputs: ['if'] },
        { op: 'dense', name: 'dense', inputs: ['flatten'], kernel: { shape: [4, 4], data: new Float32Array(16) } },
        { op: 'add', name: 'add', inputs: ['flatten', 'dense'] },
      ),
      /'add' as NIR: vectors of different order cannot be summed in NIR: dense$/,
    ],
  ])('refuses %s', async (_, network, message) => {
    await expect(writeNir(network)).rejects.toThrow(message);
  });
});
