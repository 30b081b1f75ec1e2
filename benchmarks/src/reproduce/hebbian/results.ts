import type { Interval } from '../interval.js';
import type { MeasuredAnn, Reproduction } from '../results.js';

/** What one network needs to come near the ANN, with the images of one seed. */
export interface Reached {
  /** The first step; null if it was not reached. */
  readonly step: number | null;
  /** The first step from which on it stays reached. */
  readonly stays: number | null;
  /** The authors' convention: energy of a mean step of the run, times the step. */
  readonly energyByStepNanojoules: number | null;
  /** The energy of the steps up to that one, counted. */
  readonly energyNanojoules: number | null;
}

/** What one seed gave. */
export interface SeedRun {
  readonly seed: number;
  readonly ann: number;
  readonly at97: Reached;
  readonly at995: Reached;
  /** Of the tuner. */
  readonly notes: readonly string[];
}

/** One way to tune one baseline. */
export interface TunedRow {
  readonly baseline: string;
  readonly variant: string;
  /** T of the tuning and of the runs. */
  readonly tuned: number;
  readonly steps: number;
  readonly images: number;
  /** Share of right answers after each step, mean over seeds. */
  readonly accuracy: readonly number[];
  readonly runs: readonly SeedRun[];
  /** By what share the step of 97 % falls against the same baseline untuned; null where a seed never reached it, or for one seed. */
  readonly latencyFall: Interval | null;
  readonly latencyFall995: Interval | null;
  readonly energyFall: Interval | null;
}

/** A published figure, and what was measured. */
export interface Bound {
  readonly what: string;
  readonly published: number;
  readonly measured: Interval | null;
  readonly holds: boolean;
}

/** What `reproduce hebbian` measured, as it is written to a file. */
export interface HebbianResults extends Pick<Reproduction, 'format' | 'command' | 'machine' | 'versions'> {
  readonly reproduction: 'hebbian';
  readonly label: string;
  readonly scope: {
    readonly images: number;
    readonly calibration: number;
    /** Of the calibration images, those that tuners see. */
    readonly tuning: number;
    readonly dynamicImages: number;
  };
  readonly seeds: readonly number[];
  /** With the images of the first seed. */
  readonly ann: MeasuredAnn;
  readonly rows: readonly TunedRow[];
  /** Learning while the network runs, on fewer images of the first seed. */
  readonly dynamic: readonly TunedRow[];
  /** The row with the fewest steps to 97 %. */
  readonly best: { readonly baseline: string; readonly variant: string };
  readonly bounds: readonly Bound[];
  /** By what share the steps fall from the weakest baseline to the strongest without any tuner. */
  readonly withoutTuner: Interval | null;
}
