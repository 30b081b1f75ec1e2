import { type Network, type Shape, saveNetwork, writeSafetensors } from '@spikewright/snn-core';
import { blobImages } from './blob-images.js';
import { cached } from './cache.js';
import { calibrate } from './calibrate.js';
import { useTfjs } from './use-tfjs.js';
import { workload } from './workloads.js';

/** Change it when networks or images are made in another way. */
const VERSION = 2;

/** Images that thresholds are chosen on: other ones than those that are run. */
const CALIBRATION = { samples: 8, seed: 1 };
const RUN_SEED = 2;

/** Gives the file of a network that spikes at the rate; what a network is, is in `workloads.ts`. */
export function networkFile(net: string, rate: number): Promise<string> {
  const recipe = { version: VERSION, net, rate };
  return cached(`${net}-${rate}`, recipe, async () => {
    await useTfjs();
    const network = workload(net, 0);
    const { data } = blobImages(inputShape(network), CALIBRATION.samples, CALIBRATION.seed);
    const { meta, nodes } = calibrate(network, data, rate);
    return saveNetwork({ format: 1, nodes, meta: { ...meta, source: { made: 'benchmarks/engine', ...recipe } } });
  });
}

/** Gives the file of the images that are run: a tensor `images`, `[size, height, width, channels]`. */
export function imageFile(net: string, size: number): Promise<string> {
  return cached(`${net}-images`, { version: VERSION, net, size }, async () => {
    const shape = inputShape(workload(net, 0));
    const { data } = blobImages(shape, size, RUN_SEED);
    return writeSafetensors({ images: { shape: [size, ...shape], data } });
  });
}

function inputShape({ nodes: [input] }: Network): Shape {
  if (input.op !== 'input') throw new TypeError('Cannot make images: the first node must be the input');
  return input.shape;
}
