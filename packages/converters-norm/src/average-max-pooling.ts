import { type Network, withNotes } from '@spikewright/snn-core';

/** Puts average pooling in the place of max pooling, and notes each node it changed. */
export function averageMaxPooling(network: Network): Network {
  const notes: string[] = [];
  const nodes = network.nodes.map((node) => {
    if (node.op !== 'maxPool2d') return node;
    notes.push(`norm: max pooling '${node.name}' was replaced by average pooling, which the ANN was not trained with`);
    return { ...node, op: 'avgPool2d' as const };
  });
  return withNotes({ ...network, nodes }, ...notes);
}
