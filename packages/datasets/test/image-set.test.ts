import { type ImageSetParts, imageSet } from '@spikewright/datasets';
import { expect, test } from 'vitest';

const parts: ImageSetParts = {
  name: 'two',
  shape: [1, 2, 1],
  pixels: Uint8Array.of(1, 2, 3, 4),
  labels: Int32Array.of(1, 0),
  classNames: ['no', 'yes'],
};

test('imageSet takes all images in order, without a copy', () => {
  const set = imageSet(parts);
  expect(set.indices).toEqual(Uint32Array.of(0, 1));
  expect(set.pixels).toBe(parts.pixels);
});

test.each<[string, Partial<ImageSetParts>, string]>([
  ['a shape of no size', { shape: [0, 2] }, 'the sizes of an image must be whole numbers from 1: 0 × 2'],
  ['missing pixels', { pixels: new Uint8Array(3) }, '2 labelled images of 1 × 2 × 1 have 4 pixels: 3'],
  ['a label without a class', { labels: Int32Array.of(0, 2) }, 'label 1 must be from 0 to 1: 2'],
  ['a negative label', { labels: Int32Array.of(-1, 0) }, 'label 0 must be from 0 to 1: -1'],
])('imageSet refuses %s', (_, change, message) => {
  expect(() => imageSet({ ...parts, ...change })).toThrow(new RangeError(`Cannot make data set two: ${message}`));
});
