import { randomStream } from '@spikewright/snn-core';

/** When samples are stopped: each at a step of its own, drawn evenly from a range. */
export interface Policy {
  readonly name: string;
  /** The first and the last step at which a sample may stop. */
  readonly first: number;
  readonly last: number;
}

/** Policies of different mean stop steps, for runs of at most T steps. */
export const policiesFor = (steps: number): readonly Policy[] => [
  { name: 'early', first: 1, last: Math.ceil(steps / 2) },
  { name: 'any time', first: 1, last: steps },
  { name: 'late', first: Math.ceil(steps / 2), last: steps },
];

/** The step at which a sample, named by its place in the data set, is stopped. */
export const stopOf = ({ first, last }: Policy, seed: number, sample: number): number =>
  first + Math.floor((last - first + 1) * randomStream(seed, sample)());
