import { isWeighted, type Network, type Weighted } from '@spikewright/snn-core';
import { isActivation } from '@spikewright/snn-core/convert';

/** The largest of the weights through which each activation's input arrives: those nearest to it on every way. */
export function largestWeights({ nodes }: Network): ReadonlyMap<string, number> {
  const arriving = new Map<string, number>();
  const largest = new Map<string, number>();
  for (const node of nodes) {
    const before = node.inputs.reduce((most, input) => Math.max(most, arriving.get(input) ?? 0), 0);
    if (isActivation(node)) largest.set(node.name, before);
    arriving.set(node.name, isActivation(node) ? 0 : isWeighted(node) ? largestOf(node) : before);
  }
  return largest;
}

const largestOf = (node: Weighted): number =>
  (node.op === 'scale' ? node.factor : node.kernel).data.reduce((most, weight) => Math.max(most, weight), 0);
