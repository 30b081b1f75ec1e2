import { checkNetwork, elements } from '@spikewright/snn-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { blobImages } from '../src/engine/blob-images.js';
import { calibrate } from '../src/engine/calibrate.js';
import { tfjsSimulation } from '../src/engine/tfjs-simulation.js';
import { useTfjs } from '../src/engine/use-tfjs.js';
import { workload } from '../src/engine/workloads.js';

beforeAll(useTfjs);

test.each([
  // 28² · 9 · 32 + 28² · 9 · 32 · 32 + 14² · 9 · 32 · 64 + 7² · 64 · 10; 2 · 28² · 32 + 14² · 64
  ['mnist', 11_095_168, 62_720],
  ['vgg16', 313_725_952, 277_504],
])('workload() makes the %s network of %i multiply-additions and %i neurons', (net, operations, neurons) => {
  const network = workload(net, 0);
  const shapes = checkNetwork(network);
  // Each weight is used once at each position of the output; padding counts, as it does in a dense engine.
  const counts = network.nodes.map((node) => {
    if (node.op !== 'conv2d' && node.op !== 'dense') return 0;
    const shape = shapes.get(node.name)!;
    return (node.kernel.data.length * elements(shape)) / shape.at(-1)!;
  });
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(operations);
  const layers = network.nodes.filter(({ op }) => op === 'neuron');
  expect(layers.reduce((sum, { name }) => sum + elements(shapes.get(name)!), 0)).toBe(neurons);
});

test('workload() refuses a network that it does not know', () => {
  expect(() => workload('lenet', 0)).toThrow("it must be mnist or vgg16: 'lenet'");
});

describe('calibrate()', () => {
  test.each([0.02, 0.1, 0.3])('makes every layer of the MNIST network spike at %d on other images', async (rate) => {
    const network = workload('mnist', 0);
    const calibrated = calibrate(network, blobImages([28, 28, 1], 8, 1).data, rate);
    const counts = await tfjsSimulation(calibrated).count(blobImages([28, 28, 1], 8, 2), 24);
    expect([...counts.keys()]).toEqual(['spikes1', 'spikes2', 'spikes3']);
    for (const spikes of counts.values()) {
      const found = spikes.reduce((sum, count) => sum + count, 0) / spikes.length / 24;
      expect(found / rate).toBeGreaterThan(0.9);
      expect(found / rate).toBeLessThan(1.1);
    }
  });
});
