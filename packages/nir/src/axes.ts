import { elements, type Shape, type Tensor } from '@spikewright/snn-core';

// NIR puts channels first, Spikewright last.

/** The shape of a sample in NIR: `[h, w, c]` becomes `[c, h, w]`. */
export const channelsFirst = (shape: Shape): Shape => (shape.length === 3 ? [shape[2], shape[0], shape[1]] : shape);

/** The shape of a sample here: `[c, h, w]` becomes `[h, w, c]`. */
export const channelsLast = (shape: Shape): Shape => (shape.length === 3 ? [shape[1], shape[2], shape[0]] : shape);

/** For each place in NIR's order of an image `[h, w, c]`, the place here. */
export function placesOf(image: Shape): Uint32Array {
  if (image.length !== 3) return Uint32Array.from({ length: elements(image) }, (_, place) => place);
  const [height, width, channels] = image;
  const area = height * width;
  return Uint32Array.from(
    { length: area * channels },
    (_, place) => (place % area) * channels + Math.floor(place / area),
  );
}

/** Reorders the axes of a tensor: axis i of the result is axis `order[i]` of the given one. */
export function transpose({ shape, data }: Tensor, order: readonly number[]): Tensor {
  const strides = shape.map((_, axis) => elements(shape.slice(axis + 1)));
  const to = order.map((axis) => shape[axis]);
  const result = new Float32Array(data.length);
  const at = to.map(() => 0);
  for (let place = 0; place < result.length; place++) {
    let from = 0;
    for (let axis = 0; axis < at.length; axis++) from += at[axis] * strides[order[axis]];
    result[place] = data[from];
    for (let axis = at.length - 1; axis >= 0 && ++at[axis] === to[axis]; axis--) at[axis] = 0;
  }
  return { shape: to, data: result };
}

/** Writes one value for all, one a channel, or one for each element out for each element. */
export function spread({ shape, data }: Tensor, over: Shape): Float32Array {
  const size = elements(over);
  if (shape.length > 0 && data.length === size) return data;
  return Float32Array.from({ length: size }, (_, place) => data[shape.length === 0 ? 0 : place % data.length]);
}

/** Takes the values that {@link spread} wrote out back to a shape: `[]`, one a channel, or one for each element. */
export const gather = (values: Float32Array, shape: Shape): Tensor => ({
  shape,
  data: values.slice(0, elements(shape)),
});

/** Puts values of all elements from NIR's order into the order here. */
export function fromNirOrder(values: Float32Array, image: Shape): Float32Array {
  const result = new Float32Array(values.length);
  placesOf(image).forEach((place, index) => {
    result[place] = values[index];
  });
  return result;
}

/** A kernel `[in, out]` from a weight `[out, in]` whose columns are in NIR's order of an image. */
export function denseKernel({ shape: [to, from], data }: Tensor, image: Shape): Tensor {
  const kernel = new Float32Array(data.length);
  placesOf(image).forEach((place, column) => {
    for (let out = 0; out < to; out++) kernel[place * to + out] = data[out * from + column];
  });
  return { shape: [from, to], data: kernel };
}
