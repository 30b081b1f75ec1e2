import {
  loadNetwork,
  type Network,
  networkHash,
  readSafetensors,
  saveNetwork,
  sha256,
  writeSafetensors,
} from '@spikewright/snn-core';
import { tinyNetworks, withNeurons } from '@spikewright/testkit';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { conv, input, network, neuron, plain, scale, vector } from './builders.js';

/** Every operation there is. */
const everything: Network = {
  ...network(
    input(4, 4, 2),
    conv('conv', 'input', [3, 3, 1, 2], new Float32Array(18).fill(0.1), {
      groups: 2,
      padding: [1, 1, 1, 1],
      bias: vector(0.5, -0.5),
    }),
    {
      op: 'batchNorm',
      name: 'norm',
      inputs: ['conv'],
      gamma: vector(1, 2),
      beta: vector(0, 1),
      mean: vector(0.1, 0.2),
      variance: vector(1, 0.5),
      epsilon: 1e-3,
    },
    plain('relu', 'relu', 'norm'),
    { op: 'maxPool2d', name: 'max', inputs: ['relu'], size: [2, 2], strides: [1, 1], padding: 'same' },
    { op: 'avgPool2d', name: 'mean', inputs: ['relu'], size: [2, 2], strides: [1, 1], padding: 'same' },
    plain('add', 'sum', 'max', 'mean'),
    plain('concat', 'both', 'sum', 'input'),
    { op: 'clip', name: 'clip', inputs: ['both'], lambda: 1.5 },
    { op: 'qcfs', name: 'qcfs', inputs: ['clip'], lambda: 1, levels: 4 },
    scale('scale', 'qcfs', [1, 2, 3, 4], [0.25]),
    neuron('cell', 'scale', {
      levels: [-1, 1],
      threshold: vector(1, 2, 3, 4),
      leak: 0.9,
      gains: vector(1, 0.5, 2),
      delay: 1,
    }),
    plain('globalAvgPool', 'pooled', 'cell'),
    plain('flatten', 'flat', 'pooled'),
    { op: 'dense', name: 'scores', inputs: ['flat'], kernel: { shape: [4, 2], data: new Float32Array(8) } },
    plain('softmax', 'softmax', 'scores'),
  ),
  meta: {
    name: 'everything',
    source: { seed: 1, made: 'by hand' },
    preprocessing: 'none',
    classNames: ['ja', 'nö'],
    lambda: { cell: [1, 2] },
    fits: { 'top-k': { betas: [1, 0.5], source: null } },
    notes: ['a', 'b'],
  },
};

describe('round trip', () => {
  test('loadNetwork reads what saveNetwork wrote, every operation and all of meta', () => {
    expect(loadNetwork(saveNetwork(everything))).toEqual(everything);
  });

  test('loadNetwork reads every tiny network, spiking ones too', () => {
    for (const [name, ann] of Object.entries(tinyNetworks())) {
      expect(loadNetwork(saveNetwork(ann))).toEqual(ann);
      if (name === 'maxPool') continue; // it has no spiking form
      const spiking = withNeurons(ann);
      expect(loadNetwork(saveNetwork(spiking))).toEqual(spiking);
    }
  });

  test('saveNetwork gives equal bytes for equal networks, whatever the key order', () => {
    const turn = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(turn);
      if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value;
      return Object.fromEntries(
        Object.entries(value)
          .reverse()
          .map(([key, part]) => [key, turn(part)]),
      );
    };
    const turned = turn(everything) as Network;
    expect(Object.keys(turned)).toEqual(['meta', 'nodes', 'format']);
    expect(saveNetwork(turned)).toEqual(saveNetwork(everything));
  });

  test('saveNetwork names tensors by node and field', () => {
    const { tensors } = readSafetensors(saveNetwork(everything));
    expect(Object.keys(tensors)).toEqual([
      'cell.gains',
      'cell.initial',
      'cell.threshold',
      'conv.bias',
      'conv.kernel',
      'norm.beta',
      'norm.gamma',
      'norm.mean',
      'norm.variance',
      'scale.bias',
      'scale.factor',
      'scores.kernel',
    ]);
  });

  test('saveNetwork refuses an unsound network', () => {
    expect(() => saveNetwork(network(input(1), plain('relu', 'odd', 'ghost')))).toThrow(ReferenceError);
  });
});

describe('networkHash', () => {
  test('networkHash is the SHA-256 of the file', async () => {
    expect(await networkHash(everything)).toBe(await sha256(saveNetwork(everything)));
    expect(await networkHash(everything)).toMatch(/^[0-9a-f]{64}$/);
  });

  test('networkHash changes with any weight, field or word of meta', async () => {
    const { nodes, meta } = everything;
    const change = (place: number, changes: object): Network => ({
      ...everything,
      nodes: nodes.map((node, i) => (i === place ? { ...node, ...changes } : node)),
    });
    const changed: Network[] = [
      everything,
      change(1, { kernel: { shape: [3, 3, 1, 2], data: new Float32Array(18).fill(0.1).fill(0.2, 0, 1) } }),
      change(1, { padding: 'same' }),
      change(8, { lambda: 1.25 }),
      change(11, { fires: '>' }),
      change(11, { delay: 0 }),
      change(11, { gains: vector(1, 0.5, 3) }),
      { ...everything, meta: { ...meta, notes: ['a'] } },
    ];
    expect(new Set(await Promise.all(changed.map(networkHash))).size).toBe(changed.length);
  });
});

describe('damage', () => {
  const { tensors, metadata } = readSafetensors(saveNetwork(everything));
  const withGraph = (graph: unknown): Uint8Array =>
    writeSafetensors(tensors, { spikewright: typeof graph === 'string' ? graph : JSON.stringify(graph) });
  const graph = JSON.parse(metadata.spikewright);

  const table: [what: string, bytes: Uint8Array, error: typeof Error, message: string][] = [
    ['a file of another program', writeSafetensors(tensors), TypeError, 'Cannot load network: the file must have been saved by spikewright: no graph in its metadata'],
    ['no JSON', withGraph('{"format":1,'), TypeError, 'Cannot load network: its graph must be JSON: {"format":1,'],
    ['null', withGraph(null), TypeError, 'Cannot load network: its graph must list nodes: none found'],
    ['nodes that are no list', withGraph({ ...graph, nodes: {} }), TypeError, 'Cannot load network: its graph must list nodes: none found'],
    ['a node that is null', withGraph({ ...graph, nodes: [null] }), TypeError, 'Cannot load network: a node must be an object: null'],
    ['a node that is a number', withGraph({ ...graph, nodes: [7] }), TypeError, 'Cannot load network: a node must be an object: 7'],
    ['a node that is a list', withGraph({ ...graph, nodes: [[]] }), TypeError, "Cannot use node 'undefined': name must be"],
    ['a lost tensor', writeSafetensors({}, metadata as Record<string, string>), ReferenceError, "Cannot load node 'conv': every tensor must be in the file: 'conv.bias'"],
    ['a tensor that every object has', withGraph({ ...graph, nodes: [{ name: 'odd', kernel: { tensor: 'toString' } }] }), ReferenceError, "Cannot load node 'odd': every tensor must be in the file: 'toString'"],
    ['another format', withGraph({ ...graph, format: 2 }), TypeError, 'Cannot use network: format must be 1: 2'],
    ['meta that is a word', withGraph({ ...graph, meta: 'x' }), TypeError, 'Cannot load network: its meta must be an object: x'],
    ['an unsound node', withGraph({ ...graph, nodes: [...graph.nodes, { op: 'relu', name: 'odd', inputs: ['ghost'] }] }), ReferenceError, "Cannot use node 'odd': every input must be an earlier node: ghost"],
  ]; // biome-ignore format: a table
  test.each(table)('loadNetwork refuses %s', (_, bytes, error, message) => {
    const load = (): unknown => loadNetwork(bytes);
    expect(load).toThrow(error);
    expect(load).toThrow(expect.objectContaining({ message: expect.stringContaining(message) }));
  });

  test('loadNetwork gives an empty meta to a file without', () => {
    expect(loadNetwork(withGraph({ format: 1, nodes: graph.nodes })).meta).toEqual({});
  });

  /** Our messages; those of the machine ("Cannot read properties of ...") are none of them. */
  const OURS = /^Cannot (read the safetensors file: |load network: |load node '|use network: |use node ')[^\n]*$/;
  const tame = (bytes: Uint8Array): void => {
    try {
      loadNetwork(bytes);
    } catch (error) {
      expect((error as Error).message).toMatch(OURS);
      expect(['TypeError', 'RangeError', 'ReferenceError']).toContain((error as Error).constructor.name);
    }
  };
  const small = saveNetwork(network(input(2), scale('scale', 'input', [1, 2]), neuron('cell', 'scale')));

  test('loadNetwork survives every flipped bit and every truncation', () => {
    for (let bit = 0; bit < small.length * 8; bit++) {
      const flipped = small.slice();
      flipped[bit >> 3] ^= 1 << (bit & 7);
      tame(flipped);
    }
    for (let length = 0; length < small.length; length++) {
      expect(() => loadNetwork(small.subarray(0, length))).toThrow(OURS);
    }
  });

  test('loadNetwork survives random bytes in place of some of its own', () => {
    fc.assert(
      fc.property(fc.nat(small.length - 1), fc.uint8Array({ minLength: 1, maxLength: 20 }), (place, noise) => {
        const damaged = small.slice();
        damaged.set(noise.subarray(0, damaged.length - place), place);
        tame(damaged);
      }),
      { numRuns: 1000 },
    );
  });

  test('loadNetwork survives any JSON in place of any part of its graph', () => {
    /** Every path into the graph. */
    const paths = (value: unknown, path: (string | number)[] = []): (string | number)[][] => {
      const parts = typeof value === 'object' && value !== null ? Object.entries(value) : [];
      return [path, ...parts.flatMap(([key, part]) => paths(part, [...path, key]))];
    };
    const replace = (value: unknown, [key, ...rest]: (string | number)[], by: unknown): unknown => {
      if (key === undefined) return by;
      const copy = structuredClone(value) as Record<string | number, unknown>;
      copy[key] = replace(copy[key], rest, by);
      return copy;
    };
    const hostile = fc.oneof(
      fc.jsonValue(),
      fc.constantFrom<unknown>(
        { toString: 1, valueOf: 1 },
        { tensor: 'conv.kernel' },
        { tensor: '__proto__' },
        { length: 1e9 },
        [2 ** 53],
        [1e9, 1e9],
        [1e9, 1e9, 1e9, 1e9],
        -1,
        1e308,
        '__proto__',
        'same',
        'input',
      ),
    );
    fc.assert(
      fc.property(fc.constantFrom(...paths(graph)), hostile, (path, by) => tame(withGraph(replace(graph, path, by)))),
      { numRuns: 5000 },
    );
  });

  test('loadNetwork survives deep JSON', () => {
    const deep = `${'[1,'.repeat(5000)}1${']'.repeat(5000)}`;
    tame(withGraph(`{"format":1,"nodes":[{"name":"a","op":"input","inputs":[],"shape":${deep}}]}`));
    tame(withGraph(`{"format":1,"nodes":[{"name":${deep},"op":"input","inputs":[],"shape":[1]}]}`));
  });
});
