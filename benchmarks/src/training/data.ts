import { type Batch, randomStream } from '@spikewright/snn-core';
import type { TrainedNet } from './job.js';

/** Noise with the classes in turn, enough for so many steps: what a step costs does not depend on the images. */
export function noise({ input, classes, batch }: TrainedNet, steps: number): Batch & { readonly labels: Int32Array } {
  const size = steps * batch;
  const length = input.reduce((product, side) => product * side, 1);
  return {
    size,
    data: Float32Array.from({ length: size * length }, randomStream(1)),
    labels: Int32Array.from({ length: size }, (_, sample) => sample % classes),
    indices: Uint32Array.from({ length: size }, (_, sample) => sample),
  };
}
