import type { LoopOptions } from './options.js';
import { streamFor } from './random.js';

/** Images of a step: those of frame 0 one after another, then those of frame 1, and so on. */
export interface Frames {
  /** `[frames, samples, height, width, channels]`; changed in place. */
  readonly data: Float32Array;
  /** `[height, width, channels]` */
  readonly shape: readonly number[];
  /** Place of each sample in its data set. */
  readonly indices: Uint32Array;
}

type Augmentations = Required<Pick<LoopOptions, 'shift' | 'mirror' | 'cutout' | 'seed'>>;

/**
 * Moves, mirrors and covers the images of a step, each sample by chance of its own, drawn by (seed, place in the data set,
 * epoch). All frames of a sample are treated alike.
 */
export function augment(frames: Frames, { shift, mirror, cutout, seed }: Augmentations, epoch: number): void {
  const { data, shape, indices } = frames;
  const length = shape.reduce((product, size) => product * size, 1);
  indices.forEach((index, row) => {
    const images: Float32Array[] = [];
    for (let at = row * length; at < data.length; at += indices.length * length) {
      images.push(data.subarray(at, at + length));
    }
    if (mirror && streamFor('mirror', seed, index, epoch)() < 0.5)
      for (const image of images) mirrorImage(image, shape);
    if (shift > 0) {
      const random = streamFor('shift', seed, index, epoch);
      const move = (): number => Math.floor(random() * (2 * shift + 1)) - shift;
      const [down, right] = [move(), move()];
      for (const image of images) shiftImage(image, shape, down, right);
    }
    if (cutout > 0) {
      const random = streamFor('cutout', seed, index, epoch);
      const corner = shape.slice(0, 2).map((size) => Math.floor(random() * size) - Math.floor(cutout / 2));
      for (const image of images) coverSquare(image, shape, corner, cutout);
    }
  });
}

function mirrorImage(image: Float32Array, [height, width, channels]: readonly number[]): void {
  const original = image.slice();
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const from = (row * width + column) * channels;
      image.set(original.subarray(from, from + channels), (row * width + width - 1 - column) * channels);
    }
  }
}

function shiftImage(
  image: Float32Array,
  [height, width, channels]: readonly number[],
  down: number,
  right: number,
): void {
  const original = image.slice();
  image.fill(0);
  const columns = width - Math.abs(right);
  if (columns <= 0) return;
  for (let row = Math.max(0, down); row < Math.min(height, height + down); row++) {
    const from = ((row - down) * width + Math.max(0, -right)) * channels;
    image.set(original.subarray(from, from + columns * channels), (row * width + Math.max(0, right)) * channels);
  }
}

function coverSquare(
  image: Float32Array,
  [height, width, channels]: readonly number[],
  [top, left]: readonly number[],
  side: number,
): void {
  const [first, end] = [Math.max(0, left), Math.min(width, left + side)];
  for (let row = Math.max(0, top); row < Math.min(height, top + side); row++) {
    image.fill(0, (row * width + first) * channels, (row * width + end) * channels);
  }
}
