import { type Batch, elements, randomStream, type Shape } from '@spikewright/snn-core';

/** Bright spots of one image. */
const BLOBS = 6;

/** Mean intensity of every image, so that all make a network spike alike. */
const BRIGHTNESS = 0.3;

/** Draws smooth images: round spots of random place, size and colour, cut off at intensity 1. */
export function blobImages(shape: Shape, size: number, seed: number): Batch {
  const each = elements(shape);
  const data = new Float32Array(size * each);
  for (let sample = 0; sample < size; sample++) {
    const random = randomStream(seed, sample);
    const image = data.subarray(sample * each, (sample + 1) * each);
    for (let blob = 0; blob < BLOBS; blob++) addBlob(image, shape, random);
    const mean = image.reduce((sum, value) => sum + value, 0) / each;
    for (let i = 0; i < each; i++) image[i] = Math.min(1, (image[i] * BRIGHTNESS) / mean);
  }
  return { size, data, indices: Uint32Array.from({ length: size }, (_, sample) => sample) };
}

function addBlob(image: Float32Array, [height, width, channels]: Shape, random: () => number): void {
  const [row, column] = [random() * height, random() * width];
  const radius = (0.08 + 0.12 * random()) * height;
  const colour = Array.from({ length: channels }, random);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const light = Math.exp(-((y - row) ** 2 + (x - column) ** 2) / (2 * radius ** 2));
      for (let channel = 0; channel < channels; channel++) {
        image[(y * width + x) * channels + channel] += light * colour[channel];
      }
    }
  }
}
