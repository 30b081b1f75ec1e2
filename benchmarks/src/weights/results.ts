import type { Network } from '@spikewright/snn-core';
import type { Round } from '../engine/job.js';
import type { Machine } from '../engine/machine.js';

/** How long a network took, in milliseconds a sample and step, one thread. */
export interface WeightTiming {
  readonly median: number;
  readonly min: number;
  readonly max: number;
  /** Processor time, median. */
  readonly busy: number;
  /**
   * Processor time divided by that of float32 in the same round, median over rounds: other work on the machine changes it
   * least.
   */
  readonly ratio: number;
  readonly rounds: readonly Round[];
}

/** What a converted network did after some of its steps. */
export interface Checkpoint {
  readonly step: number;
  /** Share of right answers. */
  readonly accuracy: number;
  /** Images whose answer is right with these weights and wrong with float32. */
  readonly gained: number;
  /** Images whose answer is wrong with these weights and right with float32. */
  readonly lost: number;
}

/** What was measured of one type of weights. */
export interface WeightResult {
  readonly weights: string;
  readonly checkpoints: readonly Checkpoint[];
  /** A sample, until T. */
  readonly spikes: number;
  /** Additions at synapses, a sample until T. */
  readonly synapticOperations: number;
  readonly timing: WeightTiming;
}

/** A whole run of the benchmark, as it is written to a file. */
export interface WeightResults {
  readonly format: 1;
  readonly benchmark: 'weights';
  /** Year, month and day. */
  readonly date: string;
  readonly machine: Machine;
  readonly versions: Readonly<Record<string, string>>;
  readonly network: { readonly name: string; readonly hash: string; readonly source: Network['meta']['source'] };
  readonly data: string;
  readonly images: number;
  readonly calibration: number;
  readonly seed: number;
  readonly steps: number;
  /** Samples that were timed together. */
  readonly batch: number;
  readonly annAccuracy: number;
  readonly results: readonly WeightResult[];
}
