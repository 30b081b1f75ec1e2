import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A data set of bytes as an idx file: 0, 0, 8 (bytes), the number of axes, each axis as 4 bytes, the data. */
export function idx(shape: readonly number[], data: readonly number[]): Buffer {
  const axes = shape.flatMap((size) => [0, 0, size >> 8, size & 255]);
  return Buffer.from([0, 0, 8, shape.length, ...axes, ...data]);
}

/** Writes a folder in the layout of MNIST: images that are patterns of their class, with noise. */
export function writeDigits(folder: string, training: number, testing: number, labels = (place: number) => place % 10) {
  mkdirSync(folder, { recursive: true });
  for (const [part, count] of [
    ['train', training],
    ['t10k', testing],
  ] as const) {
    const pixels = Array.from({ length: count * 784 }, (_, at) => {
      const label = Math.floor(at / 784) % 10;
      const stroke = Math.floor((at % 784) / 78) === label ? 155 : 0;
      return stroke + ((at * 7919) % 101);
    });
    writeFileSync(join(folder, `${part}-images-idx3-ubyte`), idx([count, 28, 28], pixels));
    const classes = Array.from({ length: count }, (_, place) => labels(place));
    writeFileSync(join(folder, `${part}-labels-idx1-ubyte`), idx([count], classes));
  }
}
