import { readKerasWeights } from '@spikewright/import-keras';
import h5wasm, { type File, type Group } from 'h5wasm';
import { expect, test } from 'vitest';
import { batchOf, evaluated, fixture } from './fixtures.js';
import { chain, input, layer } from './models.js';

type NewDataset = Parameters<File['create_dataset']>[0];

/** Writes a file with the HDF5 library itself. */
async function written(write: (file: File) => void): Promise<Uint8Array> {
  const { FS } = await h5wasm.ready;
  const file = new h5wasm.File('written.h5', 'w');
  write(file);
  file.close();
  const bytes = FS.readFile('written.h5') as Uint8Array;
  FS.unlink('written.h5');
  return bytes;
}

/** A group of a layer that lists its weights, as Keras 2 writes it. */
function layerGroup(file: File, name: string, datasets: readonly NewDataset[]): void {
  const group = file.create_group(name);
  group.create_attribute(
    'weight_names',
    datasets.map(({ name: weight }) => weight),
  );
  for (const dataset of datasets) group.create_dataset(dataset);
}

const DENSE = chain(input(5), layer('Dense', 'd', { units: 3, use_bias: false }));
// 5 x 3 weights: row i holds i, 10 i, 100 i.
const VALUES = Array.from({ length: 15 }, (_, index) => Math.floor(index / 3) * 10 ** (index % 3));
const OUTPUTS = [[100, 1000, 10000]]; // the sum of 10 i over five rows, and of 100 i and 1000 i

async function expectRead(bytes: Uint8Array): Promise<void> {
  const { network } = await readKerasWeights(DENSE, bytes);
  expect(await evaluated(network, batchOf([[10, 10, 10, 10, 10]]))).toEqual(OUTPUTS);
}

const dataset = (more: Partial<NewDataset> = {}): NewDataset => ({
  name: 'kernel:0',
  data: Float32Array.from(VALUES),
  shape: [5, 3],
  ...more,
});

test('weights and lists of weights of other kinds are refused with a reason', async () => {
  const text = await written((file) => layerGroup(file, 'd', [{ name: 'kernel:0', data: ['a', 'b'] }]));
  await expect(readKerasWeights(DENSE, text)).rejects.toThrow("'d/kernel:0' must hold numbers: text");
  const numbers = await written((file) => {
    file.create_group('d').create_attribute('weight_names', Float32Array.of(1));
  });
  await expect(readKerasWeights(DENSE, numbers)).rejects.toThrow("attribute 'weight_names' must be text: numbers");
  const missing = await written((file) => {
    file.create_group('d').create_attribute('weight_names', ['kernel:0']);
  });
  await expect(readKerasWeights(DENSE, missing)).rejects.toThrow("weights must exist: 'd/kernel:0'");
});

test('weights that lie in another file are not read', async () => {
  const bytes = await written((file) => {
    file.create_group('d').create_attribute('weight_names', ['kernel:0']);
    (file.get('d') as Group).create_external_link('/etc/passwd', '/', 'kernel:0');
  });
  await expect(readKerasWeights(DENSE, bytes)).rejects.toThrow("weights must exist: 'd/kernel:0'");
});

test('compressed weights are read', async () => {
  const more = { chunks: [2, 2], compression: 'gzip' as const };
  await expectRead(await written((file) => layerGroup(file, 'd', [dataset(more)])));
});

test('a list of weights that Keras cut into parts is read whole', async () => {
  const bytes = await written((file) => {
    const group = file.create_group('d');
    group.create_attribute('weight_names0', ['other:0']);
    group.create_attribute('weight_names1', ['kernel:0']);
    group.create_dataset(dataset());
  });
  await expectRead(bytes);
});

test('the weights of Keras 2.12 to 2.15 are found in the folder they call otherwise', async () => {
  const bytes = await written((file) => {
    let group: Group = file;
    for (const name of ['_layer_checkpoint_dependencies', 'dense', 'vars']) group = group.create_group(name);
    group.create_dataset(dataset({ name: '0' }));
  });
  await expectRead(bytes);
});

test('a group of hundreds of layers, with a tree of names of two levels, is read', async () => {
  const model = chain(input(2), layer('Dense', 'd', { units: 1, use_bias: false }));
  const { network } = await readKerasWeights(model, fixture('many_links.h5'));
  expect(await evaluated(network, batchOf([[5, 7]]))).toEqual([[7]]); // 0 · 5 + 1 · 7
  const last = chain(input(2), layer('Dense', 'layer_399', { units: 1, use_bias: false }));
  await readKerasWeights(last, fixture('many_links.h5'));
});
