import { isWeighted, type Network, rewriteNodes } from '@spikewright/snn-core';
import { isActivation } from '@spikewright/snn-core/convert';
import { isPooling } from './spiking-pooling.js';

/**
 * The additions that each activation shares its λ with: those it leads to without weights on the way, those it reads, and
 * those that share activations with them. Activations that meet no addition are left out, and so are those that reach one
 * through linear pooling only: a sum of means may lie far below the largest value, which would then be clipped.
 */
export function sharedUnits({ nodes }: Network): ReadonlyMap<string, readonly string[]> {
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const isAdd = (name: string): boolean => byName.get(name)!.op === 'add';
  /** The nearest activations and additions that a value comes from without weights or pooling. */
  const sources = (name: string): readonly string[] => {
    const node = byName.get(name)!;
    if (isActivation(node) || isAdd(name)) return [name];
    return isWeighted(node) || isPooling(node) ? [] : node.inputs.flatMap(sources);
  };
  // Members of a group hold the same set.
  const groups = new Map<string, ReadonlySet<string>>();
  const join = (name: string, other: string): void => {
    const members = new Set([name, other].flatMap((member) => [...(groups.get(member) ?? [member])]));
    for (const member of members) groups.set(member, members);
  };
  for (const node of nodes) {
    const before = node.inputs.flatMap(sources);
    if (isAdd(node.name)) for (const source of before) join(node.name, source);
    if (isActivation(node)) for (const source of before.filter(isAdd)) join(node.name, source);
  }
  const shared = [...groups].filter(([name]) => !isAdd(name));
  return new Map(shared.map(([name, members]) => [name, [...members].filter(isAdd)]));
}

/** Removes the scale nodes that multiply by 1: what is left of a shortcut between layers that share one λ. */
export const withoutUnitScales = (network: Network): Network =>
  rewriteNodes(network, (node) => {
    const removed = node.op === 'scale' && !node.bias && node.factor.data.every((factor) => factor === 1);
    return removed && node.name !== network.nodes.at(-1)!.name ? [] : [node];
  });
