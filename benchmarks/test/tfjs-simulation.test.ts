import { referenceEngine } from '@spikewright/snn-core';
import { tinyNetworks, withNeurons } from '@spikewright/testkit';
import { memory } from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { spikingNetwork } from '../src/engine/architecture.js';
import { blobImages } from '../src/engine/blob-images.js';
import { calibrate } from '../src/engine/calibrate.js';
import { programSimulation } from '../src/engine/program-simulation.js';
import { tfjsSimulation } from '../src/engine/tfjs-simulation.js';
import { useTfjs } from '../src/engine/use-tfjs.js';

beforeAll(useTfjs);

const small = () => spikingNetwork('small', { input: [8, 8, 2], blocks: [[6, 6], [8]], hidden: [12], classes: 4 }, 3);

test('tfjsSimulation() counts the spikes that the reference engine counts', async () => {
  const images = blobImages([8, 8, 2], 4, 5);
  const network = calibrate(small(), images.data, 0.2);
  const expected = await (await programSimulation(referenceEngine(), network)).count(images, 20);
  expect(await tfjsSimulation(network).count(images, 20)).toEqual(expected);
  expect([...expected.keys()]).toEqual(['spikes1', 'spikes2', 'spikes3', 'spikes4']);
});

test('tfjsSimulation() leaves no tensors behind', async () => {
  const simulation = tfjsSimulation(small());
  const before = memory().numTensors;
  await simulation.run(blobImages([8, 8, 2], 2, 5), 3);
  expect(memory().numTensors).toBe(before);
});

test('tfjsSimulation() refuses neurons that it would get wrong', () => {
  const network = withNeurons(tinyNetworks().deep, { reset: 'zero' });
  expect(() => tfjsSimulation(network)).toThrow('it must be plain, with threshold 1 and v(0) 1/2');
});
