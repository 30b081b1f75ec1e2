import { elements, randomStream, type Shape, type Tensor } from '@spikewright/snn-core';

/** Draws a tensor of normal numbers with mean 0 (Box and Muller's method). */
export function randomTensor(shape: Shape, deviation: number, seed: number, stream: number): Tensor {
  const random = randomStream(seed, stream);
  const data = new Float32Array(elements(shape));
  for (let i = 0; i < data.length; i += 2) {
    const radius = deviation * Math.sqrt(-2 * Math.log(1 - random()));
    const angle = 2 * Math.PI * random();
    data[i] = radius * Math.cos(angle);
    // Past the end of an odd length, where it is dropped.
    data[i + 1] = radius * Math.sin(angle);
  }
  return { shape, data };
}
