import { requireInteger, requireKnown, type Shape } from '@spikewright/snn-core';
import { decodeImage, type Picture } from './decode-image.js';
import { type ImageSet, imageSet } from './image-set.js';
import { list, readBytes } from './read-bytes.js';

/** Where {@link imageFolder} looks, and how it reads pixels. */
export interface ImageFolderOptions {
  /** A folder with one folder for each class, which holds that class's images. */
  readonly folder: string;
  /**
   * 3: red, green, blue (grey images have all three the same). 1: grey, from colour by the luma of ITU-R BT.601.
   *
   * @defaultValue 3
   */
  readonly channels?: 1 | 3;
  /**
   * A name for messages and results.
   *
   * @defaultValue the folder
   */
  readonly name?: string;
  /**
   * The most bytes that a file, and all pixels together, may have, a whole number from 1.
   *
   * @defaultValue 2^30 (1 GiB)
   */
  readonly limit?: number;
}

const ENDING = /\.(png|jpe?g)$/i;

/**
 * Reads PNG and JPEG images from a folder of folders, one for each class. Classes and files are taken in the order of
 * their names; files with other endings, and names that begin with a dot, are left out. Needs Node; the decoders
 * fast-png and jpeg-js are loaded when the first image needs them.
 *
 * All images must have one size: nothing is resized here.
 *
 * @throws ReferenceError when the folder does not exist, or holds no class folder
 * @throws TypeError when a file is no whole PNG or JPEG of 8 bits a sample, or is transparent somewhere
 * @throws RangeError when images differ in size, a class has no image, or the limit is exceeded
 */
export async function imageFolder(options: ImageFolderOptions): Promise<ImageSet> {
  requireKnown('read images', options, ['folder', 'channels', 'name', 'limit']);
  const { folder, channels = 3, name = folder, limit = 2 ** 30 } = options;
  requireInteger('read images', 'limit', limit, 1, Number.MAX_SAFE_INTEGER);
  if (channels !== 1 && channels !== 3)
    throw new RangeError(`Cannot read images: channels must be 1 (grey) or 3 (colour): ${channels}`);
  const { folders: classNames } = await list(folder);
  if (classNames.length === 0) {
    throw new ReferenceError(`Cannot read ${folder}: it must have a folder for each class, images in it: it has none`);
  }
  const files = (await Promise.all(classNames.map((className) => imagesOf(`${folder}/${className}`)))).flatMap(
    (paths, label) => paths.map((path) => ({ path, label })),
  );
  const { shape, pixels } = await readAll(files, channels, limit);
  return imageSet({ name, shape, pixels, labels: Int32Array.from(files, ({ label }) => label), classNames });
}

async function imagesOf(folder: string): Promise<string[]> {
  const { folders, files } = await list(folder);
  if (folders.length > 0)
    throw new RangeError(`Cannot read ${folder}: a class must have no folders of its own: ${folders[0]}`);
  const images = files.filter((file) => ENDING.test(file));
  if (images.length === 0)
    throw new RangeError(`Cannot read ${folder}: a class must have an image (.png, .jpg, .jpeg): it has none`);
  return images.map((file) => `${folder}/${file}`);
}

async function readAll(
  files: readonly { readonly path: string }[],
  channels: 1 | 3,
  limit: number,
): Promise<{ shape: Shape; pixels: Uint8Array }> {
  const read = async ({ path }: { readonly path: string }): Promise<Picture> =>
    decodeImage(path, await readBytes(path, limit), limit);
  const { height, width } = await read(files[0]);
  const length = height * width * channels;
  requireInteger('read images', 'bytes of all pixels', length * files.length, 1, limit);
  const pixels = new Uint8Array(length * files.length);
  for (const [image, file] of files.entries()) {
    const picture = await read(file);
    if (picture.height !== height || picture.width !== width) {
      throw new RangeError(
        `Cannot read ${file.path}: all images must have the size of the first, ${height} × ${width}; resize them first: ${picture.height} × ${picture.width}`,
      );
    }
    fill(pixels.subarray(image * length, (image + 1) * length), picture, file.path, channels);
  }
  return { shape: [height, width, channels], pixels };
}

/** Writes the pixels of a picture; an opaque one only, for what shows through is not known. */
function fill(into: Uint8Array, { data, channels }: Picture, path: string, wanted: 1 | 3): void {
  const grey = channels < 3;
  for (let pixel = 0; pixel * wanted < into.length; pixel++) {
    const at = pixel * channels;
    if (channels % 2 === 0 && data[at + channels - 1] !== 255) {
      throw new TypeError(
        `Cannot read ${path}: every pixel must be opaque; put a background behind them: opacity ${data[at + channels - 1]} of 255`,
      );
    }
    const [red, green, blue] = grey ? [data[at], data[at], data[at]] : [data[at], data[at + 1], data[at + 2]];
    if (wanted === 3) into.set([red, green, blue], pixel * 3);
    // 0.299 R + 0.587 G + 0.114 B in units of 2^-16; the factors add up to 2^16, so grey stays as it is.
    else into[pixel] = (19595 * red + 38470 * green + 7471 * blue + 2 ** 15) >> 16;
  }
}
