import {
  type AvgPool2d,
  type Conv2d,
  type Dense,
  elements,
  type Padding,
  type Scale,
  type Shape,
  slidingWindow,
  type Window,
} from '@spikewright/snn-core';
import { channelsFirst, placesOf, spread, transpose } from '../axes.js';
import { unwritable } from '../errors.js';
import { type Field, type NirNode, plainNode, tensor, whole } from '../nir-graph.js';

/** NIR's Conv2d: weight `[out, in / groups, height, width]`, and always a bias. */
export function convNode(node: Conv2d, input: Shape): NirNode {
  const { kernel, bias, strides, dilation, groups, padding, name } = node;
  const [height, width, , out] = kernel.shape;
  const window = slidingWindow(input, [height, width], strides, padding, dilation);
  return plainNode('Conv2d', {
    input_shape: whole(input[0], input[1]),
    weight: transpose(kernel, [3, 2, 0, 1]),
    bias: bias ?? tensor([out], new Float32Array(out)),
    stride: whole(...strides),
    padding: zeros(name, padding, window, strides),
    dilation: whole(...dilation),
    groups: tensor([], [groups]),
  });
}

/** Zeros on both sides alike, or the word `same`, which in NIR goes with strides of 1. */
function zeros(name: string, padding: Padding, { rows, columns }: Window, strides: readonly number[]): Field {
  if (padding === 'valid') return whole(0, 0);
  if (padding !== 'same') {
    const [top, bottom, left, right] = padding;
    if (top === bottom && left === right) return whole(top, left);
  } else {
    const after = [rows, columns].map(
      ({ input, output, kernel, stride, dilation, before }) =>
        Math.max(0, (output - 1) * stride + (kernel - 1) * dilation + 1 - input) - before,
    );
    if (after[0] === rows.before && after[1] === columns.before) return whole(rows.before, columns.before);
    if (strides.every((stride) => stride === 1)) return 'same';
  }
  throw unwritable(name, 'NIR pads both sides of an image alike', padding);
}

/** NIR's Affine or Linear: weight `[out, in]`, its columns in the order that NIR flattens the image. */
export function denseNode({ kernel, bias }: Dense, image: Shape | undefined): NirNode {
  const [from, to] = kernel.shape;
  const places = placesOf(image ?? [from]);
  const weight = new Float32Array(from * to);
  for (let out = 0; out < to; out++) {
    for (let place = 0; place < from; place++) weight[out * from + place] = kernel.data[places[place] * to + out];
  }
  const fields = { weight: { shape: [to, from], data: weight } };
  return bias ? plainNode('Affine', { ...fields, bias }) : plainNode('Linear', fields);
}

/** NIR's AvgPool2d, of which it is not said whether padding counts. */
export function poolNode({ name, size, strides, padding }: AvgPool2d, input: Shape): NirNode {
  const { rows, columns } = slidingWindow(input, size, strides, padding);
  const isInside = [rows, columns].every(
    ({ before, output, stride, kernel, input: length }) => before === 0 && (output - 1) * stride + kernel <= length,
  );
  if (!isInside) throw unwritable(name, 'NIR does not say how the mean of a window counts padding', padding);
  return plainNode('AvgPool2d', { kernel_size: whole(...size), stride: whole(...strides), padding: whole(0, 0) });
}

/** NIR's Scale: a factor for each element. */
export function scaleNode({ name, factor, bias }: Scale, input: Shape, image: Shape | undefined): NirNode {
  if (bias) throw unwritable(name, "NIR's Scale has no bias (fold it into a layer with weights)", [...bias.data]);
  return plainNode('Scale', { scale: eachElement(spread(factor, input), input, image) });
}

/** Values of all elements in NIR's order. */
export function eachElement(values: Float32Array, shape: Shape, image: Shape | undefined): Field {
  const places = placesOf(image ?? shape);
  const ordered = Float32Array.from({ length: elements(shape) }, (_, place) => values[places[place]]);
  return { shape: channelsFirst(shape), data: ordered };
}
