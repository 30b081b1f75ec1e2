import { join } from 'node:path';
import { imageFolder } from '@spikewright/datasets';
import { encode as encodePng, type PngDataArray } from 'fast-png';
import { encode as encodeJpeg } from 'jpeg-js';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from './temporary-folder.js';

const png = (channels: number, data: readonly number[], more: object = {}): Uint8Array =>
  encodePng({ width: 2, height: 1, channels, data: Uint8Array.from(data), ...more });
const flat = { width: 2, height: 1, data: Uint8Array.from([100, 100, 100, 255, 100, 100, 100, 255]) };
const jpeg = Uint8Array.from(encodeJpeg(flat, 100).data);
const red = png(3, [255, 0, 0, 0, 255, 0]);
const broken = red.slice();
broken[45]! ^= 1;
const huge = red.slice();
huge.set([255, 255, 255, 255], 16);
const deep: PngDataArray = Uint16Array.of(1, 2);

const folder = await temporaryFolder({
  'good/cat/b.png': png(1, [7, 8]),
  'good/cat/a.PNG': red,
  'good/cat/notes.txt': 'left out',
  'good/dog/a.jpeg': jpeg,
  'good/dog/b.png': png(4, [1, 2, 3, 255, 4, 5, 6, 255]),
  'good/dog/c.png': png(2, [9, 255, 10, 255]),
  'good/dog/d.png': png(1, [0b0100_0000], {
    depth: 1,
    palette: [
      [1, 1, 1],
      [2, 3, 4],
    ],
  }),
  'good/.git/x': 'left out',
  'good/README': 'left out',
  'sizes/cat/a.png': red,
  'sizes/cat/b.png': encodePng({ width: 1, height: 1, channels: 1, data: Uint8Array.of(1) }),
  'nested/cat/more/a.png': red,
  'vacant/cat/a.txt': '',
  'flat/a.png': red,
  'text/cat/a.png': 'hello',
  'broken/cat/a.png': broken,
  'cut/cat/a.png': red.subarray(0, 50),
  'header/cat/a.png': red.subarray(0, 18),
  'huge/cat/a.png': huge,
  'jpeg/cat/a.jpg': jpeg.subarray(0, 200),
  'clear/cat/a.png': png(4, [1, 2, 3, 255, 4, 5, 6, 254]),
  'deep/cat/a.png': png(1, [], { data: deep, depth: 16 }),
});
const at = (name: string): string => join(folder, name);

describe('imageFolder', () => {
  test('reads classes and files in the order of their names, in colour', async () => {
    const { name, shape, pixels, labels, classNames } = await imageFolder({ folder: at('good') });
    expect({ name, shape, classNames }).toEqual({ name: at('good'), shape: [1, 2, 3], classNames: ['cat', 'dog'] });
    expect([...labels]).toEqual([0, 0, 1, 1, 1, 1]);
    const rows = Array.from({ length: 6 }, (_, image) => [...pixels.subarray(image * 6, image * 6 + 6)]);
    expect(rows).toEqual([
      [255, 0, 0, 0, 255, 0],
      [7, 7, 7, 8, 8, 8],
      [100, 100, 100, 100, 100, 100],
      [1, 2, 3, 4, 5, 6],
      [9, 9, 9, 10, 10, 10],
      [1, 1, 1, 2, 3, 4],
    ]);
  });

  test('reads them in grey', async () => {
    const { shape, pixels } = await imageFolder({ folder: at('good'), channels: 1, name: 'pets' });
    expect(shape).toEqual([1, 2, 1]);
    // 0.299 · 255 = 76.2 and 0.587 · 255 = 149.7; 0.299 + 1.174 + 0.342 = 1.8; 1.196 + 2.935 + 0.684 = 4.8; and
    // 0.598 + 1.761 + 0.456 = 2.8; grey stays as it is.
    expect([...pixels]).toEqual([76, 150, 7, 8, 100, 100, 2, 5, 9, 10, 1, 3]);
  });

  test.each([
    ['sizes', RangeError, /cat\/b\.png: all images must have the size of the first, 1 × 2; resize them first: 1 × 1$/],
    ['nested', RangeError, /nested\/cat: a class must have no folders of its own: more$/],
    ['vacant', RangeError, /vacant\/cat: a class must have an image \(\.png, \.jpg, \.jpeg\): it has none$/],
    ['flat', ReferenceError, /flat: it must have a folder for each class, images in it: it has none$/],
    ['missing', ReferenceError, /missing: the folder must exist and be readable: ENOENT/],
    ['text', TypeError, /a\.png: an image must begin as PNG or JPEG does, 89 50 4e 47 or ff d8: 68 65 6c 6c$/],
    ['broken', TypeError, /a\.png: the image must be whole: /],
    ['cut', TypeError, /a\.png: the image must be whole: /],
    ['header', TypeError, /a\.png: the image must be whole: /],
    ['huge', RangeError, /a\.png: the number of pixels must be at most 1073741824: 4294967295$/],
    ['jpeg', TypeError, /a\.jpg: the image must be whole: /],
    ['clear', TypeError, /a\.png: every pixel must be opaque; put a background behind them: opacity 254 of 255$/],
    ['deep', TypeError, /a\.png: a PNG must have 8 bits a sample or a palette; save it so: 16$/],
  ])('refuses a folder that is %s', async (name, type, message) => {
    const refusal = imageFolder({ folder: at(name) });
    await expect(refusal).rejects.toThrow(message);
    await expect(refusal).rejects.toBeInstanceOf(type);
  });

  test('refuses options out of range, and heeds the limit', async () => {
    const good = { folder: at('good') };
    await expect(imageFolder({ ...good, channels: 2 as never })).rejects.toThrow(
      new RangeError('Cannot read images: channels must be 1 (grey) or 3 (colour): 2'),
    );
    await expect(imageFolder({ ...good, limit: 0 })).rejects.toThrow('limit must be at least 1: 0');
    await expect(imageFolder({ ...good, limit: 35 })).rejects.toThrow('the file must have at most 35 bytes');
    await expect(imageFolder({ ...good, colour: true } as never)).rejects.toThrow("'colour'");
  });

  test('heeds the limit of all pixels together', async () => {
    const files = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`a/${i}.png`, red]));
    const many = await temporaryFolder(files);
    // 20 images of 6 bytes; a file has fewer than 100 bytes.
    await expect(imageFolder({ folder: many, limit: 119 })).rejects.toThrow(
      new RangeError('Cannot read images: bytes of all pixels must be at most 119: 120'),
    );
  });
});
