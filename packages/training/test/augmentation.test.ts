import type { Batch } from '@spikewright/snn-core';
import { type AnnResponse, initialise, type Regularizer, type TrainOptions, train } from '@spikewright/training';
import { scalar } from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { convolutional, filled, network, startBackend } from './tiny.js';

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
async function seen(options: TrainOptions): Promise<Map<number, string>[]> {
  const positions: Map<number, string>[] = [];
  let images_ = new Map<number, string>();
  const spy: Regularizer<AnnResponse> = {
    role: 'regularizer',
    spec: 1,
    name: 'spy',
    options: {},
    penalty: ({ outputs: { input } }) => {
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
    { epochs: 1, batchSize: 8, seed: 3, ...options },
    { regularizers: [spy], onEpoch },
  );
  return positions;
}

test('train without shift shows the images as they are', async () => {
  const [positions] = await seen({});
  expect(positions.size).toBe(32);
  expect(new Set(positions.values())).toEqual(new Set(['2,3']));
});

test('train with shift moves images by up to that many pixels, in every direction', async () => {
  const epochs = await seen({ shift: 1, epochs: 6 });
  const all = new Set(epochs.flatMap((positions) => [...positions.values()]));
  // 192 draws of nine moves: to miss one has a probability of 9 (8/9)^192, 1e-9.
  expect([...all].sort()).toEqual(['1,2', '1,3', '1,4', '2,2', '2,3', '2,4', '3,2', '3,3', '3,4']);
  expect(epochs.every((positions) => positions.size === 32)).toBe(true);
  expect([...epochs[0]].sort()).not.toEqual([...epochs[1]].sort());
});

test('train with shift larger than the image shows zeros where it has left', async () => {
  const [positions] = await seen({ shift: 100 });
  expect(positions.size).toBeLessThan(10);
});

test('train with mirror mirrors half of the images, others in each epoch', async () => {
  const [first, second] = await seen({ mirror: true, epochs: 2 });
  const columns = [...first.values()];
  expect(new Set(columns)).toEqual(new Set(['2,3', '2,2'])); // column 3 of 6 becomes 5 - 3
  const mirrored = columns.filter((place) => place === '2,2').length;
  expect(Math.abs(mirrored - 16)).toBeLessThan(12); // 32 draws: 12 off has a probability of 4e-5
  expect([...first].sort()).not.toEqual([...second].sort());
});

test('train mirrors whole pixels', async () => {
  // One row of two pixels of two channels: (1, 2), (3, 4) becomes (3, 4), (1, 2).
  const data = { size: 8, labels: new Int32Array(8), indices: Uint32Array.from({ length: 8 }, (_, i) => i) };
  const ann = network(
    { name: 'input', op: 'input', inputs: [], shape: [1, 2, 2] },
    { name: 'flatten', op: 'flatten', inputs: ['input'] },
    { name: 'scores', op: 'dense', inputs: ['flatten'], kernel: filled([4, 2]) },
  );
  const found = new Set<string>();
  const spy: Regularizer<AnnResponse> = {
    role: 'regularizer',
    spec: 1,
    name: 'spy',
    options: {},
    penalty: ({ outputs: { flatten } }) => {
      const values = flatten.dataSync();
      for (let at = 0; at < values.length; at += 4) found.add(String(values.slice(at, at + 4)));
      return scalar(0);
    },
  };
  const pixels = Float32Array.from({ length: 32 }, (_, i) => (i % 4) + 1);
  await train(ann, { ...data, data: pixels }, { epochs: 2, batchSize: 8, mirror: true }, { regularizers: [spy] });
  expect([...found].sort()).toEqual(['1,2,3,4', '3,4,1,2']);
});

test('train with cutout covers a square about any pixel, another in each epoch', async () => {
  // Ones everywhere: a square of side 4 about (row, column) leaves out what lies beyond the border, 6 wide.
  const ones = { ...images, data: images.data.map((_, i) => 1 + Math.floor(i / 36) / 32) };
  const covered: string[] = [];
  const spy: Regularizer<AnnResponse> = {
    role: 'regularizer',
    spec: 1,
    name: 'spy',
    options: {},
    penalty: ({ outputs: { input } }) => {
      const pixels = input.dataSync();
      for (let at = 0; at < pixels.length; at += 36) {
        const zeros = Array.from({ length: 36 }, (_, i) => i).filter((i) => pixels[at + i] === 0);
        const rows = zeros.map((i) => Math.floor(i / 6));
        const columns = zeros.map((i) => i % 6);
        const [top, bottom] = [Math.min(...rows), Math.max(...rows)];
        const [left, right] = [Math.min(...columns), Math.max(...columns)];
        expect(zeros.length).toBe((bottom - top + 1) * (right - left + 1));
        covered.push(`${top}-${bottom}`);
      }
      return scalar(0);
    },
  };
  const options = { epochs: 8, batchSize: 8, cutout: 4, seed: 3 };
  await train(initialise(convolutional(SIDE, 1, 3), 1), ones, options, { regularizers: [spy] });
  // Centres in rows 0 to 5: from two above to one below.
  expect([...new Set(covered)].sort()).toEqual(['0-1', '0-2', '0-3', '1-4', '2-5', '3-5']);
  expect(covered.slice(0, 32)).not.toEqual(covered.slice(32, 64));
});

test('the move of an image does not depend on its batch', async () => {
  const [[small], [large]] = [
    await seen({ shift: 2, mirror: true, batchSize: 4 }),
    await seen({ shift: 2, mirror: true, batchSize: 16 }),
  ];
  expect([...small].sort()).toEqual([...large].sort());
});
