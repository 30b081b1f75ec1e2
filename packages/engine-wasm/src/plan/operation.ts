import type { Call } from '../machine/load-kernels.js';

/** Who does a part of the work: thread `lane` of `lanes`; the share `part` of `parts`. */
export interface Share {
  readonly lane: number;
  readonly part: number;
  readonly parts: number;
}

/** Something that takes a slot through the steps of a chunk: by calls of kernels, in any thread, or by a function of ours. */
export type Operation = {
  /** Puts a slot's potentials back to what they were before the first step. */
  reset?(slot: number): void;
} & (
  | { readonly kind: 'kernels'; calls(slot: number, share: Share): readonly Call[] }
  | { readonly kind: 'function'; run(slot: number, steps: number): void }
);

/** The part of a whole number of things that a share has: from the first to the one after the last. */
export const shareOf = (count: number, { part, parts }: Share): [first: number, last: number] => [
  Math.floor((count * part) / parts),
  Math.floor((count * (part + 1)) / parts),
];

/** Keeps what a function made for a slot and a share. */
export function keepCalls(make: (slot: number, share: Share) => readonly Call[]): typeof make {
  const kept = new Map<string, readonly Call[]>();
  return (slot, share) => {
    const key = `${slot} ${share.lane} ${share.part} ${share.parts}`;
    const calls = kept.get(key) ?? make(slot, share);
    kept.set(key, calls);
    return calls;
  };
}
