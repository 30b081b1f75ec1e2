import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ReadNirOptions, readNir, writeNir } from '@spikewright/nir';
import {
  type Batch,
  direct,
  type Network,
  type Neuron,
  OptionsError,
  referenceEngine,
  UnsupportedLayersError,
} from '@spikewright/snn-core';
import { tinyNetworks, withNeurons } from '@spikewright/testkit';
import { describe, expect, test } from 'vitest';
import { chainOf, type Described, type Graph, ifNode, nirFile } from './nir-file.js';

const read = async (graph: Graph, options: ReadNirOptions = { reset: 'subtract' }) =>
  readNir(await nirFile(graph), options);

/** The sums of the read-out after some steps with the same input. */
async function scores(network: Network, input: readonly number[], steps: number): Promise<number[]> {
  const program = await referenceEngine().compile(network);
  const batch: Batch = { size: 1, data: Float32Array.from(input), indices: Uint32Array.of(0) };
  let sums: number[] = [];
  for await (const frame of program.run(batch, { steps, encoder: direct(), seed: 1 })) sums = [...frame.scores(0)];
  return sums;
}

/** What a network without neurons computes. */
async function outputs(network: Network, input: readonly number[]): Promise<number[]> {
  const program = await referenceEngine().compile(network);
  return [...(await program.infer({ size: 1, data: Float32Array.from(input), indices: Uint32Array.of(0) }))];
}

describe('readNir of a graph by another tool', () => {
  test('takes edges in any order, and sums where they meet', async () => {
    const weight = (...data: number[]) => ({ type: 'Linear', weight: { shape: [1, 2], data } });
    const { network, layers } = await read({
      nodes: {
        z: { type: 'Input', shape: [2] },
        b: weight(1, 10),
        a: weight(100, 1000),
        y: ifNode([1], { v_threshold: [1] }),
        x: { type: 'Output', shape: [1] },
        idle: weight(5, 5),
      },
      edges: [
        ['y', 'x'],
        ['a', 'y'],
        ['z', 'idle'],
        ['b', 'y'],
        ['z', 'a'],
        ['z', 'b'],
      ],
    });
    expect(network.nodes.map(({ op, name, inputs }) => [op, name, ...inputs])).toEqual([
      ['input', 'z'],
      ['dense', 'b', 'z'],
      ['dense', 'a', 'z'],
      ['add', 'y.sum', 'a', 'b'],
      ['neuron', 'y', 'y.sum'],
    ]);
    expect(layers.find(({ name }) => name === 'idle')).toEqual({
      name: 'idle',
      kind: 'Linear',
      fate: 'dropped',
      why: 'the output does not depend on it',
      nodes: [],
    });
    expect(layers.find(({ name }) => name === 'y')!.nodes).toEqual(['y.sum', 'y']);
    // 0.001 (1 + 100) + 0.0001 (10 + 1000) = 0.202 a step: more than 1 after step 5, and 10 after step 10 are two spikes.
    expect(await scores(network, [0.001, 0.0001], 10)).toEqual([2]);
  });

  test('takes subgraphs as parts of the whole', async () => {
    const scale = (factor: number): Described => ({ type: 'Scale', scale: [factor, factor] });
    const inner: Graph = {
      nodes: { in: { type: 'Input', shape: [2] }, twice: scale(2), out: { type: 'Output', shape: [2] } },
      edges: [
        ['twice', 'out'],
        ['in', 'twice'],
      ],
    };
    const outer: Graph = {
      nodes: { in: { type: 'Input', shape: [2] }, inner, out: { type: 'Output', shape: [2] } },
      edges: [
        ['in', 'inner'],
        ['inner', 'out'],
      ],
    };
    const { network, layers } = await read({
      nodes: { input: { type: 'Input', shape: [2] }, outer, thrice: scale(3), output: { type: 'Output', shape: [2] } },
      edges: [
        ['outer', 'thrice'],
        ['input', 'outer'],
        ['thrice', 'output'],
      ],
    });
    expect(network.nodes.map(({ name }) => name)).toEqual(['input', 'outer.inner.twice', 'thrice']);
    expect(layers.map(({ name, fate }) => [name, fate])).toEqual([
      ['input', 'kept'],
      ['outer.in', 'dropped'],
      ['outer.inner.in', 'dropped'],
      ['outer.inner.twice', 'kept'],
      ['outer.inner.out', 'dropped'],
      ['outer.out', 'dropped'],
      ['thrice', 'kept'],
      ['output', 'dropped'],
    ]);
    expect(await outputs(network, [1, 5])).toEqual([6, 30]);
  });

  test('puts channels last: an image, a kernel, a dense layer on a flattened image', async () => {
    const conv: Described = {
      type: 'Conv2d',
      input_shape: [1, 2],
      // Two outputs of two inputs: out0 = in0 + 2 in1, out1 = 3 in0 + 4 in1.
      weight: { shape: [2, 2, 1, 1], data: [1, 2, 3, 4] },
      bias: [0, 0.5],
      stride: 1,
      padding: 0,
      dilation: 1,
      groups: 1,
    };
    const affine: Described = { type: 'Affine', weight: { shape: [1, 4], data: [1, 10, 100, 1000] }, bias: [7] };
    const flatten: Described = { type: 'Flatten', start_dim: 0, end_dim: -1, input_type: [2, 1, 2] };
    const { network } = await read(chainOf([2, 1, 2], { conv, flatten, affine }, [1]));
    // Places (channels last) hold (1, 2) and (3, 4). out0: 5, 11. out1: 11.5, 25.5.
    // In NIR's order 5, 11, 11.5, 25.5: 5 + 110 + 1150 + 25500 + 7.
    expect(await outputs(network, [1, 2, 3, 4])).toEqual([26772]);
  });

  test('reads strides, padding and means', async () => {
    const conv: Described = {
      type: 'Conv2d',
      weight: { shape: [1, 1, 3, 3], data: new Array(9).fill(1) },
      bias: [0],
      stride: [2, 2],
      padding: [1, 1],
      dilation: [1, 1],
      groups: 1,
    };
    const same: Described = { ...conv, stride: [1, 1], padding: 'same', weight: { shape: [1, 1, 1, 1], data: [2] } };
    const pool: Described = { type: 'AvgPool2d', kernel_size: [2, 2], stride: [2, 2], padding: [0, 0] };
    const { network } = await read(chainOf([1, 4, 4], { conv, same, pool }, [1, 1, 1]));
    // Ones; windows of 3 × 3 at rows and columns 0 and 2 hold 4, 6, 6, 9 of them: mean 6.25, twice.
    expect(await outputs(network, new Array(16).fill(1))).toEqual([12.5]);
  });

  test('reads sums of windows as convolutions with ones', async () => {
    const pool: Described = { type: 'SumPool2d', kernel_size: [2, 2], stride: [2, 2], padding: [0, 0] };
    const { network, layers } = await read(chainOf([2, 2, 2], { pool }, [2, 1, 1]));
    expect(layers[1]).toMatchObject({
      fate: 'replaced',
      why: 'a convolution of each channel with ones',
      nodes: ['pool'],
    });
    expect(await outputs(network, [1, 10, 2, 20, 3, 30, 4, 40])).toEqual([10, 100]);
  });

  test('fires above the threshold only, from 0, and divides the threshold by r', async () => {
    const neuron = ifNode([1], { v_threshold: [3], r: [2] });
    const { network } = await read(chainOf([1], { neuron }, [1]));
    expect(network.nodes[1]).toMatchObject({
      fires: '>',
      leak: 1,
      levels: [0, 1],
      threshold: { shape: [], data: Float32Array.of(1.5) },
    });
    // v: 0.5, 1, 1.5 (not above), 2 (spike)
    expect(await scores(network, [0.5], 3)).toEqual([0]);
    expect(await scores(network, [0.5], 4)).toEqual([1]);
  });

  test('believes what metadata says of neurons', async () => {
    const metadata = { reset: 'zero', fires: '>=', levels: '[-1,2]', initial: [0.5, 0.25] };
    const { network } = await read(chainOf([2], { neuron: ifNode([2], { metadata }) }, [2]), {});
    expect(network.nodes[1]).toMatchObject({
      reset: 'zero',
      fires: '>=',
      levels: [-1, 2],
      initial: { shape: [2], data: Float32Array.of(0.5, 0.25) },
    });
  });

  test('takes neurons that forget a step of dt', async () => {
    const lif: Described = { ...ifNode([1], { v_threshold: [0.5] }), type: 'LIF', tau: [0.5], v_leak: [0], r: [2] };
    const { network } = await read(chainOf([1], { lif }, [1]), { reset: 'zero', dt: 0.125 });
    // leak = 1 - 0.125 / 0.5; input times 2 · 0.125 / 0.5 = 0.5, so the threshold is 0.5 / 0.5.
    expect(network.nodes[1]).toMatchObject({
      leak: 0.75,
      threshold: { shape: [], data: Float32Array.of(1) },
      reset: 'zero',
    });
  });

  test('drops a flattening of a vector', async () => {
    const flatten: Described = { type: 'Flatten', start_dim: 0, end_dim: -1 };
    const { layers, network } = await read(chainOf([2], { flatten, neuron: ifNode([2]) }, [2]));
    expect(layers[1]).toMatchObject({ fate: 'dropped', why: 'it reads a vector', nodes: [] });
    expect(network.nodes[1]).toMatchObject({ inputs: ['input'] });
  });

  const norse = join(process.cwd(), '../shared/data/models/lif_norse.nir');
  test.skipIf(!existsSync(norse))(
    'reads a file by Norse of 2023 (skipped where the shared data is absent)',
    async () => {
      const bytes = readFileSync(norse);
      await expect(readNir(bytes)).rejects.toThrow(
        "Cannot import: layer '1' (LIF): NIR does not say whether a spike subtracts the threshold or sets v to 0; say so by the option reset, 'subtract' or 'zero'; NIR is continuous in time; say how many seconds a step takes by the option dt",
      );
      const { network } = await readNir(bytes, { reset: 'zero', dt: 1e-4 });
      const neuron = network.nodes.find(({ op }) => op === 'neuron')!;
      // tau = 0.0025: leak 1 - 0.04; threshold 0.1 / 0.04
      expect(neuron).toMatchObject({ threshold: { data: Float32Array.of(2.5) } });
      expect('leak' in neuron && neuron.leak).toBeCloseTo(0.96, 6);
    },
  );
});

const image = {
  type: 'Conv2d',
  weight: { shape: [1, 1, 1, 1], data: [1] },
  bias: [0],
  stride: 1,
  padding: 0,
  dilation: 1,
  groups: 1,
};
const pool = { type: 'AvgPool2d', kernel_size: [1, 1], stride: [1, 1], padding: [0, 0] };
const lif = { ...ifNode([1]), type: 'LIF', tau: [1], v_leak: [0] };

describe('readNir refuses, and says why', () => {
  test.each<[string, readonly number[], Described, string]>([
    ['an unknown node', [1], { type: 'Frobnicate' }, 'it is not a node of NIR that is known here'],
    ['synapses', [1], { type: 'CubaLIF' }, 'neurons here have no current of their own (synapses)'],
    ['integrators', [1], { type: 'LI' }, 'every neuron here fires'],
    ['delays', [1], { type: 'Delay' }, 'a spike crosses the whole network within its step'],
    ['sequences', [1], { type: 'Conv1d' }, 'there is no convolution of sequences here'],
    ['v_reset', [1], ifNode([1], { v_reset: [0.5] }), 'v_reset must be 0 for all neurons'],
    ['r', [2], ifNode([2], { r: [1, 2] }), 'r must be the same positive number for all neurons'],
    ['r of LIF', [1], { ...lif, r: [-1] }, 'r must be the same positive number for all neurons'],
    ['tau', [1], { ...lif, tau: [0.01] }, 'tau must be the same for all neurons and more than dt, 0.1'],
    ['v_leak', [1], { ...lif, v_leak: [0.5] }, 'v_leak must be 0 for all neurons'],
    ['thresholds', [2], ifNode([3]), 'v_threshold must be [2], one for each neuron: [3]'],
    ['initial', [1], ifNode([1], { metadata: { initial: 'half' } }), 'initial must have a value for each neuron'],
    [
      'other reset',
      [1],
      ifNode([1], { metadata: { reset: 'zero' } }),
      "reset is zero by the file's metadata, not subtract",
    ],
    ['strange fires', [1], ifNode([1], { metadata: { fires: '=' } }), 'fires must be one of >, >=: ='],
    ['strange levels', [1], ifNode([1], { metadata: { levels: '[1,0]' } }), 'levels must hold 0 and 1: [1,0]'],
    [
      'strange dt',
      [1],
      { ...lif, metadata: { dt: 'soon' } },
      "dt is soon by the file's metadata, not 0.1; NIR is continuous in time; say how many seconds a step takes by the option dt",
    ],
    [
      'weight',
      [2],
      { type: 'Linear', weight: { shape: [1, 3], data: [1, 2, 3] } },
      'weight must be [out, 2] and what it reads a vector: [1,3] and [2]',
    ],
    [
      'bias',
      [2],
      { type: 'Affine', weight: { shape: [1, 2], data: [1, 2] }, bias: [1, 2] },
      'bias must have 1 values: 2',
    ],
    ['a vector', [2], image, 'it must read an image, with a weight of 4 axes'],
    ['stride', [1, 2, 2], { ...image, stride: 0 }, 'stride, dilation, padding and groups must be whole numbers'],
    ['same', [1, 2, 2], { ...image, stride: 2, padding: 'same' }, "padding 'same' goes with strides of 1 only"],
    ['conv bias', [1, 2, 2], { ...image, bias: [] }, 'bias must have 1 values: 0'],
    [
      'padded mean',
      [1, 2, 2],
      { ...pool, padding: [1, 1] },
      'NIR does not say how the mean of a window counts padding',
    ],
    [
      'mean size',
      [1, 2, 2],
      { ...pool, kernel_size: [0, 1] },
      'kernel_size and stride must be whole numbers, and what it reads an image',
    ],
    [
      'sum size',
      [1, 2, 2],
      { ...pool, type: 'SumPool2d', stride: [0.5, 1] },
      'kernel_size, stride and padding must be whole numbers, and what it reads an image',
    ],
    [
      'huge sum',
      [1, 2, 2],
      { ...pool, type: 'SumPool2d', kernel_size: [65536, 65536] },
      'kernel_size must be smaller, for 1 channels: 65536,65536',
    ],
    ['scale', [2], { type: 'Scale', scale: [1] }, 'scale must have 2 values: 1'],
    [
      'scale by place',
      [1, 1, 2],
      { type: 'Scale', scale: { shape: [1, 1, 2], data: [1, 2] } },
      'it must have the same factor in all places of a channel',
    ],
    [
      'flatten',
      [2, 2, 2],
      { type: 'Flatten', start_dim: 1, end_dim: -1 },
      'it must flatten all axes of a sample, from 0 to -1: 1 to 2',
    ],
  ])('%s', async (_, input, node, why) => {
    const refusal = read(chainOf(input, { node }, input), { reset: 'subtract', dt: 0.1 });
    await expect(refusal).rejects.toThrow(`Cannot import: layer 'node' (${node.type}): ${why}`);
    await expect(refusal).rejects.toBeInstanceOf(UnsupportedLayersError);
  });

  test('every node that has no counterpart, at once', async () => {
    const graph = chainOf([1], { first: { type: 'Delay' }, between: ifNode([1]), second: { type: 'LI' } }, [1]);
    await expect(read(graph)).rejects.toThrow(
      "Cannot import: layer 'first' (Delay): a spike crosses the whole network within its step; layer 'second' (LI): every neuron here fires",
    );
  });

  test.each<[string, Graph, string]>([
    [
      'a network that feeds back',
      {
        ...chainOf([1], { a: ifNode([1]) }, [1]),
        edges: [
          ['input', 'a'],
          ['a', 'a'],
          ['a', 'output'],
        ],
      },
      "recurrent networks have no form here: 'a' and 'a'",
    ],
    [
      'an edge that stands twice',
      {
        ...chainOf([1], {}, [1]),
        edges: [
          ['input', 'output'],
          ['input', 'output'],
        ],
      },
      'no edge may stand twice: ["input","output"]',
    ],
    [
      'an edge to nowhere',
      { ...chainOf([1], {}, [1]), edges: [['input', 'nowhere']] },
      'edges must join nodes of the graph: input -> nowhere',
    ],
    ['no edges', { ...chainOf([1], {}, [1]), edges: [] }, 'a graph must list pairs of names as edges: none'],
    [
      'no output',
      { nodes: { a: { type: 'Input', shape: [1] }, b: ifNode([1]) }, edges: [['a', 'b']] },
      'its graph must have exactly one Output: none',
    ],
    [
      'two inputs',
      {
        nodes: {
          a: { type: 'Input', shape: [1] },
          b: { type: 'Input', shape: [1] },
          c: { type: 'Output', shape: [1] },
        },
        edges: [
          ['a', 'c'],
          ['b', 'c'],
        ],
      },
      'its graph must have exactly one Input: ["a","b"]',
    ],
    [
      'an input of two axes',
      chainOf([1, 2], { a: ifNode([1]) }, [1]),
      "layer 'input' (Input): its shape must be [channels, height, width] or [features]",
    ],
    [
      'a node that nothing leads to',
      {
        ...chainOf([1], { a: ifNode([1]), b: ifNode([1]) }, [1]),
        edges: [
          ['a', 'b'],
          ['input', 'b'],
          ['b', 'output'],
        ],
      },
      "layer 'a' (IF): no edge leads to it",
    ],
    [
      'sums of different shapes',
      {
        nodes: {
          a: { type: 'Input', shape: [2] },
          b: { type: 'Linear', weight: { shape: [1, 2], data: [1, 1] } },
          c: { type: 'Output', shape: [1] },
        },
        edges: [
          ['a', 'b'],
          ['a', 'c'],
          ['b', 'c'],
        ],
      },
      "layer 'c' (Output): what it sums must be of one shape: [2] and [1]",
    ],
    [
      'a flattened image as output',
      chainOf([2, 1, 2], { a: { type: 'Flatten', start_dim: 0, end_dim: -1 } }, [4]),
      'a flattened image must not be the output, its order differs here: it is',
    ],
    [
      'names that do not fit',
      chainOf([1], { __a: ifNode([1]) }, [1]),
      'name must be 1 to 200 printable characters, not beginning with __',
    ],
  ])('%s', async (_, graph, message) => {
    const refusal = read(graph);
    await expect(refusal).rejects.toThrow(message);
    await expect(refusal).rejects.toBeInstanceOf(TypeError);
  });

  test('a node without a type, or that is no group', async () => {
    const graph = chainOf([1], {}, [1]);
    const odd = { nodes: { ...graph.nodes, odd: { kind: 'IF' } as unknown as Described }, edges: graph.edges };
    await expect(read(odd)).rejects.toThrow('Cannot read the NIR file: every node must have a type: odd');
    const flat = await nirFile(graph, (root) => {
      root.create_dataset({ name: 'node/nodes/flat', data: Float32Array.of(1), shape: [1] });
    });
    await expect(readNir(flat)).rejects.toThrow('Cannot read the NIR file: every node must be a group: flat');
  });

  test('a file that is no NIR, no HDF5, or no bytes', async () => {
    const other = await nirFile(chainOf([1], {}, [1]), (root) => {
      root.create_group('extra');
    });
    await expect(readNir(other.subarray(0, 100))).rejects.toThrow(TypeError);
    await expect(readNir(new Uint8Array(10))).rejects.toThrow(
      'Cannot read the HDF5 file: it must begin with \\x89HDF: 10 bytes',
    );
    await expect(readNir([1, 2] as never)).rejects.toThrow('Cannot read NIR: bytes must be a Uint8Array: object');
  });

  test.each([
    [{ reset: 'hard' }, 'Cannot read NIR: reset must be subtract or zero: hard'],
    [{ dt: 0 }, 'Cannot read NIR: dt must be a number above 0: 0'],
    [{ dt: Number.POSITIVE_INFINITY }, 'Cannot read NIR: dt must be a number above 0: Infinity'],
    [{ metadata: 'some' }, 'Cannot read NIR: metadata must be use or ignore: some'],
    [{ rest: 'zero' }, "Cannot read NIR: the option must be one of reset, dt, metadata: 'rest'"],
  ])('the options %o', async (options, message) => {
    await expect(readNir(new Uint8Array(0), options as never)).rejects.toThrow(new OptionsError(message));
  });
});

describe('readNir of a file by writeNir that was changed since', () => {
  const network = withNeurons(tinyNetworks().dense!);

  test.each<[string, (text: string) => string, string]>([
    ['another kernel', (text) => text.replace('"reset":"subtract"', '"reset":"zero"'), "node 'relu1' differs"],
    ['another shape', (text) => text.replace('[6,8]', '[8,6]'), 'input'],
    [
      'a huge shape',
      (text) => text.replace('tinyNetworks', 'tiny').replace('[6,8]', '[6,80000000]'),
      'numbers, not 480000000',
    ],
    ['another name', (text) => text.replaceAll('relu1', 'relu9'), 'numbers, not 1'],
    ['no JSON', (text) => text.slice(1), 'JSON'],
    ['no nodes', () => '{}', 'undefined'],
  ])('refuses metadata with %s', async (_, change, message) => {
    const edited = await edit(network, change);
    const refusal = readNir(edited);
    await expect(refusal).rejects.toThrow("metadata 'spikewright' must describe its graph");
    await expect(refusal).rejects.toThrow(message);
  });

  test('refuses metadata that would take much memory', async () => {
    const { nodes } = network;
    const neuron = { ...nodes.find(({ op }) => op === 'neuron')!, inputs: ['input'] };
    const small: Network = {
      format: 1,
      nodes: [{ op: 'input', name: 'input', inputs: [], shape: [2, 2, 1] }, neuron as Neuron],
      meta: { name: 'a name of some length' },
    };
    const edited = await edit(small, (text) =>
      text.replace('a name of some length', '').replace('[2,2,1]', '[9999,9999,1]'),
    );
    await expect(readNir(edited)).rejects.toThrow("node 'relu1' has 4 elements, not 99980001");
  });
});

/** Writes a network and changes what the file says of it in metadata, in place. */
async function edit(network: Network, change: (text: string) => string): Promise<Uint8Array> {
  const bytes = await writeNir(network);
  const text = new TextDecoder('latin1').decode(bytes);
  const start = text.indexOf('{"format"');
  const end = text.indexOf('}]}', start) + 3;
  const old = text.slice(start, end);
  // Metadata of the same length: JSON does not mind spaces at its end.
  const changed = change(old).padEnd(old.length, ' ').slice(0, old.length);
  for (let i = 0; i < old.length; i++) bytes[start + i] = changed.charCodeAt(i);
  return bytes;
}
