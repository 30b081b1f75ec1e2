import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type ImageSet, imageFolder, shuffle, take } from '@spikewright/datasets';
import type { Network, Shape } from '@spikewright/snn-core';
import { type DataSetName, dataSets } from '../train/data-sets.js';

/** How many images are used, and which. */
export interface ImageChoice {
  /** A known data set, or a folder of images with a sub-folder for each class. */
  readonly data: string;
  /** Where the files of a known data set lie. */
  readonly folder?: string;
  /** How many test images are measured, drawn by the seed. @defaultValue all, those that are held back left out */
  readonly images?: number;
  /** How many training images converters may look at, drawn by the seed; as many test images are held back. */
  readonly calibration: number;
  readonly seed: number;
}

/** Images to measure on, and images to calibrate with. */
export interface Images {
  readonly test: ImageSet;
  readonly train: ImageSet;
  /** Test images that are not measured: for what makes promises about new images. */
  readonly held: ImageSet;
}

/**
 * Draws the images of a run. Of a folder with the sub-folders `train` and `test`, each is used for its purpose; of another,
 * images are drawn for calibration first, and the test images from what is left. Folders are read in colour for a network
 * with three input channels, else as grey.
 *
 * @param holdBack - whether some test images, at most half, stay unmeasured where `images` is not said
 * @throws ReferenceError where there are none, naming how to get them
 * @throws TypeError if their shape is not that of the network's input
 */
export async function readImages(choice: ImageChoice, { nodes }: Network, holdBack = false): Promise<Images> {
  const { shape } = nodes.find((node) => node.op === 'input')!;
  const { test, train } = await draw(choice, shape);
  const { calibration } = choice;
  const all = test.indices.length;
  const images = choice.images ?? all - (holdBack ? Math.min(calibration, Math.floor(all / 2)) : 0);
  return {
    test: fitted(first(test, images), shape),
    train: fitted(first(train, calibration), shape),
    held: fitted(first({ ...test, indices: test.indices.slice(images) }, calibration), shape),
  };
}

/**
 * Gives images the shape of an input. A grey image may also enter as one vector, or as rows (`[1, height, width]`, what a
 * Keras network reads that begins with an input of height and width): the same numbers in the same order.
 */
function fitted(images: ImageSet, shape: Shape): ImageSet {
  const [height, width, channels] = images.shape;
  const same = [images.shape, ...(channels === 1 ? [[height * width], [1, height, width]] : [])];
  if (same.some((one) => one.join() === shape.join())) return { ...images, shape };
  throw new TypeError(
    `Cannot run: images must have the shape of the network's input, ${shape.join(' x ')}: ${images.name} has ${images.shape.join(' x ')}`,
  );
}

/** All test images and all training images, in the order that the seed gives. */
async function draw({ data, folder, calibration, seed }: ImageChoice, shape: Shape): Promise<Omit<Images, 'held'>> {
  if (Object.hasOwn(dataSets, data)) {
    const { load } = dataSets[data as DataSetName];
    return { test: shuffle(await load('test', folder), seed), train: shuffle(await load('train', folder), seed) };
  }
  const channels = shape.at(-1) === 3 ? 3 : 1;
  if (await isFolder(join(data, 'test'))) {
    const test = await imageFolder({ folder: join(data, 'test'), channels });
    const train = await imageFolder({ folder: join(data, 'train'), channels });
    if (String(test.classNames) !== String(train.classNames)) {
      const rule = 'train and test must have the same classes, for their order gives the labels';
      throw new RangeError(`Cannot load images: ${rule}: ${train.classNames} and ${test.classNames}`);
    }
    return { test: shuffle(test, seed), train: shuffle(train, seed) };
  }
  if (!(await isFolder(data))) {
    const known = Object.keys(dataSets).join(', ');
    throw new ReferenceError(`Cannot load images: --data must be ${known} or a folder of images: '${data}'`);
  }
  const all = shuffle(await imageFolder({ folder: data, channels }), seed);
  if (all.indices.length < 2) {
    throw new RangeError(`Cannot load images: there must be two, to calibrate with and to measure on: '${data}'`);
  }
  const kept = Math.min(calibration, Math.floor(all.indices.length / 2));
  return { train: first(all, kept), test: { ...all, indices: all.indices.slice(kept) } };
}

/** The first images of a set, all of them if there are not as many. */
const first = (set: ImageSet, count: number): ImageSet => take(set, Math.min(count, set.indices.length));

const isFolder = (path: string): Promise<boolean> =>
  stat(path).then(
    (entry) => entry.isDirectory(),
    () => false,
  );
