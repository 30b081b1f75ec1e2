import { readFileSync } from 'node:fs';
import type { Layers, Signal } from '@spikewright/import-torch';

/** The bytes of a committed file that PyTorch wrote. */
export const fixture = (name: string): Uint8Array =>
  new Uint8Array(readFileSync(new URL(`./fixtures/${name}`, import.meta.url)));

/** The network of `fixtures/make_fixtures.py`. */
export function small(layers: Layers): Signal {
  const { input, normalise, conv, batchNorm, relu, clip, shortcutA, add, concat } = layers;
  const { avgPool, maxPool, flatten, linear, softmax } = layers;
  const image = normalise(input([2, 8, 8]), [0.4, 0.5], [0.2, 0.25]);
  const first = relu(batchNorm('bn1', conv('conv1', image, { padding: 1 })));
  const second = batchNorm('bn2', conv('conv2', first, { stride: 2, padding: [1, 0] }), { epsilon: 1e-3 });
  const joined = clip(add(second, shortcutA(first, 8)), 6);
  const pools = concat(avgPool(joined, 3, { stride: 2, padding: 1 }), maxPool(joined, 3, { stride: 2, padding: 1 }));
  return softmax(linear('fc2', relu(linear('fc1', batchNorm('bn3', flatten(pools))))));
}

/** Images `[channels, height, width]` as the network wants them, `[height, width, channels]`. */
export function channelsLast(image: ArrayLike<number>, channels: number): Float32Array {
  const area = image.length / channels;
  return Float32Array.from({ length: image.length }, (_, i) => image[(i % channels) * area + Math.floor(i / channels)]);
}
