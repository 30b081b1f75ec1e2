import type { Case } from './cases.js';
import type { Round } from './job.js';
import type { Machine } from './machine.js';
import type { LayerCheck } from './spike-check.js';

/** What one engine took for one case. */
export interface Timing {
  readonly engine: string;
  /** The form that was chosen for this case, where an engine has several. */
  readonly variant: unknown;
  /** Milliseconds a sample and time step. */
  readonly median: number;
  readonly min: number;
  readonly max: number;
  /** Processor time of all threads, median; it hardly grows when other programs take the processor away. */
  readonly busy: number;
  /** Every round as it came, in the same unit. */
  readonly rounds: readonly Round[];
  /** The most memory that the engine's process held, in bytes. */
  readonly peakMemory: number;
}

/** How an engine's spikes compare with the reference engine's. */
export interface SpikeCheck {
  readonly net: string;
  readonly rate: number;
  readonly engine: string;
  readonly batch: number;
  readonly steps: number;
  readonly layers: readonly LayerCheck[];
}

/** An engine that could not run a case, and why. */
export interface Skip {
  /** `all` if one failed while all were timed. */
  readonly engine: string;
  readonly case: Case;
  readonly reason: string;
}

/** A whole run of the benchmark, as it is written to a file. */
export interface Results {
  readonly format: 1;
  /** Year, month and day. */
  readonly date: string;
  readonly machine: Machine;
  readonly versions: Readonly<Record<string, string>>;
  readonly cases: readonly { readonly case: Case; readonly timings: readonly Timing[] }[];
  readonly checks: readonly SpikeCheck[];
  readonly skipped: readonly Skip[];
}
