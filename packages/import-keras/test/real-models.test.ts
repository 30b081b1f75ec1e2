import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { imageFolder, mnist, take } from '@spikewright/datasets';
import { wasmEngine } from '@spikewright/engine-wasm';
import { readKeras, readTfjs } from '@spikewright/import-keras';
import { type Network, referenceEngine } from '@spikewright/snn-core';
import { expect, test } from 'vitest';
import { batchOf, distance, evaluated, golden } from './fixtures.js';

const DATA = new URL('../../../../shared/data/', import.meta.url);
const absent = !existsSync(new URL('models', DATA));
const bytes = (path: string): Uint8Array => new Uint8Array(readFileSync(new URL(path, DATA)));

/** The first 32 images of the CIFAR-10 test set, from a PNG of 1000 images, one below the other. */
async function cifar(): Promise<number[][]> {
  const folder = mkdtempSync(join(tmpdir(), 'spikewright-cifar-'));
  mkdirSync(join(folder, 'strip'));
  copyFileSync(new URL('cifar10/test-00.png', DATA), join(folder, 'strip', 'test-00.png'));
  const { pixels } = await imageFolder({ folder });
  rmSync(folder, { recursive: true });
  return Array.from({ length: 32 }, (_, image) => Array.from(pixels.subarray(image * 3072, (image + 1) * 3072)));
}

async function digits(): Promise<number[][]> {
  const { pixels } = take(await mnist('test'), 32);
  return Array.from({ length: 32 }, (_, image) => Array.from(pixels.subarray(image * 784, (image + 1) * 784)));
}

async function expectGolden(network: Network, name: string, samples: number[][]): Promise<void> {
  const { outputs } = JSON.parse(readFileSync(new URL(`golden/${name}.json`, DATA), 'utf8'));
  for (const engine of [referenceEngine(), wasmEngine()]) {
    expect(distance(await evaluated(network, batchOf(samples), engine), outputs), engine.name).toBeLessThan(1e-4);
  }
}

const unit = (samples: number[][]): number[][] => samples.map((image) => image.map((pixel) => pixel / 255));

test.skipIf(absent)(
  'readKeras() gives the golden outputs of an all-convolutional MNIST network of Keras 2',
  async () => {
    const { network } = await readKeras(bytes('models/intel-mnist-allconv.h5'));
    // Its softmax over one pixel is put behind the flatten, where converters drop it.
    expect(network.nodes.slice(-2).map(({ op }) => op)).toEqual(['flatten', 'softmax']);
    await expectGolden(network, 'intel-mnist-allconv', unit(await digits()));
  },
);

test.skipIf(absent)('readKeras() gives the golden outputs of a CIFAR-10 MobileNet of Keras 2', async () => {
  const { network } = await readKeras(bytes('models/intel-cifar10-pseudo-mobilenet.h5'));
  await expectGolden(network, 'intel-cifar10-pseudo-mobilenet', unit(await cifar()));
});

test.skipIf(absent)('readKeras() gives the golden outputs of a CIFAR-10 ResNet of Keras 2', async () => {
  const { network, layers } = await readKeras(bytes('models/mlperftiny-cifar10-resnet8.h5'));
  expect(layers.filter(({ kind }) => kind === 'Conv2D')).toHaveLength(9);
  await expectGolden(network, 'mlperftiny-cifar10-resnet8', await cifar());
});

test.skipIf(absent)("readTfjs() gives Keras's outputs for a MobileNetV1 of TensorFlow.js", async () => {
  const folder = 'models/tfjs-mobilenet_v1_0.25_224/';
  const text = readFileSync(new URL(`${folder}model.json`, DATA), 'utf8');
  const { network, layers } = await readTfjs(text, (path) => bytes(folder + path));
  expect(layers).toHaveLength(88);
  const sample = Array.from({ length: 224 * 224 * 3 }, (_, index) => Math.sin(index / 10));
  for (const engine of [referenceEngine(), wasmEngine()]) {
    const outputs = await evaluated(network, batchOf([sample]), engine);
    expect(distance(outputs, golden('mobilenet').outputs), engine.name).toBeLessThan(1e-5);
  }
});
