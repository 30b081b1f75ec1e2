import { slidingWindow } from '@spikewright/snn-core';
import { type Layer, numberOf, numbersOf, textOf } from './layer.js';
import type { Activation, Sides } from './values.js';

/** How a window slides over an image. */
export interface Sliding {
  readonly size: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly dilation: readonly [number, number];
  /** Zeros that the layer itself puts around the image. */
  readonly padding: Sides;
  /** Further zeros at the end, where the last window is cut off but counts (`ceil_mode`). */
  readonly cut: Sides;
}

/** Reads the window attributes of a convolution or pooling. */
export function slidingOf(layer: Layer, image: Activation, size: readonly [number, number]): Sliding {
  const strides = pairOf(layer, 'strides');
  const dilation = pairOf(layer, 'dilations');
  const [top, bottom, left, right] = image.pad ?? [0, 0, 0, 0];
  const [height, width] = [image.shape[0] + top + bottom, image.shape[1] + left + right];
  const axes = [
    { input: height, reach: (size[0] - 1) * dilation[0] + 1, stride: strides[0] },
    { input: width, reach: (size[1] - 1) * dilation[1] + 1, stride: strides[1] },
  ];
  const padding = paddingOf(layer, axes);
  const rounding = numberOf(layer, 'ceil_mode', 0) !== 0;
  const cut = axes.map((axis, i) => (rounding ? cutOff(axis, padding[2 * i], padding[2 * i + 1]) : 0));
  return { size, strides, dilation, padding, cut: [0, cut[0], 0, cut[1]] };
}

interface Axis {
  readonly input: number;
  readonly reach: number;
  readonly stride: number;
}

function paddingOf(layer: Layer, axes: readonly Axis[]): Sides {
  const word = textOf(layer, 'auto_pad', 'NOTSET');
  if (word === 'VALID') return [0, 0, 0, 0];
  if (word === 'SAME_UPPER' || word === 'SAME_LOWER') {
    const [[top, bottom], [left, right]] = axes.map(({ input, reach, stride }) => {
      const all = Math.max(0, (Math.ceil(input / stride) - 1) * stride + reach - input);
      const less = Math.floor(all / 2);
      return word === 'SAME_UPPER' ? [less, all - less] : [all - less, less];
    });
    return [top, bottom, left, right];
  }
  if (word !== 'NOTSET') throw new TypeError(`auto_pad must be NOTSET, VALID, SAME_UPPER or SAME_LOWER: ${word}`);
  const [top, left, bottom, right] = numbersOf(layer, 'pads') ?? [0, 0, 0, 0];
  return [top, bottom, left, right];
}

/** Positions after the padding that a last window reaches; it has to begin before them. */
function cutOff({ input, reach, stride }: Axis, before: number, after: number): number {
  const room = input + before + after - reach;
  let windows = Math.ceil(room / stride) + 1;
  if ((windows - 1) * stride >= input + before) windows--;
  return Math.max(0, (windows - 1) * stride - room);
}

function pairOf(layer: Layer, name: string): [number, number] {
  const values = numbersOf(layer, name) ?? [1, 1];
  if (values.length !== 2 || !values.every((value) => Number.isSafeInteger(value) && value >= 1)) {
    throw new TypeError(`${name} must be two whole numbers of at least 1: [${values}]`);
  }
  return [values[0], values[1]];
}

/** The size of a pooling window. */
export function kernelShape(layer: Layer): [number, number] {
  if (!layer.attributes.has('kernel_shape')) throw new TypeError('its kernel_shape must be given');
  return pairOf(layer, 'kernel_shape');
}

/** Two paddings, one around the other. */
export const addSides = (a: Sides, b: Sides = [0, 0, 0, 0]): Sides => [
  a[0] + b[0],
  a[1] + b[1],
  a[2] + b[2],
  a[3] + b[3],
];

/** Whether there is any padding. */
export const isPadded = (sides: Sides): boolean => sides.some((zeros) => zeros !== 0);

/** How many windows of a pooling fit; used to look before weights are made for them. */
export const windowsFit = (image: Activation, { size, strides, padding }: Sliding): boolean => {
  const { rows, columns } = slidingWindow(image.shape, size, strides, addSides(padding, image.pad));
  return rows.output >= 1 && columns.output >= 1;
};
