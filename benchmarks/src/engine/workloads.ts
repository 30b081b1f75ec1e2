import type { Network } from '@spikewright/snn-core';
import { type Architecture, spikingNetwork } from './architecture.js';

/** The networks that are measured; all convolutions are 3x3 with stride 1 and zero padding, all pools 2x2 averages. */
const ARCHITECTURES: Readonly<Record<string, Architecture>> = {
  // 32-32-pool-64-pool-10: 11.1 M multiply-additions a step, 62,720 neurons.
  mnist: { input: [28, 28, 1], blocks: [[32, 32], [64]], hidden: [], classes: 10 },
  // VGG16 for CIFAR-10: 13 convolutions and 3 dense layers, 313 M multiply-additions a step, 277,504 neurons.
  vgg16: {
    input: [32, 32, 3],
    blocks: [
      [64, 64],
      [128, 128],
      [256, 256, 256],
      [512, 512, 512],
      [512, 512, 512],
    ],
    hidden: [512, 512],
    classes: 10,
  },
};

/** The names of the networks. */
export const netNames: readonly string[] = Object.keys(ARCHITECTURES);

/** Makes a network of random weights, every θ = 1 and not yet calibrated. */
export function workload(net: string, seed: number): Network {
  const architecture = ARCHITECTURES[net];
  if (!architecture) throw new ReferenceError(`Cannot make network: it must be ${netNames.join(' or ')}: '${net}'`);
  return spikingNetwork(net, architecture, seed);
}
