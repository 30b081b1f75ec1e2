import { isWeighted, type Network, type Node, type Shapes, type Weighted } from '@spikewright/snn-core';
import { disjointSets } from './disjoint-sets.js';

/** Channels that must have one factor, since they meet in an `add` or are one and the same seen through other nodes. */
export interface ChannelGroups {
  /** The group of each place on the last axis, for every node. */
  readonly of: ReadonlyMap<string, Int32Array>;
  /** How many numbers groups may have. */
  readonly count: number;
  /** In evaluation order. */
  readonly layers: readonly Layer[];
}

/** The channels that are adjusted together. */
export interface Layer {
  /** The nodes whose weights make them; more than one where branches meet. */
  readonly producers: readonly Weighted[];
  readonly groups: readonly number[];
}

/** Follows every channel through the nodes that keep it: activations, pooling, flatten, add and concat. */
export function channelGroups({ nodes }: Network, shapes: Shapes): ChannelGroups {
  const first = new Map<string, Int32Array>();
  const meetings: (readonly [Int32Array, Int32Array])[] = [];
  let count = 0;
  for (const node of nodes) {
    const inputs = node.inputs.map((input) => first.get(input)!);
    const width = shapes.get(node.name)!.at(-1)!;
    if (node.op === 'input' || isWeighted(node)) {
      const start = count;
      first.set(
        node.name,
        Int32Array.from({ length: width }, (_, c) => start + c),
      );
      count += width;
    } else first.set(node.name, passedOn(node, inputs, width));
    if (node.op === 'add') for (const other of inputs.slice(1)) meetings.push([inputs[0], other]);
  }
  const sets = disjointSets(count);
  for (const [ours, theirs] of meetings) ours.forEach((group, c) => void sets.join(group, theirs[c]));
  const of = new Map([...first].map(([name, groups]) => [name, groups.map(sets.find)]));
  return { of, count, layers: layersOf(nodes.filter(isWeighted), of, count) };
}

/** The groups of a node without weights. */
function passedOn(node: Node, inputs: readonly Int32Array[], width: number): Int32Array {
  if (node.op === 'concat') return Int32Array.from(inputs.flatMap((groups) => [...groups]));
  // A flattened image repeats its channels.
  return Int32Array.from({ length: width }, (_, i) => inputs[0][i % inputs[0].length]);
}

/** Puts the nodes that make one and the same group, and all their groups, into one layer. */
function layersOf(weighted: readonly Weighted[], of: ReadonlyMap<string, Int32Array>, count: number): Layer[] {
  const maker = new Int32Array(count).fill(-1);
  const sets = disjointSets(weighted.length);
  weighted.forEach(({ name }, place) => {
    for (const group of of.get(name)!) {
      if (maker[group] < 0) maker[group] = place;
      else sets.join(maker[group], place);
    }
  });
  return weighted.flatMap((_, place) => {
    if (sets.find(place) !== place) return [];
    const producers = weighted.filter((_, other) => sets.find(other) === place);
    return [{ producers, groups: [...new Set(producers.flatMap(({ name }) => [...of.get(name)!]))] }];
  });
}
