import type { Batch } from '@spikewright/snn-core';
import { initialise, type Regularizer, train } from '@spikewright/training';
import { scalar } from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { convolutional, startBackend } from './tiny.js';

beforeAll(startBackend);

const SIDE = 6;
// Image i has one pixel of value i + 1 at row 2, column 3.
const images: Batch = {
  size: 32,
  data: Float32Array.from({ length: 32 * SIDE * SIDE }, (_, i) =>
    i % 36 === 2 * SIDE + 3 ? Math.floor(i / 36) + 1 : 0,
  ),
  labels: Int32Array.from({ length: 32 }, (_, i) => i % 3),
  indices: Uint32Array.from({ length: 32 }, (_, i) => i),
};

/** What the network saw in each epoch: for each image the row and the column of its pixel. */
async function seen(shift: number, batchSize: number, epochs = 1): Promise<Map<number, string>[]> {
  const positions: Map<number, string>[] = [];
  let images_ = new Map<number, string>();
  const spy: Regularizer = {
    role: 'regularizer',
    spec: 1,
    name: 'spy',
    options: {},
    penalty: ({ input }) => {
      input.dataSync().forEach((value, i) => {
        if (value !== 0) images_.set(value, `${Math.floor((i % 36) / SIDE)},${i % SIDE}`);
      });
      return scalar(0);
    },
  };
  const onEpoch = (): void => {
    positions.push(images_);
    images_ = new Map();
  };
  await train(
    initialise(convolutional(SIDE, 1, 3), 1),
    images,
    { epochs, batchSize, shift, seed: 3 },
    { regularizer: spy, onEpoch },
  );
  return positions;
}

test('train without shift shows the images as they are', async () => {
  const [positions] = await seen(0, 8);
  expect(positions.size).toBe(32);
  expect(new Set(positions.values())).toEqual(new Set(['2,3']));
});

test('train with shift moves images by up to that many pixels, in every direction', async () => {
  const epochs = await seen(1, 8, 6);
  const all = new Set(epochs.flatMap((positions) => [...positions.values()]));
  // 192 draws of nine moves: to miss one has a probability of 9 (8/9)^192, 1e-9.
  expect([...all].sort()).toEqual(['1,2', '1,3', '1,4', '2,2', '2,3', '2,4', '3,2', '3,3', '3,4']);
  expect(epochs.every((positions) => positions.size === 32)).toBe(true);
  expect([...epochs[0]].sort()).not.toEqual([...epochs[1]].sort());
});

test('train with shift larger than the image shows zeros where it has left', async () => {
  const [positions] = await seen(100, 8);
  expect(positions.size).toBeLessThan(10);
});

test('the move of an image does not depend on its batch', async () => {
  const [[small], [large]] = [await seen(2, 4), await seen(2, 16)];
  expect([...small].sort()).toEqual([...large].sort());
});
