import { type Hdf5, openHdf5 } from '@spikewright/hdf5';
import { type Attribute, Dataset, Group } from 'h5wasm';
import { expect, test } from 'vitest';
import { kerasFixture, listOf, withLibrary } from './files.js';

/** What the HDF5 library read: numbers of any type, or texts. */
const plain = (value: Attribute['value']): unknown[] =>
  ArrayBuffer.isView(value) || Array.isArray(value)
    ? Array.from(value as ArrayLike<unknown>, (one) => (typeof one === 'string' ? one : Math.fround(Number(one))))
    : [typeof value === 'string' ? value : Math.fround(Number(value))];

/** Compares all that lies in a group and returns how many datasets and attributes that were. */
function compare(file: Hdf5, group: Group, path: string): number {
  let compared = 0;
  for (const [name, { value }] of Object.entries(group.attrs)) {
    expect(listOf(file.attribute(path, name)), `${path} ${name}`).toEqual(plain(value));
    compared++;
  }
  for (const name of group.keys()) {
    const [member, at] = [group.get(name), path === '' ? name : `${path}/${name}`];
    if (member instanceof Group) compared += compare(file, member, at);
    else if (member instanceof Dataset) {
      const value = file.dataset(at);
      expect(value.shape, at).toEqual(member.shape);
      expect(listOf(value), at).toEqual(plain(member.value));
      compared++;
    }
  }
  return compared;
}

const FILES = ['plain.h5', 'branches.h5', 'sequence.h5', 'nested.h5', 'nested.weights.h5', 'channels_first.h5'];

test.each(FILES)('the HDF5 library reads the same from a file that Keras wrote: %s', async (name) => {
  const bytes = kerasFixture(name);
  let compared = 0;
  await withLibrary(bytes, (file) => {
    compared = compare(openHdf5(bytes), file, '');
  });
  expect(compared).toBeGreaterThan(3);
});
