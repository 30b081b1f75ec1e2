import type { Machine } from '../engine/machine.js';
import type { Round, TrainedNet } from './job.js';

/** What one way to train cost, in milliseconds a step. */
export interface TrainingCost {
  readonly variant: string;
  /** Processor time, median. */
  readonly busy: number;
  /** Wall time, median. */
  readonly wall: number;
  /** Processor time divided by that of the first variant in the same round, median over rounds. */
  readonly ratio: number;
  readonly rounds: readonly Round[];
  readonly versions: Readonly<Record<string, string>>;
  /** The form that was chosen, where there are several. */
  readonly form?: unknown;
}

/** What the ways to train a network cost. */
export interface NetResult {
  readonly net: TrainedNet;
  readonly costs: readonly TrainingCost[];
}

/** A whole run of the benchmark, as it is written to a file. */
export interface TrainingResults {
  readonly format: 1;
  readonly benchmark: 'training';
  /** Year, month and day. */
  readonly date: string;
  readonly machine: Machine;
  readonly nets: readonly NetResult[];
  /** What could not run, and why. */
  readonly skipped: readonly { readonly variant: string; readonly reason: string }[];
}
