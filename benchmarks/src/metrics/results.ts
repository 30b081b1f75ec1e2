import type { Machine } from '../engine/machine.js';

/** Milliseconds of processor time a sample and step, of the rounds of one form of run. */
export interface RoundTimes {
  readonly median: number;
  readonly min: number;
  readonly max: number;
  readonly rounds: readonly number[];
}

/** What the counting of a run costs. Plain JSON. */
export interface MetricResults {
  readonly format: 1;
  readonly benchmark: 'metrics';
  readonly date: string;
  readonly machine: Machine;
  readonly network: { readonly name: string; readonly hash: string };
  readonly images: number;
  readonly steps: number;
  readonly seed: number;
  /** The frames of engine-wasm received, and nothing done with them. */
  readonly bare: RoundTimes;
  /** The same frames through `evaluate`, which counts spikes and operations by node and step, and answers. */
  readonly counted: RoundTimes;
  /** The median of `counted` by that of `bare`. */
  readonly ratio: number;
  /** All energy models and break-even, once a run: milliseconds on the clock. */
  readonly reports: number;
}
