import type { Network } from '@spikewright/snn-core';
import type { ChannelGroups } from './channel-groups.js';

/** Whether a group is of neurons that do the same when all they receive is multiplied, and is read by weights only. */
export function homogeneous({ nodes }: Network, groups: ChannelGroups): (group: number) => boolean {
  const withRelu = new Set<number>();
  const held = new Set<number>();
  for (const node of nodes) {
    const own = groups.of.get(node.name)!;
    if (node.op === 'relu') for (const group of own) withRelu.add(group);
    const holds = ['input', 'clip', 'qcfs', 'softmax'].includes(node.op) || node === nodes.at(-1);
    if (holds) for (const group of own) held.add(group);
  }
  return (group) => withRelu.has(group) && !held.has(group);
}

/** Whether rule B adjusts a group. The input has no weights. */
export function inScope(
  { nodes }: Network,
  groups: ChannelGroups,
  scope: 'all' | 'output',
): (group: number) => boolean {
  const [image, last] = [nodes[0], nodes[nodes.length - 1]].map(({ name }) => new Set(groups.of.get(name)));
  return (group) => !image.has(group) && (scope === 'all' || last.has(group));
}
