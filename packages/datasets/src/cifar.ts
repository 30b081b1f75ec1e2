import { requireKnown } from '@spikewright/snn-core';
import { type ImageSet, imageSet } from './image-set.js';
import { readBytes } from './read-bytes.js';
import { requireOneOf } from './require-one-of.js';

/** Where {@link cifar10} looks. */
export interface Cifar10Options {
  /** The unpacked folder `cifar-10-batches-bin`: `data_batch_1.bin` to `data_batch_5.bin`, `test_batch.bin`, `batches.meta.txt`. */
  readonly folder: string;
  /** `train`: 50,000 images; `test`: 10,000. */
  readonly part: 'train' | 'test';
}

/** Where {@link cifar100} looks, and which of its two labels it takes. */
export interface Cifar100Options {
  /** The unpacked folder `cifar-100-binary`: `train.bin`, `test.bin`, `fine_label_names.txt`, `coarse_label_names.txt`. */
  readonly folder: string;
  /** `train`: 50,000 images; `test`: 10,000. */
  readonly part: 'train' | 'test';
  /**
   * `fine`: 100 classes; `coarse`: the 20 superclasses.
   *
   * @defaultValue 'fine'
   */
  readonly labels?: 'fine' | 'coarse';
}

/** How the records of a CIFAR file begin, and which files there are. */
interface Layout {
  readonly name: string;
  readonly files: readonly string[];
  readonly classNames: string;
  /** Bytes before the pixels of a record. */
  readonly labelBytes: number;
  /** Which of them is the label. */
  readonly labelByte: number;
}

/** Pixels of one colour; a record has a plane of each of red, green, blue. */
const PLANE = 32 * 32;
/** 50,000 records and some. */
const LIMIT = 2 ** 28;
const CIFAR10_FILES = {
  train: [1, 2, 3, 4, 5].map((batch) => `data_batch_${batch}.bin`),
  test: ['test_batch.bin'],
} as const;

/**
 * Reads CIFAR-10 in its official binary layout (Krizhevsky 2009): images `[32, 32, 3]`, 10 classes. Needs Node.
 *
 * @throws ReferenceError when a file is missing, or the part is unknown
 * @throws RangeError when a file has no whole number of records, or a label outside the class names
 */
export async function cifar10(options: Cifar10Options): Promise<ImageSet> {
  requireKnown('read CIFAR-10', options, ['folder', 'part']);
  const { folder, part } = options;
  requireOneOf('read CIFAR-10', 'part', part, ['train', 'test']);
  const files = CIFAR10_FILES[part];
  return read(folder, { name: `cifar10-${part}`, files, classNames: 'batches.meta.txt', labelBytes: 1, labelByte: 0 });
}

/**
 * Reads CIFAR-100 in its official binary layout (Krizhevsky 2009): images `[32, 32, 3]`, 100 classes or 20
 * superclasses. Needs Node.
 *
 * @throws ReferenceError when a file is missing, or the part or kind of labels is unknown
 * @throws RangeError when a file has no whole number of records, or a label outside the class names
 */
export async function cifar100(options: Cifar100Options): Promise<ImageSet> {
  requireKnown('read CIFAR-100', options, ['folder', 'part', 'labels']);
  const { folder, part, labels = 'fine' } = options;
  requireOneOf('read CIFAR-100', 'part', part, ['train', 'test']);
  requireOneOf('read CIFAR-100', 'labels', labels, ['fine', 'coarse']);
  return read(folder, {
    name: `cifar100-${part}`,
    files: [`${part}.bin`],
    classNames: `${labels}_label_names.txt`,
    labelBytes: 2,
    labelByte: labels === 'fine' ? 1 : 0,
  });
}

async function read(folder: string, { name, files, classNames, labelBytes, labelByte }: Layout): Promise<ImageSet> {
  const names = new TextDecoder().decode(await readBytes(`${folder}/${classNames}`, 2 ** 16));
  const length = labelBytes + 3 * PLANE;
  const records: Uint8Array[] = [];
  for (const file of files)
    records.push(...cut(`${folder}/${file}`, await readBytes(`${folder}/${file}`, LIMIT), length));
  const pixels = new Uint8Array(records.length * 3 * PLANE);
  records.forEach((record, image) => {
    for (let i = 0; i < 3 * PLANE; i++) {
      pixels[3 * (image * PLANE + (i % PLANE)) + Math.floor(i / PLANE)] = record[labelBytes + i];
    }
  });
  return imageSet({
    name,
    shape: [32, 32, 3],
    pixels,
    labels: Int32Array.from(records, (record) => record[labelByte]),
    classNames: names.split(/\s+/).filter((className) => className !== ''),
  });
}

function cut(path: string, bytes: Uint8Array, length: number): Uint8Array[] {
  if (bytes.length === 0 || bytes.length % length !== 0) {
    throw new RangeError(
      `Cannot read ${path}: its size must be a multiple of ${length} bytes, a record: ${bytes.length}`,
    );
  }
  return Array.from({ length: bytes.length / length }, (_, i) => bytes.subarray(i * length, (i + 1) * length));
}
