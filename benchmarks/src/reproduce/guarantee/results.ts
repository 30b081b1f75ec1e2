import type { MeasuredAnn, Reproduction } from '../results.js';
import type { Proportion } from './proportion.js';

/** How often the promise of one ε was broken. `lost` counts lost answers, `errors` additional errors, against ε each. */
export interface Broken {
  readonly lost: Proportion;
  readonly errors: Proportion;
  /** Of the samples looked at, mean over draws. */
  readonly meanStep: number;
}

/** What became of the promise 'at most ε more errors than the full run, with confidence 1 - δ'. */
export interface PromiseRow {
  /** ε */
  readonly epsilon: number;
  /**
   * The images are all there is: calibration images are drawn from them with replacement, and the share of answers that
   * would be lost is counted on all of them, without error.
   */
  readonly population: Broken;
  /** Random halves: fitted to one, counted on the other, which is a sample too. */
  readonly halves: Broken;
  /** The same halves, with the promise made for as many images as the other half has. */
  readonly future: Broken;
}

/** What a policy did, fitted to one half and measured on the other, mean over splits. */
export interface PolicyRow {
  readonly policy: string;
  /** ε, tolerance or α; null for the full run */
  readonly level: number | null;
  readonly meanStep: number;
  readonly accuracy: number;
  /** Share of images that the full run answers rightly and the cut one does not. */
  readonly lost: number;
  /** Errors of the cut run less errors of the full run, as a share of the images. */
  readonly errors: number;
  /** Share of images whose prediction set misses the label; SpikeCP only. */
  readonly missed?: number;
}

/** What was measured on one network. */
export interface NetworkResults {
  readonly network: string;
  readonly method: string;
  readonly steps: number;
  /** Images in each half. */
  readonly calibration: number;
  readonly test: number;
  /** Share of right answers after step 1, 2, ..., T on all images. */
  readonly accuracy: readonly number[];
  readonly promises: readonly PromiseRow[];
  readonly policies: readonly PolicyRow[];
}

/** What `reproduce guarantee` measured, as it is written to a file. */
export interface GuaranteeResults extends Pick<Reproduction, 'format' | 'command' | 'anns' | 'machine' | 'versions'> {
  readonly reproduction: 'guarantee';
  readonly scope: {
    readonly images: number;
    readonly seed: number;
    /** Random splits for the promise. */
    readonly splits: number;
    /** Random splits for the policies. */
    readonly policySplits: number;
  };
  /** δ */
  readonly delta: number;
  readonly anns: readonly MeasuredAnn[];
  readonly networks: readonly NetworkResults[];
}
