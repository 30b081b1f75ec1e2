import { openHdf5 } from '@spikewright/hdf5';
import { expect, test } from 'vitest';
import { fixture, listOf, placeOf } from './files.js';

const file = openHdf5(fixture('readable.h5'));

test('has() knows groups and datasets by their paths', () => {
  for (const path of ['', 'text', 'text/fixed', 'many/member 399']) expect(file.has(path), path).toBe(true);
  for (const path of ['none', 'none/x', 'text/none', 'half/x', 'many/member 400']) expect(file.has(path)).toBe(false);
});

test('a group of hundreds of members, with a tree of names of two levels, is read', () => {
  const bytes = fixture('readable.h5');
  const nodes: number[] = [];
  for (let at = placeOf(bytes, 'TREE'); at >= 0; at = placeOf(bytes, 'TREE', at + 1)) nodes.push(bytes[at + 5]!);
  expect(Math.max(...nodes)).toBeGreaterThan(0);
  expect(listOf(file.dataset('many/member 399'))).toEqual([3.5]);
  expect(file.dataset('many/member 0')).toEqual(file.dataset('half'));
});

test('tree() gives all groups and datasets, and what has two names twice', () => {
  const tree = file.tree();
  expect([...tree.keys()].sort()).toEqual(
    ['again', 'cube', 'empty', 'floats', 'half', 'integers', 'links', 'many', 'scalar', 'text', 'unwritten'].sort(),
  );
  expect(tree.get('again')).toEqual(file.dataset('cube'));
  const many = tree.get('many');
  expect(many).toBeInstanceOf(Map);
  expect((many as Map<string, unknown>).size).toBe(400);
});

test('links to other files and links by name are not followed', () => {
  expect(file.tree().get('links')).toEqual(new Map());
  for (const name of ['soft', 'external']) {
    expect(file.has(`links/${name}`)).toBe(false);
  }
});

test('a dataset must be there and be one', () => {
  expect(() => file.dataset('none')).toThrow(ReferenceError);
  expect(() => file.dataset('none')).toThrow("Cannot read the HDF5 file: a dataset must exist: 'none'");
  expect(() => file.dataset('text')).toThrow("Cannot read the HDF5 file: 'text' must be a dataset: a group");
});

test.each(['bool', 'complex', 'lists', 'bits'])('values that are neither numbers nor text are refused: %s', (name) => {
  const refused = openHdf5(fixture('refused.h5'));
  expect(() => refused.dataset(name)).toThrow(`dataset '${name}' must hold numbers or text: something else of`);
});

test('attributes that are neither numbers nor text, and other compression, are refused', () => {
  const refused = openHdf5(fixture('refused.h5'));
  expect(() => refused.attribute('', 'bool')).toThrow("attribute 'bool' must hold numbers or text: something else");
  expect(() => refused.dataset('lzf')).toThrow('datasets may be compressed by gzip only: filter 32000');
});

test('the newest form of HDF5 is read where it is small, and refused with a reason elsewhere', () => {
  const latest = openHdf5(fixture('latest.h5'));
  expect(listOf(latest.dataset('small/values'))).toEqual([0, 1, 2]);
  const rule = "stored as h5py's default libver='earliest' does";
  expect(() => latest.dataset('chunks')).toThrow(`datasets must be ${rule}: layout 4.2`);
  expect(() => latest.has('many/member 0')).toThrow(`its groups must be ${rule}: links in a heap`);
  expect(() => latest.attribute('small', 'attribute 0')).toThrow(`attributes must be ${rule}: attributes in a heap`);
});
