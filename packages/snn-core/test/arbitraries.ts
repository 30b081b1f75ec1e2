import type { Padding, Shape } from '@spikewright/snn-core';
import fc from 'fast-check';

const size = (most: number): fc.Arbitrary<number> => fc.integer({ min: 1, max: most });
const pair = (most: number): fc.Arbitrary<[number, number]> => fc.tuple(size(most), size(most));
const zeros = fc.integer({ min: 0, max: 2 });

export const seeds: fc.Arbitrary<number> = fc.integer({ min: 0, max: 2 ** 32 - 1 });

export const paddings: fc.Arbitrary<Padding> = fc.oneof(
  fc.constantFrom<Padding>('valid', 'same'),
  fc.tuple(zeros, zeros, zeros, zeros),
);

/** A convolution of any kind whose window fits its image. */
export interface AnyConv {
  readonly image: Shape;
  readonly kernel: Shape;
  readonly size: [number, number];
  readonly strides: [number, number];
  readonly dilation: [number, number];
  readonly padding: Padding;
  readonly groups: number;
  readonly seed: number;
}

export const convolutions: fc.Arbitrary<AnyConv> = fc
  .record({
    sizes: pair(6),
    taps: pair(3),
    strides: pair(3),
    dilation: pair(2),
    padding: paddings,
    groups: size(3),
    perGroup: pair(2),
    seed: seeds,
  })
  .map(({ sizes, taps, groups, perGroup, ...rest }) => ({
    ...rest,
    groups,
    size: taps,
    image: [...sizes, groups * perGroup[0]],
    kernel: [...taps, perGroup[0], groups * perGroup[1]],
  }))
  .filter(fits);

/** A pooling window that fits its image and never lies on padding alone. */
export const pools: fc.Arbitrary<Omit<AnyConv, 'kernel' | 'groups'>> = fc
  .record({ sizes: pair(6), channels: size(3), size: pair(3), strides: pair(3), padding: paddings, seed: seeds })
  .map(({ sizes, channels, ...rest }) => ({
    ...rest,
    dilation: [1, 1] as [number, number],
    image: [...sizes, channels],
  }))
  .filter(fits)
  .filter(({ padding, size }) => typeof padding === 'string' || padding.every((n, side) => n < size[side >> 1]));

function fits({ image, size, dilation, padding }: Pick<AnyConv, 'image' | 'size' | 'dilation' | 'padding'>): boolean {
  if (padding === 'same') return true;
  const [top, bottom, left, right] = padding === 'valid' ? [0, 0, 0, 0] : padding;
  const reach = (axis: 0 | 1): number => (size[axis] - 1) * dilation[axis] + 1;
  return reach(0) <= image[0] + top + bottom && reach(1) <= image[1] + left + right;
}
