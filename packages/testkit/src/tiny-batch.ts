import { type Batch, checkNetwork, elements, type Network, type Node, randomStream } from '@spikewright/snn-core';

/**
 * Makes random samples for a network: intensities in [0, 1] in steps of 1/8, a label of one of its classes, and the
 * indices 0, 1, ….
 *
 * @param size - how many samples
 * @param seed - a whole number from 0; 1 if left out
 * @throws whatever `checkNetwork` throws for an unsound network
 */
export function tinyBatch(network: Network, size: number, seed = 1): Batch {
  const shapes = checkNetwork(network);
  const sizeOf = (node: Node | undefined): number => elements(shapes.get(node?.name ?? '') ?? []);
  const length = sizeOf(network.nodes.find(({ op }) => op === 'input'));
  const classes = sizeOf(network.nodes.at(-1));
  const random = randomStream(seed, size);
  return {
    size,
    data: Float32Array.from({ length: size * length }, () => Math.floor(9 * random()) / 8),
    labels: Int32Array.from({ length: size }, () => Math.floor(classes * random())),
    indices: Uint32Array.from({ length: size }, (_, place) => place),
  };
}

/** Takes samples out of a batch, in the order given; they keep their indices. */
export function pick(batch: Batch, places: readonly number[]): Batch {
  const length = batch.data.length / batch.size;
  const { labels } = batch;
  return {
    size: places.length,
    data: Float32Array.from(places.flatMap((place) => [...batch.data.subarray(place * length, (place + 1) * length)])),
    ...(labels && { labels: Int32Array.from(places, (place) => labels[place]) }),
    indices: Uint32Array.from(places, (place) => batch.indices[place]),
  };
}
