import { elements, type Shape } from '@spikewright/snn-core';

/** What a data set is made of. */
export interface ImageSetParts {
  readonly name: string;
  /** Shape of one image: `[height, width, channels]`, or `[features]`. */
  readonly shape: Shape;
  /** All images one after another: bytes 0 to 255, or floats, which are used as they are. */
  readonly pixels: Uint8Array | Float32Array;
  /** The class of each image, from 0. */
  readonly labels: Int32Array;
  /** One name for each class. */
  readonly classNames: readonly string[];
}

/** What belongs to a data set, or to a part of it. */
export interface Selection {
  readonly name: string;
  /** The places in the whole data set that belong to this one, in its order. */
  readonly indices: Uint32Array;
}

/** Labelled images, or a selection of them: parts of one data set share its pixels and differ in their indices. */
export interface ImageSet extends ImageSetParts {
  /** The places in `pixels` and `labels` that belong to this set, in its order. */
  readonly indices: Uint32Array;
}

/**
 * Makes a data set of all the given images, in order.
 *
 * @throws RangeError when lengths, shape and labels do not fit together
 */
export function imageSet(parts: ImageSetParts): ImageSet {
  const { name, shape, pixels, labels, classNames } = parts;
  const action = `Cannot make data set ${name}`;
  if (!shape.every((axis) => Number.isInteger(axis) && axis > 0)) {
    throw new RangeError(`${action}: the sizes of an image must be whole numbers from 1: ${shape.join(' × ')}`);
  }
  const expected = labels.length * elements(shape);
  if (pixels.length !== expected) {
    throw new RangeError(
      `${action}: ${labels.length} labelled images of ${shape.join(' × ')} have ${expected} pixels: ${pixels.length}`,
    );
  }
  const wrong = labels.findIndex((label) => label < 0 || label >= classNames.length);
  if (wrong >= 0) {
    throw new RangeError(`${action}: label ${wrong} must be from 0 to ${classNames.length - 1}: ${labels[wrong]}`);
  }
  return { name, shape, pixels, labels, classNames, indices: Uint32Array.from(labels, (_, place) => place) };
}
