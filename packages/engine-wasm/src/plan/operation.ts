import type { RunOptions } from '@spikewright/snn-core';
import type { Call } from '../machine/load-kernels.js';

/** Who does a part of the work, and of what: thread `lane`, and the share `part` of `parts`. */
export interface Share {
  readonly lane: number;
  readonly part: number;
  readonly parts: number;
  /** Whether it is one step each of several slots, the given one and those after it; else some steps of one slot. */
  readonly abreast: boolean;
}

/** Where a slot's sample stands in a run. */
export interface Moment {
  /** The sample's place in the data set. */
  readonly sample: number;
  /** How many steps it took before the chunk. */
  readonly clock: number;
  readonly options: Pick<RunOptions, 'seed' | 'dropout' | 'steps'>;
}

/** Something that takes a slot through the steps of a chunk: by calls of kernels, in any thread, or by a function of ours. */
export type Operation = {
  /** Puts a slot's potentials back to what they were before the first step. */
  reset?(slot: number): void;
} & (
  | {
      readonly kind: 'kernels';
      /** Whether its kernels can take several slots through a step, side by side. */
      readonly abreast: boolean;
      calls(slot: number, share: Share): readonly Call[];
    }
  | { readonly kind: 'function'; run(slot: number, steps: number, moment: Moment): void }
);

/** The part of a whole number of things that a share has: from the first to the one after the last. */
export const shareOf = (
  count: number,
  { part, parts }: Pick<Share, 'part' | 'parts'>,
): [first: number, last: number] => [Math.floor((count * part) / parts), Math.floor((count * (part + 1)) / parts)];

/** Keeps what a function made for a slot and a share. */
export function keepCalls(make: (slot: number, share: Share) => readonly Call[]): typeof make {
  const kept = new Map<number, readonly Call[]>();
  return (slot, share) => {
    const { lane, part, parts, abreast } = share;
    // There are at most 64 threads.
    const key = (((slot * 64 + lane) * 64 + part) * 65 + parts) * 2 + Number(abreast);
    const calls = kept.get(key) ?? make(slot, share);
    kept.set(key, calls);
    return calls;
  };
}
