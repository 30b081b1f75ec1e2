import { gunzipSync } from 'node:zlib';
import { readNir } from '@spikewright/nir';
import type { Group } from 'h5wasm';
import { describe, expect, test } from 'vitest';
import { chainOf, type Described, nirFile } from './nir-file.js';

// Other ways to store the same numbers in HDF5.

const scale: Described = { type: 'Scale', other: 1 };
const graph = chainOf([6], { scale }, [6]);
const factors = [1, 2, 3, 4, 5, -6];

// By h5py 3.16, with f.create_dataset('node/nodes/h/scale', data=np.array([1, 2, .5, -1.5, 6e-8, 65504], '<f2')), and
// data=np.array([1, 2, 3, 4, 5, -6], '>f4') for node b; gzip.
const BY_H5PY =
  'H4sIAAAAAAACA+1av2/TQBS+c+LEcYGmElJ/QISLWtW0KgQpVBmQCKKlroQa1HbomJRGBAm1EUklEAMZg8SQkYEhI2P+ApSxAwMj' +
  'IwNDR4buJbbvEt9LXJuWQn68b+jze346X0/fvc9+l/fG8uPL6pRKTCgKCZIoceKE4XpS9Pn9DLOU2QqznyUep9a9CRYfY+PDvK2N' +
  'lRUz+wSAP+eHbFuFIIYRxsrDp6bdZj5n6aEk5u3t7+acfDTO+Vw3/hoB28/L/vibVJC/yN82fzVeL2Uxr/SmYPE3t/s8V2R8Ljr4' +
  'nPzD526up5dNBnPeaQGxXkMeI9zqgGyvGeW+IqxjoFkhzOtJSq0KEW3ds/PkpjV9SbLDCqsoAVqOiBWN42NPr4fNq0Br1tXJ0/N5' +
  '/STXRP7pzDdiYn3Uw8PBK/P/rUbaa7L6KP2EOuhAibgu62sbq6+yhbwE3rt2WjzsHg+C+D6zMojnmQ25xMMg/gLMj4+3tlc4KDVt' +
  'BIyXPihZN1SQv/ks+9IsfCMucY6jK1iLEAgEAoFAIBAIBALR/+jsM+m2lajwfS+B7/22f9Y+VG3KHiEDZvT6P69Huz8SBn4I+DLw' +
  'JeAHgB8k7v192Jfy6u+XNdtGkcJDCdjf15nNx8Q83i/j/TfeV9tx8N1E3Pf+6M7fI95P1fzx9/tN4qgSiGHnL+eTrol5/HyqmM9a' +
  'F5yvqTM+1z5HCLbOw77eFffBMfOvJsR5VRbEvDrzvy2KPG7ExDy4L3i9NmbFvALzq3P9+t7wt86ntJnuytYP51NSa9bxmdPzOV8O' +
  'p7EWOCE73peUrjyzeUIpFfjW5l3Uuo4qfI1TgG8S4FtqtrsSVXtyfUIeOgzriJcOT9xCHUYd7tTh+tzF6vDF6UdmfhD0ozDvTz8U' +
  'HTkM6yPXj8g/0Y/ywiDpB3yv9dKP7TuoH6gfnfrxa9FFP9jva3pXP2rxQdCPetyffhi3kcNu3x+qD/0IgbrKeTemjbIeeZSoMlFH' +
  'W+O76UiDdR4ugRlVemuB7je3bJJ8aSrCWzcNgT0ULw35dA81BDWkU0MSiX7VkJ9Lg6Ahx0v+NORDAjnspiEj59GQ6Rvsd9QaGVfI' +
  '+DtPDQkmxR3UmxryoGzv2VTzT8q8rhHSaBDyG+RZFvEcOAAA';

async function factorOf(add: (node: Group) => void, libver: 'earliest' | 'v108'): Promise<number[]> {
  const bytes = await nirFile(graph, (root) => add(root.get('node/nodes/scale') as Group), libver);
  const { network } = await readNir(bytes);
  const node = network.nodes[1]!;
  return 'factor' in node ? [...node.factor.data] : [];
}

describe('readNir reads', () => {
  test.each<[string, object]>([
    ['64-bit floats', { data: Float64Array.from(factors) }],
    ['64-bit integers', { data: BigInt64Array.from(factors, BigInt) }],
    ['compressed numbers', { data: Float32Array.from(factors), chunks: [4], compression: 'gzip' }],
  ])('%s', async (_, how) => {
    const add = (node: Group): void =>
      void node.create_dataset({ name: 'scale', shape: [6], ...how } as Parameters<Group['create_dataset']>[0]);
    for (const libver of ['earliest', 'v108'] as const) expect(await factorOf(add, libver)).toEqual(factors);
  });

  test('16-bit floats and big-endian numbers, by h5py', async () => {
    const { network } = await readNir(new Uint8Array(gunzipSync(Buffer.from(BY_H5PY, 'base64'))));
    const read = network.nodes.flatMap((node) => ('factor' in node ? [[...node.factor.data]] : []));
    expect(read).toEqual([[1, 2, 0.5, -1.5, 2 ** -24, 65504], factors]);
  });
});

describe('readNir refuses', () => {
  const groups = async (add: (root: Group) => void): Promise<unknown> =>
    readNir(await nirFile(chainOf([1], {}, [1]), add));

  test.each<[string, (root: Group) => void, string]>([
    [
      'a subgraph without nodes',
      (root) => text(root.create_group('node/nodes/sub'), 'NIRGraph'),
      "a graph must have a group 'nodes': none",
    ],
    [
      'groups that are nested too deep',
      (root) => {
        let group = root.create_group('deep');
        for (let depth = 0; depth < 45; depth++) group = group.create_group('d');
      },
      'groups must be nested at most 40 deep: 41',
    ],
    [
      'things that are neither numbers nor text',
      (root) =>
        void root.create_dataset({ name: 'odd', data: new Map([['a', Float32Array.of(1)]]) as never, shape: [1] }),
      "dataset 'odd' must hold numbers or text: something else",
    ],
  ])('%s', async (_, add, message) => {
    await expect(groups(add)).rejects.toThrow(message);
  });

  test('a file whose root is no graph', async () => {
    const bytes = await nirFile(chainOf([1], {}, [1]), (root) => {
      const node = root.get('node') as Group & { get(name: string): unknown };
      expect(node.keys()).toContain('type');
    });
    // The word NIRGraph in the heap becomes another.
    const at = new TextDecoder('latin1').decode(bytes).indexOf('NIRGraph');
    bytes[at] = 'M'.charCodeAt(0);
    await expect(readNir(bytes)).rejects.toThrow("Cannot read the NIR file: 'node' must be a NIRGraph: MIRGraph");
  });
});

function text(group: Group, type: string): void {
  group.create_dataset({ name: 'type', data: type, shape: [] });
}
