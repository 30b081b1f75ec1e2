import type { Round } from '../engine/job.js';
import type { Machine } from '../engine/machine.js';

/** What one policy saves on one network. */
export interface EarlyExit {
  readonly network: string;
  /** SHA-256 of the spiking network. */
  readonly hash: string;
  readonly weights: string;
  readonly steps: number;
  readonly policy: string;
  readonly meanStop: number;
  /** Accumulates and multiply-accumulates a sample, of the full run and of the stopped one. */
  readonly operations: Pair<number>;
  /** Median milliseconds a sample. */
  readonly wall: Pair<number>;
  /** Median processor time a sample, in milliseconds. */
  readonly busy: Pair<number>;
  /** The shares that are saved (of time: the median over rounds), and the share of time by the share of operations. */
  readonly operationsSaved: number;
  readonly wallSaved: number;
  readonly ratio: number;
  /** The same by processor time, which other work on the machine changes less. */
  readonly busyRatio: number;
  /** Every round, in milliseconds for all samples. */
  readonly rounds: Pair<readonly Round[]>;
}

/** A value of the full run and one of the run with stops. */
export interface Pair<T> {
  readonly full: T;
  readonly stopped: T;
}

/** A whole run of the benchmark, as it is written to a file. */
export interface EarlyExitResults {
  readonly format: 1;
  readonly benchmark: 'early-exit';
  readonly command: string;
  /** Year, month and day. */
  readonly date: string;
  readonly machine: Machine;
  readonly versions: Readonly<Record<string, string>>;
  readonly images: number;
  readonly seed: number;
  readonly results: readonly EarlyExit[];
}
