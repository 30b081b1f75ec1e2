import { wasmEngine } from '@spikewright/engine-wasm';
import { buildNetwork, type Layers, readStateDict, type Signal } from '@spikewright/import-torch';
import { type Network, referenceEngine, type Tensor } from '@spikewright/snn-core';
import { describe, expect, test } from 'vitest';
import { channelsLast, fixture, small } from './fixture.js';

const tensor = (shape: number[], ...data: number[]): Tensor => ({ shape, data: Float32Array.from(data) });

async function infer(network: Network, data: ArrayLike<number>): Promise<number[]> {
  const program = await referenceEngine().compile(network);
  return Array.from(await program.infer({ size: 1, data: Float32Array.from(data), indices: Uint32Array.of(0) }));
}

describe('buildNetwork()', () => {
  test.each([
    'small.pt',
    'small-protocol4.pt',
    'small-legacy.pth',
    'small.safetensors',
    'checkpoint.pt',
    'checkpoint-legacy.th',
  ])('computes what PyTorch computes with %s', async (name) => {
    const golden = JSON.parse(new TextDecoder().decode(fixture('small.json')));
    const network = buildNetwork(await readStateDict(fixture(name)), small);
    for (const engine of [referenceEngine(), wasmEngine()]) {
      const program = await engine.compile(network);
      const data = channelsLast(golden.input, 2);
      const output = await program.infer({ size: 1, data, indices: Uint32Array.of(0) });
      const worst = Math.max(...golden.output.map((value: number, i: number) => Math.abs(value - output[i])));
      expect(worst, engine.name).toBeLessThan(1e-5);
      program.dispose();
    }
  });

  test('turns the rows of a linear layer from channels first to channels last', async () => {
    // Two channels of 1 × 2: PyTorch flattens to [c0p0, c0p1, c1p0, c1p1], the network to [c0p0, c1p0, c0p1, c1p1].
    const weight = tensor([1, 4], 1, 10, 100, 1000);
    const network = buildNetwork({ 'fc.weight': weight }, ({ input, flatten, linear }) =>
      linear('fc', flatten(input([2, 1, 2]))),
    );
    expect(await infer(network, [1, 2, 3, 4])).toEqual([1 + 2 * 100 + 3 * 10 + 4 * 1000]);
  });

  test('ends with a flattened image of one position or one channel, whose order is the same', async () => {
    for (const shape of [
      [2, 1, 1],
      [1, 2, 1],
    ]) {
      const network = buildNetwork({}, ({ input, flatten }) => flatten(input(shape)));
      expect(await infer(network, [3, 4])).toEqual([3, 4]);
    }
  });

  test('normalises a flattened image in its own order', async () => {
    // PyTorch: [c0p0, c0p1, c1p0, c1p1] - [1, 2, 3, 4]; the network's image lies [c0p0, c1p0, c0p1, c1p1]
    const weight = tensor([1, 4], 1, 10, 100, 1000);
    const network = buildNetwork({ 'fc.weight': weight }, ({ input, flatten, normalise, linear }) =>
      linear('fc', normalise(flatten(input([2, 1, 2])), [1, 2, 3, 4], [1, 1, 1, 1])),
    );
    // [5, 6, 7, 8] as c0p0, c1p0, c0p1, c1p1 is [5, 7, 6, 8] in PyTorch; less [1, 2, 3, 4]: [4, 5, 3, 4]
    expect(await infer(network, [5, 6, 7, 8])).toEqual([4 + 50 + 300 + 4000]);
  });

  test('counts padding in a mean as PyTorch does, unless told not to', async () => {
    const pooled = (countPadding: boolean): Network =>
      buildNetwork({}, ({ input, avgPool }) => avgPool(input([1, 1, 2]), [1, 2], { padding: [0, 1], countPadding }));
    // windows [0, 2] and [4, 0]
    expect(await infer(pooled(true), [2, 4])).toEqual([1, 2]);
    expect(await infer(pooled(false), [2, 4])).toEqual([2, 4]);
  });

  test('takes every second position and adds channels on both sides in a shortcut', async () => {
    const network = buildNetwork({}, ({ input, shortcutA }) => shortcutA(input([1, 1, 3]), 3));
    expect(await infer(network, [5, 6, 7])).toEqual([0, 5, 0, 0, 7, 0]);
  });

  test('uses neutral values where batch normalisation was trained without weights', async () => {
    const statistics = { 'bn.running_mean': tensor([1], 3), 'bn.running_var': tensor([1], 4) };
    const network = buildNetwork(statistics, ({ input, batchNorm }) => batchNorm('bn', input([1]), { epsilon: 0 }));
    expect(await infer(network, [7])).toEqual([2]); // (7 - 3) / 2
  });

  test('uses one module twice, and names the second node apart', () => {
    const network = buildNetwork({ 'fc.weight': tensor([1, 1], 2) }, ({ input, linear }) =>
      linear('fc', linear('fc', input([1]))),
    );
    expect(network.nodes.map(({ name }) => name)).toEqual(['input', 'fc', 'fc#2']);
  });

  test('reads a vector as it is where it is flattened again, and pools globally', async () => {
    const network = buildNetwork({}, ({ input, globalAvgPool, flatten, relu }) =>
      relu(flatten(globalAvgPool(input([1, 1, 2])))),
    );
    expect(network.nodes.map(({ op }) => op)).toEqual(['input', 'globalAvgPool', 'relu']);
    expect(await infer(network, [2, 4])).toEqual([3]);
  });

  const oneLayer = ({ input, linear }: Layers): Signal => linear('fc', input([1]));
  const weight = tensor([1, 1], 2);

  test('leaves out what wrappers put before every name', () => {
    const tensors = { 'module._orig_mod.fc.weight': weight };
    expect(buildNetwork(tensors, oneLayer).nodes).toHaveLength(2);
  });

  test('lists every missing and every unused tensor in one error', () => {
    const tensors = { 'a.weight': weight, 'fc.scale': weight };
    expect(() => buildNetwork(tensors, oneLayer)).toThrow(
      new ReferenceError(
        "Cannot build network: tensors and layers must match; missing: 'fc.weight'; unused: 'a.weight', 'fc.scale'",
      ),
    );
  });

  test('leaves tensors unused that are to be ignored', () => {
    const tensors = { 'fc.weight': weight, 'aux.weight': weight };
    expect(buildNetwork(tensors, oneLayer, { ignore: ['aux.'] }).nodes).toHaveLength(2);
    expect(() => buildNetwork(tensors, oneLayer, { ignored: ['aux.'] } as never)).toThrow("'ignored'");
  });

  test.each<[string, Record<string, Tensor>, (layers: Layers) => Signal, string]>([
    ['a weight with other axes', { 'fc.weight': tensor([1], 2) }, oneLayer, "tensor 'fc.weight' must have 2 axes: [1]"],
    ['a signal of nowhere', {}, ({ relu }) => relu({ node: 'x' }), "'x.relu' must read signals of layers before it"],
    ['no signal', {}, ({ relu }) => relu(undefined as never), 'must read signals of layers before it: undefined'],
    [
      'a graph without end',
      {},
      ({ input }) => ({ node: input([1]).node.toUpperCase() }),
      'the graph must return its last signal',
    ],
    [
      'an odd shortcut',
      {},
      ({ input, shortcutA }) => shortcutA(input([1, 2, 2]), 2),
      'shortcutA must add an even number of channels to 1: 2',
    ],
    [
      'images joined too late',
      {},
      ({ input, flatten, concat }) => {
        const x = flatten(input([2, 1, 2]));
        return concat(x, x);
      },
      'must join images before they are flattened',
    ],
    [
      'a flattened image as the output',
      {},
      ({ input, flatten, relu }) => relu(flatten(input([2, 1, 2]))),
      'the output must be no flattened image, whose order differs from PyTorch (end with linear): [1,2,2]',
    ],
    [
      'a vector for an image',
      {},
      ({ input, maxPool }) => maxPool(input([4]), 2),
      "node 'input.maxPool': its input must be [height, width, channels]",
    ],
  ])('refuses %s', (_, tensors, graph, message) => {
    expect(() => buildNetwork(tensors, graph)).toThrow(message);
  });
});
