import { join } from 'node:path';
import { cifar10, cifar100 } from '@spikewright/datasets';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from './temporary-folder.js';

/** A record: labels, then planes of red, green and blue, pixel p of them being p, p + 1, p + 2 (modulo 256). */
const record = (...labels: number[]): number[] => [
  ...labels,
  ...[0, 1, 2].flatMap((plane) => Array.from({ length: 1024 }, (_, pixel) => (pixel + plane) % 256)),
];
const names = (count: number): string =>
  Array.from({ length: count }, (_, i) => `class_${i}\n`)
    .join('')
    .concat('\n');

const folder = await temporaryFolder({
  'batches.meta.txt': names(10),
  'test_batch.bin': Uint8Array.from([...record(3), ...record(9)]),
  ...Object.fromEntries([1, 2, 3, 4, 5].map((i) => [`data_batch_${i}.bin`, Uint8Array.from(record(i))])),
  'coarse_label_names.txt': names(20),
  'fine_label_names.txt': names(100),
  'train.bin': Uint8Array.from(record(19, 99)),
  'test.bin': Uint8Array.from(record(0, 100)),
  'cut/batches.meta.txt': names(10),
  'cut/test_batch.bin': Uint8Array.from(record(3)).subarray(0, 3072),
  'empty/batches.meta.txt': names(10),
  'empty/test_batch.bin': '',
  'unnamed/test_batch.bin': Uint8Array.from(record(3)),
});

describe('cifar10', () => {
  test('turns planes into pixels', async () => {
    const { name, shape, pixels, labels, classNames, indices } = await cifar10({ folder, part: 'test' });
    expect({ name, shape }).toEqual({ name: 'cifar10-test', shape: [32, 32, 3] });
    expect([...labels, ...indices]).toEqual([3, 9, 0, 1]);
    expect(classNames).toHaveLength(10);
    // Pixel p is (p, p + 1, p + 2), in both images.
    const image = Array.from({ length: 3072 }, (_, i) => (Math.floor(i / 3) + (i % 3)) % 256);
    expect([...pixels]).toEqual([...image, ...image]);
  });

  test('reads the five training files in order', async () => {
    expect([...(await cifar10({ folder, part: 'train' })).labels]).toEqual([1, 2, 3, 4, 5]);
  });

  test.each([
    ['cut', /test_batch\.bin: its size must be a multiple of 3073 bytes, a record: 3072$/, RangeError],
    ['empty', /test_batch\.bin: its size must be a multiple of 3073 bytes, a record: 0$/, RangeError],
    ['unnamed', /batches\.meta\.txt: the file must exist and be readable: ENOENT/, ReferenceError],
  ])('refuses a folder that is %s', async (name, message, type) => {
    const refusal = cifar10({ folder: join(folder, name), part: 'test' });
    await expect(refusal).rejects.toThrow(message);
    await expect(refusal).rejects.toBeInstanceOf(type);
  });

  test('refuses an unknown part or option', async () => {
    await expect(cifar10({ folder, part: 'val' as never })).rejects.toThrow(
      new ReferenceError('Cannot read CIFAR-10: the part must be one of train, test: val'),
    );
    await expect(cifar10({ folder, parts: 'test' } as never)).rejects.toThrow("'parts'");
  });
});

describe('cifar100', () => {
  test('takes the fine labels, or the coarse ones', async () => {
    const fine = await cifar100({ folder, part: 'train' });
    expect([fine.name, fine.labels[0], fine.classNames.length]).toEqual(['cifar100-train', 99, 100]);
    const coarse = await cifar100({ folder, part: 'train', labels: 'coarse' });
    expect([coarse.labels[0], coarse.classNames.length]).toEqual([19, 20]);
    expect(coarse.pixels).toEqual(fine.pixels);
  });

  test('refuses a label that no class has', async () => {
    await expect(cifar100({ folder, part: 'test' })).rejects.toThrow(
      new RangeError('Cannot make data set cifar100-test: label 0 must be from 0 to 99: 100'),
    );
  });

  test('refuses unknown labels', async () => {
    await expect(cifar100({ folder, part: 'test', labels: 'super' as never })).rejects.toThrow(
      new ReferenceError('Cannot read CIFAR-100: the labels must be one of fine, coarse: super'),
    );
  });
});
