import { openHdf5 } from '@spikewright/hdf5';
import { expect, test } from 'vitest';
import { bytesOf, changed, fixture, placeOf, written } from './files.js';

const MEGABYTE = 2 ** 20;
const simple = await written((file) => {
  file.create_dataset({ name: 'x', data: Float32Array.of(1, 2, 3, 4, 5), shape: [5] });
});

test('what is no HDF5 file is refused', () => {
  expect(() => openHdf5(new Uint8Array())).toThrow('Cannot read the HDF5 file: it must begin with \\x89HDF: 0 bytes');
  expect(() => openHdf5('file.h5' as never)).toThrow('it must be given as a Uint8Array: string');
  expect(() => openHdf5(null as never)).toThrow('it must be given as a Uint8Array: object');
  expect(() => openHdf5(changed(simple, 8, 9))).toThrow('its superblock must have version 0 to 3: 9');
  expect(() => openHdf5(changed(simple, 13, 4))).toThrow('its addresses must have 8 bytes: 4, 8');
});

test('a file is refused wherever it is cut, also where all that is read of it would be left', async () => {
  const latest = await written((file) => {
    file.create_dataset({ name: 'x', data: Float32Array.of(1), shape: [1] });
  }, 'v108');
  const rules = /^Cannot read the HDF5 file: (every address must lie|it must begin|it must be whole, \d+ bytes: \d+$)/;
  for (const whole of [simple, latest, fixture('latest.h5')]) {
    expect(openHdf5(whole).has('')).toBe(true);
    for (let length = 0; length < whole.length; length++) {
      expect(() => openHdf5(whole.subarray(0, length)), `${length}`).toThrow(rules);
    }
  }
});

test('absurd dimensions are refused before memory is taken', () => {
  // The shape [5], and the most that the axis may become.
  const at = placeOf(simple, String.fromCharCode(...bytesOf(5n), ...bytesOf(5n)));
  expect(at).toBeGreaterThan(0);
  for (const size of [2n ** 20n, 2n ** 40n, 2n ** 64n - 1n]) {
    const file = openHdf5(changed(simple, at, ...bytesOf(size)));
    expect(() => file.dataset('x')).toThrow('Cannot read the HDF5 file: every address must lie in it');
  }
});

test('a group that lies in itself is refused by tree(), and harmless by path', () => {
  const file = openHdf5(fixture('refused.h5'));
  expect(file.has('in itself/again/again/again/again')).toBe(true);
  const alone = openHdf5(fixture('endless.h5'));
  expect(() => alone.tree()).toThrow('groups must be nested at most 40 deep: 41');
});

test('a tree of 2^30 paths runs out of budget instead of memory', () => {
  const start = performance.now();
  expect(() => openHdf5(fixture('doubled.h5')).tree()).toThrow(RangeError);
  expect(performance.now() - start).toBeLessThan(5000);
});

test('a tree of names that points at itself is refused', () => {
  const tree = placeOf(simple, 'TREE');
  // Level 1 instead of 0, and the tree as its own child: 24 bytes of header, 8 of a key.
  const circular = changed(changed(simple, tree + 5, 1), tree + 32, ...bytesOf(BigInt(tree)));
  expect(() => openHdf5(circular).tree()).toThrow('a tree must be of one kind');
});

test('a small file that decompresses to more than its budget is refused, and read within a larger one', async () => {
  const data = new Float32Array(8 * MEGABYTE);
  const bomb = await written((file) => {
    const more = { chunks: [MEGABYTE], compression: 'gzip' as const, compression_opts: 9 };
    file.create_dataset({ name: 'zeros', data, shape: [data.length], ...more });
  });
  expect(bomb.length).toBeLessThan(MEGABYTE / 8);
  const rule = `what is read of it must fit the budget of ${16 * MEGABYTE + 16 * bomb.length} bytes`;
  expect(() => openHdf5(bomb).dataset('zeros')).toThrow(`Cannot read the HDF5 file: ${rule}`);
  // 32 MiB each for the stored form, the decompressed chunks and the numbers.
  expect(openHdf5(bomb, 128 * MEGABYTE).dataset('zeros').shape).toEqual([8 * MEGABYTE]);
});

test('a chunk that decompresses to more than its length is refused', async () => {
  const data = new Float32Array(1024);
  const bytes = await written((file) => {
    file.create_dataset({ name: 'x', data, shape: [1024], chunks: [1024], compression: 'gzip' });
  });
  // The chunk's size on its axis and, with it, the shape: 1024 become 512, which are 2048 bytes.
  let smaller = bytes;
  for (const [from, to] of [
    [
      [0, 4, 0, 0, 4, 0, 0, 0],
      [0, 2, 0, 0, 4, 0, 0, 0],
    ],
    [[...bytesOf(1024n)], [...bytesOf(512n)]],
  ] as const) {
    const at = placeOf(smaller, String.fromCharCode(...from));
    expect(at).toBeGreaterThan(0);
    smaller = changed(smaller, at, ...to);
  }
  expect(() => openHdf5(smaller).dataset('x')).toThrow('a chunk must have at most 2052 bytes');
});

test('the budget is one for all that is read of an open file', () => {
  const enough = openHdf5(simple, 10_000);
  const read = (): number => {
    for (let times = 0; ; times++) {
      try {
        enough.dataset('x');
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError);
        return times;
      }
    }
  };
  expect(read()).toBeGreaterThan(1);
  expect(() => openHdf5(simple, 10)).toThrow('what is read of it must fit the budget of 10 bytes');
  for (const budget of [-1, Number.NaN]) {
    expect(() => openHdf5(simple, budget)).toThrow(`the budget must be 0 or more: ${budget}`);
  }
});
