import { readTfjs } from '@spikewright/import-keras';
import { expect, test } from 'vitest';
import { batchOf, distance, evaluated, fixture, golden } from './fixtures.js';
import { chain, input, layer } from './models.js';

test("readTfjs() gives TensorFlow.js's outputs for a model it saved", async () => {
  const { inputs, outputs } = golden('tfjs');
  const text = new TextDecoder().decode(fixture('tfjs.model.json'));
  for (const model of [text, JSON.parse(text)]) {
    const { network } = await readTfjs(model, fixture);
    expect(distance(await evaluated(network, batchOf(inputs)), outputs)).toBeLessThan(1e-5);
  }
});

const TOPOLOGY = chain(input(2), layer('Dense', 'd', { units: 1, use_bias: false }));

/** A manifest of one weight. */
const manifest = (weight: object, paths: unknown = ['a']): object => ({
  modelTopology: TOPOLOGY,
  weightsManifest: [{ paths, weights: [{ name: 'd/kernel', shape: [2, 1], ...weight }] }],
});

test('readTfjs() reads quantised weights', async () => {
  const table: [object, Uint8Array, number][] = [
    // min + scale q = -1 + 0.5 · (2, 4) = (0, 1)
    [{ dtype: 'float32', quantization: { dtype: 'uint8', scale: 0.5, min: -1 } }, Uint8Array.of(2, 4), 7],
    [{ dtype: 'float32', quantization: { dtype: 'uint16', scale: 0.5, min: -1 } }, Uint8Array.of(2, 0, 4, 0), 7],
    // binary16: 0x3c00 = 1, 0xc000 = -2
    [{ dtype: 'float32', quantization: { dtype: 'float16' } }, Uint8Array.of(0, 0x3c, 0, 0xc0), -9],
    // binary16: 0x0001 = 2^-24, 0x8000 = -0
    [{ dtype: 'float32', quantization: { dtype: 'float16' } }, Uint8Array.of(1, 0, 0, 0x80), 5 * 2 ** -24],
    [{ dtype: 'int32' }, Uint8Array.of(3, 0, 0, 0, 255, 255, 255, 255), 8],
    [{ dtype: 'bool' }, Uint8Array.of(1, 0), 5],
  ];
  for (const [weight, bytes, expected] of table) {
    const { network } = await readTfjs(manifest(weight), () => bytes);
    // 5 w0 + 7 w1
    expect(await evaluated(network, batchOf([[5, 7]]))).toEqual([[expected]]);
  }
});

test('readTfjs() joins shards in order and finds weights under the name of their model', async () => {
  const model = manifest({ name: 'model/d/kernel', dtype: 'uint8' }, ['a', 'b']);
  const { network } = await readTfjs(model, async (path) => Uint8Array.of(path === 'a' ? 2 : 3));
  expect(await evaluated(network, batchOf([[5, 7]]))).toEqual([[31]]); // 2 · 5 + 3 · 7
});

test('readTfjs() refuses what is no layers model', async () => {
  const bytes = Uint8Array.of(1, 2);
  const double = manifest({ name: 'one/d/kernel', dtype: 'uint8', shape: [2, 1] }) as { weightsManifest: unknown[] };
  const table: [string | object, string, unknown?][] = [
    ['{', 'model.json must be JSON'],
    [[], 'model.json must be an object'],
    [{ format: 'graph-model' }, 'the file must be a layers model'],
    [{ modelTopology: { node: [] } }, 'the file must be a layers model'],
    [{}, 'modelTopology must be an object: undefined'],
    [{ modelTopology: TOPOLOGY }, 'weightsManifest must be a list: undefined'],
    [{ modelTopology: TOPOLOGY, weightsManifest: [3] }, 'a group of weights must list paths and weights: 3'],
    [manifest({}, [3]), 'a group of weights must list paths and weights'],
    [manifest({ name: 3 }), 'a weight must state name and shape'],
    [manifest({ shape: [-1] }), 'a weight must state name and shape'],
    [manifest({ dtype: 'string' }), "weight 'd/kernel' must be numbers: string"],
    [manifest({ dtype: 'constructor' }), "weight 'd/kernel' must be numbers: constructor"],
    [manifest({ dtype: 'float32' }), "weight 'd/kernel' must lie in its shards of 2 bytes: [2,1]"],
    [manifest({ dtype: 'uint8', shape: [1, 1] }), "the weights of 'a' must fill its 2 bytes: 1"],
    [manifest({ dtype: 'uint8' }), "load() must give a Uint8Array for 'a': string", 'text'],
    [
      {
        ...double,
        weightsManifest: [
          ...double.weightsManifest,
          ...(manifest({ name: 'two/d/kernel', dtype: 'uint8' }, ['b']) as typeof double).weightsManifest,
        ],
      },
      'one kernel must belong to it',
    ],
  ];
  for (const [model, message, loaded = bytes] of table) {
    await expect(
      readTfjs(model, () => loaded as Uint8Array),
      message,
    ).rejects.toThrow(message);
  }
});

/** What a URL makes of these: `../a`, `../a`, `//host/a`, `..`. */
const TRICKS = ['%2E%2e/a', '.\t./a', ' //host/a', '..?a'];

test('readTfjs() reads every shard once', async () => {
  const model = manifest({ dtype: 'uint8' }, ['a', 'a']);
  await expect(readTfjs(model, () => Uint8Array.of(1))).rejects.toThrow("a shard must be named once: 'a'");
});

test('readTfjs() asks for no shard outside the folder of the model', async () => {
  const asked: string[] = [];
  for (const path of ['../a', '/a', 'a/../../b', 'https://host/a', 'file:///a', '\\a', 'a\\..\\b', 'C:a', ...TRICKS]) {
    const reading = readTfjs(manifest({}, [path]), (one) => {
      asked.push(one);
      return new Uint8Array(8);
    });
    await expect(reading, path).rejects.toThrow('the path of a shard must stay in the folder of the model');
  }
  expect(asked).toEqual([]);
  const { network } = await readTfjs(manifest({ dtype: 'uint8' }, ['shards/a..b']), () => Uint8Array.of(1, 1));
  expect(network.nodes).toHaveLength(2);
});
