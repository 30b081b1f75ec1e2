import { type ImageSet, imageSet } from '@spikewright/datasets';

/** `count` images of two pixels; image i has the pixels i and 255 - i, and the label i % 3. */
export function tinySet(count: number): ImageSet {
  return imageSet({
    name: 'tiny',
    shape: [2],
    pixels: Uint8Array.from({ length: 2 * count }, (_, i) => (i % 2 === 0 ? i / 2 : 255 - (i - 1) / 2)),
    labels: Int32Array.from({ length: count }, (_, i) => i % 3),
    classNames: ['a', 'b', 'c'],
  });
}
