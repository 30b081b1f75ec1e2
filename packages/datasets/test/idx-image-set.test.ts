import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { idxImageSet } from '@spikewright/datasets';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { gzipped, idxBytes } from './idx-bytes.js';

let folder = '';
const at = (name: string): string => join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'spikewright-datasets-'));
  const images = idxBytes(0x08, [2, 1, 3], [1, 2, 3, 4, 5, 6]);
  await writeFile(at('images'), images);
  await writeFile(at('images.gz'), gzipped(images));
  await writeFile(at('cut'), images.subarray(0, 21));
  await writeFile(at('text'), 'hello');
  await writeFile(at('colour'), idxBytes(0x08, [2, 1, 1, 3], [1, 2, 3, 4, 5, 6]));
  await writeFile(at('ints'), idxBytes(0x0b, [2, 1, 1], [0, 1, 0, 2]));
  await writeFile(at('labels'), idxBytes(0x08, [2], [2, 0]));
  await writeFile(at('labels3'), idxBytes(0x08, [3], [2, 0, 1]));
  await writeFile(at('floats'), idxBytes(0x0d, [1], [0, 0, 0, 0]));
});
afterAll(() => rm(folder, { recursive: true }));

describe('idxImageSet', () => {
  test('reads a pair of files, plain or gzip, by path or URL', async () => {
    const set = await idxImageSet({ images: at('images'), labels: at('labels'), name: 'pair' });
    expect(set).toEqual({
      name: 'pair',
      shape: [1, 3, 1],
      pixels: Uint8Array.of(1, 2, 3, 4, 5, 6),
      labels: Int32Array.of(2, 0),
      classNames: ['0', '1', '2'],
      indices: Uint32Array.of(0, 1),
    });
    const zipped = { images: pathToFileURL(at('images.gz')), labels: pathToFileURL(at('labels')), name: 'pair' };
    expect(await idxImageSet(zipped)).toEqual(set);
  });

  test('keeps the channels of colour images', async () => {
    const { shape, name } = await idxImageSet({ images: at('colour'), labels: at('labels') });
    expect(shape).toEqual([1, 1, 3]);
    expect(name).toBe(at('colour'));
  });

  test.each([
    ['missing', 'labels', ReferenceError, 'missing: the file must exist and be readable: ENOENT'],
    ['labels', 'labels', TypeError, 'labels: images must be count × height × width, or also × channels: 2'],
    ['ints', 'labels', TypeError, 'ints: images must be bytes or floats: Int16Array'],
    ['images', 'images', TypeError, 'images: labels must have one axis: 2 × 1 × 3'],
    ['images', 'floats', TypeError, 'floats: labels must be whole numbers: Float32Array'],
    ['text', 'labels', TypeError, 'text: a file must begin with 00 00, an element type'],
    ['cut', 'labels', RangeError, 'cut: a file of sizes 2 × 1 × 3 has 22 bytes: 21'],
    ['images', 'labels3', RangeError, 'images: 3 labelled images of 1 × 3 × 1 have 9 pixels: 6'],
  ])('refuses images %s with labels %s', async (images, labels, type, message) => {
    const refusal = idxImageSet({ images: at(images), labels: at(labels) });
    await expect(refusal).rejects.toThrow(message);
    await expect(refusal).rejects.toBeInstanceOf(type);
  });

  test('names the file that it refuses, and heeds the limit', async () => {
    await expect(idxImageSet({ images: at('images'), labels: at('labels'), limit: 20 })).rejects.toThrow(
      new RangeError(`Cannot read ${at('images')}: the file must have at most 20 bytes: 22`),
    );
  });
});
