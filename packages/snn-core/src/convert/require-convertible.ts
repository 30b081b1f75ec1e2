import type { Network, Node } from '../network/network.js';
import { isActivation } from './is-activation.js';

/**
 * Refuses a network with a node that has no spiking form, and says what to do about it, and one without activations.
 * `toSpiking` checks the same; converters call this before they measure.
 *
 * @throws TypeError naming the node
 */
export function requireConvertible({ nodes }: Network): void {
  for (const node of nodes) {
    const reason = reasonAgainst(node, node === nodes.at(-1));
    if (reason) throw new TypeError(`Cannot convert node '${node.name}': ${reason}`);
  }
  if (nodes.some(isActivation)) return;
  throw new TypeError(
    `Cannot convert node '${nodes.at(-1)?.name}': an activation (relu, clip, qcfs) must lead to it: none`,
  );
}

function reasonAgainst({ op }: Node, last: boolean): string | undefined {
  switch (op) {
    case 'maxPool2d':
      return 'max pooling has no exact spiking form: train with average pooling, or use averageMaxPooling() first';
    case 'batchNorm':
      return 'batch normalisation must be folded first: use foldBatchNorm()';
    case 'softmax':
      return last ? undefined : 'softmax has a spiking form only as the last node, where it is dropped: it is not';
    case 'neuron':
      return 'the network must be an ANN: it spikes already';
    default:
      return undefined;
  }
}
