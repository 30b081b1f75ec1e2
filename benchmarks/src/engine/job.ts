import type { CheckRun, LayerCheck } from './spike-check.js';

/** What a process is asked to do: the first line on its standard input, as JSON. Peers in Python read the same. */
export interface Job {
  readonly task: 'examine' | 'measure';
  readonly engine: string;
  /** Files. */
  readonly network: string;
  readonly images: string;
  readonly batch: number;
  readonly steps: number;
  readonly threads: number;
  /** What an examination chose, for a measurement. */
  readonly variant: unknown;
  /** A short run to check spikes in, or null; and the file of the spikes that the reference engine counts in it. */
  readonly check: (CheckRun & { readonly expected: string }) | null;
}

/** The answer to an examination. */
export interface Examination {
  readonly versions: Readonly<Record<string, string>>;
  /** The fastest of the engine's forms for this job, or null if it has one form. */
  readonly variant: unknown;
  readonly layers: readonly LayerCheck[];
}

/** Answers while measuring: to the job itself, to each line `run`, and to the line `end`. */
export type Answer =
  | { readonly ready: true }
  | Round
  /** The most memory that the process has held, in bytes. */
  | { readonly peakMemory: number };

/** How long one run took, in milliseconds. */
export interface Round {
  readonly wall: number;
  /** What the process has spent on processors, all threads together: much less than `wall` means that it had to wait. */
  readonly busy: number;
}
