import type { DataSetName } from '@spikewright/reference/data-sets';
import type { Reproduction } from '../results.js';
import type { Scope } from '../setting.js';

/** What is aimed at on MNIST and Fashion-MNIST: few steps of T on average, and a small loss against taking all of them. */
export const AIM = { meanStep: 1.3, loss: 0.002, dataSets: ['mnist', 'fashion-mnist'] } as const;

/** Figures of a summary of the paper (CIFAR-10, T = 4, networks with RCS): context, no target. Read second-hand. */
export const PUBLISHED = [
  { network: 'QCFS', accuracy: 0.9404, meanStep: 1.27 },
  { network: 'TET', accuracy: 0.9489, meanStep: 1.2 },
  { network: 'TEBN', accuracy: 0.953, meanStep: 1.22 },
] as const;

/** What a cutoff does to the test images. */
export interface Outcome {
  readonly accuracy: number;
  readonly meanStep: number;
  /** How many images stop after step 1, 2, ..., T. */
  readonly stops: readonly number[];
}

/** One cutoff, fitted to training images and cut post hoc from the recording of all steps. */
export interface CutoffRow extends Outcome {
  readonly cutoff: 'Top-K' | 'confidence' | 'entropy';
  /** ε of Top-K, the tolerance of the others. */
  readonly level: number;
  /** The share of spikes that got lost while it was fitted. */
  readonly dropout: number;
  /** Accuracy of T steps less that of the cutoff. */
  readonly loss: number;
  readonly medianStep: number;
  /** β of each step; Top-K only. */
  readonly beta?: readonly number[];
}

/** Mean work of an image. */
export interface RunWork {
  readonly spikes: number;
  readonly accumulates: number;
  readonly multiplyAccumulates: number;
  /** Wall time of each round, all images. */
  readonly seconds: readonly number[];
}

/** A run that stops in earnest, beside one that does not; the two take turns. */
export interface RealRun extends Outcome {
  /** ε: of the rows with dropout the one with the fewest steps within the aim's loss. */
  readonly level: number;
  readonly dropout: number;
  readonly full: RunWork;
  readonly cut: RunWork;
  /** Whether it stopped and answered as the post-hoc cut claims. */
  readonly asClaimed: boolean;
}

/** A network in one spiking form. */
export interface Subject {
  readonly network: string;
  readonly title: string;
  readonly dataSet: DataSetName;
  /** SHA-256 of the file's network. */
  readonly hash: string;
  /** How it became spiking. */
  readonly method: string;
  readonly images: number;
  /** Training images that cutoffs were fitted to. */
  readonly calibration: number;
  /** What every image answers after step 1, 2, ..., T: cutoffs at a fixed step. */
  readonly accuracy: readonly number[];
  /** The optimal cutoff timestep; it knows the labels. */
  readonly oct: Outcome;
  readonly cutoffs: readonly CutoffRow[];
  readonly run: RealRun;
  /** The rows of Top-K that reach the aim; null where none is set. */
  readonly aimMet: readonly { readonly level: number; readonly dropout: number }[] | null;
}

/** What `reproduce rcs-topk` measured, as it is written to a file. */
export interface RcsTopKResults extends Pick<Reproduction, 'machine' | 'versions'> {
  readonly format: 1;
  readonly reproduction: 'rcs-topk';
  readonly command: string;
  readonly scope: Scope;
  readonly steps: number;
  readonly aim: typeof AIM;
  readonly published: typeof PUBLISHED;
  readonly subjects: readonly Subject[];
  /** For each data set that the aim is set for: who met it. */
  readonly verdicts: readonly Verdict[];
  /** Sentences about what could not be measured. */
  readonly skipped: readonly string[];
}

/** Whether the aim was met on a data set. */
export interface Verdict {
  readonly dataSet: DataSetName;
  readonly met: boolean;
  /** Networks and forms that met it. */
  readonly by: readonly string[];
}
