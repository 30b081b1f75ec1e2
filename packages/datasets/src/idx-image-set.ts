import { requireKnown, type Shape } from '@spikewright/snn-core';
import { type ImageSet, imageSet } from './image-set.js';
import { readBytes } from './read-bytes.js';
import { type IdxArray, type ReadIdxOptions, readIdx } from './read-idx.js';

/** Where a data set of two idx files lies, and what it is called. */
export interface IdxImageSetOptions extends ReadIdxOptions {
  /** Path of the images, plain or gzip; bytes or 32-bit floats, `[count, height, width]` or `[count, height, width, channels]`. */
  readonly images: string | URL;
  /** Path of the labels, plain or gzip; whole numbers, `[count]`. */
  readonly labels: string | URL;
  /**
   * A name for messages and results.
   *
   * @defaultValue the path of the images
   */
  readonly name?: string;
  /**
   * One name for each class.
   *
   * @defaultValue '0', '1', … up to the largest label
   */
  readonly classNames?: readonly string[];
}

/**
 * Reads a data set from a pair of idx files on disk (MNIST, Fashion-MNIST, KMNIST, EMNIST). Needs Node.
 *
 * @throws ReferenceError when a file does not exist
 * @throws TypeError when a file is not idx, or holds other elements or axes than these
 * @throws RangeError when sizes contradict one another, or a file exceeds the limit
 */
export async function idxImageSet(options: IdxImageSetOptions): Promise<ImageSet> {
  requireKnown('read images', options, ['images', 'labels', 'name', 'classNames', 'limit']);
  const { name = String(options.images) } = options;
  const images = await readIdxFile(options.images, options);
  const { data: pixels } = images;
  if (!(pixels instanceof Uint8Array || pixels instanceof Float32Array)) {
    throw new TypeError(`Cannot read ${options.images}: images must be bytes or floats: ${pixels.constructor.name}`);
  }
  const shape = imageShape(images, options.images);
  const labels = classes(await readIdxFile(options.labels, options), options.labels);
  const { classNames = numbered(labels) } = options;
  return imageSet({ name, shape, pixels, labels, classNames });
}

async function readIdxFile(path: string | URL, { limit = 2 ** 30 }: ReadIdxOptions): Promise<IdxArray> {
  const bytes = await readBytes(path, limit);
  try {
    return await readIdx(bytes, { limit });
  } catch (cause) {
    throw withPath(path, cause);
  }
}

/** The same error with the path in place of "idx". */
function withPath(path: string | URL, cause: unknown): unknown {
  if (!(cause instanceof TypeError || cause instanceof RangeError)) return cause;
  const Same = cause instanceof TypeError ? TypeError : RangeError;
  return new Same(cause.message.replace(/^Cannot read idx/, `Cannot read ${path}`), { cause });
}

/** The shape of one image; grey images get their channel. */
function imageShape({ shape }: IdxArray, path: string | URL): Shape {
  const [, ...axes] = shape;
  if (axes.length === 2) return [...axes, 1];
  if (axes.length === 3) return axes;
  throw new TypeError(
    `Cannot read ${path}: images must be count × height × width, or also × channels: ${shape.join(' × ')}`,
  );
}

function classes({ shape, data }: IdxArray, path: string | URL): Int32Array {
  if (shape.length !== 1) throw new TypeError(`Cannot read ${path}: labels must have one axis: ${shape.join(' × ')}`);
  if (data instanceof Float32Array || data instanceof Float64Array) {
    throw new TypeError(`Cannot read ${path}: labels must be whole numbers: ${data.constructor.name}`);
  }
  return Int32Array.from(data);
}

function numbered(labels: Int32Array): string[] {
  const largest = labels.reduce((most, label) => Math.max(most, label), -1);
  return Array.from({ length: largest + 1 }, (_, label) => String(label));
}
