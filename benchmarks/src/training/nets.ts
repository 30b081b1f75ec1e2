import type { TrainedNet } from './job.js';

/** What is trained: 1.48 and 38.7 million multiplications an image, forwards. */
export const nets: readonly TrainedNet[] = [
  { name: 'mnist', input: [28, 28, 1], layers: [16, 'pool', 32, 'pool', 32], classes: 10, batch: 64 },
  {
    name: 'vgg-small',
    input: [32, 32, 3],
    layers: [32, 32, 'pool', 64, 64, 'pool', 128, 128, 'pool'],
    classes: 10,
    batch: 32,
  },
];

/**
 * Finds networks by name.
 *
 * @throws ReferenceError naming the one that is unknown
 */
export function netsNamed(names: readonly string[]): TrainedNet[] {
  return names.map((name) => {
    const found = nets.find((net) => net.name === name);
    if (found) return found;
    const known = nets.map((net) => net.name).join(', ');
    throw new ReferenceError(`Cannot measure training: the network must be one of ${known}: ${name}`);
  });
}
