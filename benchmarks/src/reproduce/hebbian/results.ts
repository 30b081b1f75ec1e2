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
  /** The same of energy by the authors' convention. */
  readonly energyFall: Interval | null;
  /** The same of energy as counted; older files do not have it. */
  readonly countedEnergyFall?: Interval | null;
}

/** Which row. */
export type RowName = Pick<TunedRow, 'baseline' | 'variant'>;

/** A figure for each thing that 97 % of the ANN takes; null where a seed never got there, or for one seed. */
export interface Falls {
  readonly steps: Interval | null;
  /** Steps until it stays reached. */
  readonly stays: Interval | null;
  /** Energy by the authors' convention. */
  readonly energyByStep: Interval | null;
  /** Energy as counted. */
  readonly energy: Interval | null;
}

/** By what shares one row takes less than another, seed by seed. */
export interface Comparison {
  readonly from: RowName;
  readonly to: RowName;
  readonly falls: Falls;
}

/** A comparison of rows that differ in one thing. */
export interface Change extends Comparison {
  readonly what: string;
}

/** A change on the way from the weakest baseline to the best tuned form of the strongest. */
export interface Part extends Change {
  /** What share of all that is saved on the way is saved by this change. */
  readonly parts: Falls;
}

/** A published figure, and what was measured. */
export interface Bound {
  readonly what: string;
  readonly published: number;
  readonly measured: Interval | null;
  readonly holds: boolean;
}

/** What `reproduce hebbian` measured. */
export interface HebbianMeasurements extends Pick<Reproduction, 'format' | 'command' | 'machine' | 'versions'> {
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
}

/** What follows from the rows. */
export interface Verdict {
  /** The tuned row with the fewest steps to 97 %, on whatever baseline. */
  readonly best: RowName;
  /** What it saves against the weakest baseline untuned: by its own baseline and by its tuner. */
  readonly bounds: readonly Bound[];
  /** The best tuned row of the weakest baseline against that one untuned. */
  readonly tunerAlone: Comparison & { readonly bounds: readonly Bound[] };
  /** The best tuned row of the strongest baseline against that one untuned. */
  readonly onTop: Comparison;
  /** Each other baseline untuned against the weakest untuned. */
  readonly withoutTuner: readonly Comparison[];
  /** Untuned baselines that differ in one thing. */
  readonly changes: readonly Change[];
  /** The way from the weakest baseline to `onTop`. */
  readonly parts: readonly Part[];
}

/** What is written to a file. */
export interface HebbianResults extends HebbianMeasurements, Verdict {}
