import type { Network } from '@spikewright/snn-core';
import { isActivation } from '@spikewright/snn-core/convert';
import { type Cause, cause } from './causes.js';
import type { Layer } from './layers.js';

/** Names what can be seen in the graphs alone: activations without neurons, and another kind of pooling. */
export function structuralCauses(ann: Network, snn: Network, layers: readonly Layer[]): Cause[] {
  const replaced = new Set(layers.map(({ name }) => name));
  const pooling = new Map(snn.nodes.map((node) => [node.name, node.op]));
  const unreplaced = ann.nodes
    .filter((node) => isActivation(node) && !replaced.has(node.name))
    .map(({ name, op }) => cause('unreplaced activation', `the ${op} of the ANN has no neurons of its name`, name));
  const averaged = ann.nodes
    .filter(({ name, op }) => op === 'maxPool2d' && pooling.get(name) === 'avgPool2d')
    .map(({ name }) =>
      cause('max pooling', 'the ANN takes the maximum where the spiking network takes the mean', name),
    );
  return [...unreplaced, ...averaged];
}
