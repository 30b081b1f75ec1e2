import type { Network } from '@spikewright/snn-core';
import type { ChannelGroups } from './channel-groups.js';
import type { Measure } from './measures.js';

/** How factors are chosen. */
export interface Choice {
  /** Gives q. */
  readonly measure: Measure;
  /** Whether a group may have a factor; the others keep 1. */
  readonly free: (group: number) => boolean;
  /** Whether a layer is measured with the weights that the factors before it leave it. */
  readonly compensated: boolean;
  /** The exponent of c / q. */
  readonly strength: number;
  /** The most that a factor may be, and 1 / the least. */
  readonly clamp: number | null;
}

/** A neuron with a smaller part of the layer's largest q has no weights to speak of, and keeps those it has. */
const NEGLIGIBLE = 1e-6;

/** Chooses the factor of every group, layer by layer: `s = (c / q)^strength`, c the geometric mean of q in the layer. */
export function channelFactors(network: Network, groups: ChannelGroups, choice: Choice): Float64Array {
  const { measure, free, compensated, strength, clamp } = choice;
  const factors = new Float64Array(groups.count).fill(1);
  const none = factors.slice();
  for (const { producers, groups: members } of groups.layers) {
    const wanted = members.filter(free);
    if (wanted.length === 0) continue;
    const scene = { network, groups, factors: compensated ? factors : none };
    const q = measure({ producers, groups: wanted }, scene);
    const least = NEGLIGIBLE * Math.max(...q.values());
    const alive = [...q].filter(([, value]) => value > least);
    const c = Math.exp(alive.reduce((sum, [, value]) => sum + Math.log(value), 0) / alive.length);
    for (const [group, value] of alive) factors[group] = within(clamp, (c / value) ** strength);
  }
  return factors;
}

const within = (clamp: number | null, factor: number): number =>
  clamp === null ? factor : Math.min(Math.max(factor, 1 / clamp), clamp);
