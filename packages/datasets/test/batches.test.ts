import { batches, idxImageSet, imageSet, mnist, shuffle } from '@spikewright/datasets';
import type { Batch } from '@spikewright/snn-core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { tinySet } from './tiny-set.js';

async function collect(all: AsyncIterable<Batch>): Promise<Batch[]> {
  const list: Batch[] = [];
  for await (const batch of all) list.push(batch);
  return list;
}

test('batches divides bytes by 255 and makes the last batch smaller', async () => {
  const list = await collect(batches(tinySet(3), { size: 2 }));
  // Image i has the pixels i and 255 - i.
  expect(list).toEqual([
    {
      size: 2,
      data: Float32Array.of(0 / 255, 255 / 255, 1 / 255, 254 / 255),
      labels: Int32Array.of(0, 1),
      indices: Uint32Array.of(0, 1),
    },
    { size: 1, data: Float32Array.of(2 / 255, 253 / 255), labels: Int32Array.of(2), indices: Uint32Array.of(2) },
  ]);
});

test('batches gives floats as they are', async () => {
  const floats = { name: 'f', shape: [2], labels: Int32Array.of(0), classNames: ['a'] };
  const [batch] = await collect(batches(imageSet({ ...floats, pixels: Float32Array.of(-1.5, 3) })));
  expect(batch!.data).toEqual(Float32Array.of(-1.5, 3));
});

test('batches starts anew at each loop', async () => {
  const all = batches(tinySet(5), { size: 2 });
  expect(await collect(all)).toEqual(await collect(all));
});

test('batches keeps the order and the places in the whole set, whatever the size', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(40), fc.integer({ min: 1, max: 50 }), fc.nat(1000), async (count, size, seed) => {
      const set = shuffle(tinySet(count), seed);
      const list = await collect(batches(set, { size }));
      expect(list.flatMap(({ indices }) => [...indices])).toEqual([...set.indices]);
      expect(list.flatMap(({ data }) => [...data])).toEqual(
        [...set.indices].flatMap((i) => [Math.fround(i / 255), Math.fround((255 - i) / 255)]),
      );
      expect(list.flatMap(({ labels }) => [...labels!])).toEqual([...set.indices].map((i) => i % 3));
      expect(list.slice(0, -1).every((batch) => batch.size === size)).toBe(true);
    }),
  );
});

test.each([
  [0, 'at least 1'],
  [1.5, 'a whole number'],
  [Number.NaN, 'a whole number'],
])('batches refuses the size %d', (size, rule) => {
  expect(() => batches(tinySet(3), { size })).toThrow(
    new RangeError(`Cannot make batches: size must be ${rule}: ${size}`),
  );
});

test('batches, mnist and idxImageSet refuse a misspelt option', async () => {
  expect(() => batches(tinySet(3), { sise: 2 } as never)).toThrow(
    "Cannot make batches: the option must be one of size: 'sise'",
  );
  await expect(mnist('test', { directry: '.' } as never)).rejects.toThrow("'directry'");
  await expect(idxImageSet({ images: 'a', labels: 'b', nam: 'c' } as never)).rejects.toThrow("'nam'");
});
