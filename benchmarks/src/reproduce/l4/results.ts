import type { Interval } from '../interval.js';
import type { MeasuredAnn, Reproduction } from '../results.js';

/** Accuracy of one converted network under Poisson input. */
export interface AccuracyRow {
  readonly adjustment: string;
  /** `weak`, `strong` or `channel`. */
  readonly baseline: string;
  /** Of the adjusted ANN, on the same images. */
  readonly annAccuracy: number;
  readonly checkpoints: readonly {
    readonly step: number;
    /** Share of right answers for each seed. */
    readonly accuracy: readonly number[];
    readonly interval: Interval;
  }[];
  /** Of a sample until T, mean over seeds. */
  readonly spikes: number;
  readonly notes: readonly string[];
}

/** What may stand for the standard deviation of a neuron's potential. */
export const PREDICTORS = ['L4 norm', 'L2 norm', 'Poisson formula', 'Bernoulli formula'] as const;

/** One number for each predictor. */
export type ByPredictor = Readonly<Record<(typeof PREDICTORS)[number], number>>;

/** How the potentials of one layer vary before they are compared with θ. */
export interface LayerDeviation {
  readonly layer: string;
  /** Independent spikes of the rates that the layer receives, or the spikes that it does receive in the network. */
  readonly spikes: 'Poisson' | 'network';
  /** Neurons of all images that were looked at: those whose input is not silent, without the border. */
  readonly neurons: number;
  /** Correlation with the measured deviation over all neurons and images. */
  readonly correlation: ByPredictor;
  /** Correlation over the channels at one place of one image, where all see the same input; mean over places. */
  readonly correlationWithin: ByPredictor;
  /** Some neurons for the plot: measured, then the predictors in their order. */
  readonly points: readonly (readonly number[])[];
}

/** What `reproduce l4` measured, as it is written to a file. */
export interface L4Results extends Pick<Reproduction, 'format' | 'command' | 'machine' | 'versions'> {
  readonly reproduction: 'l4';
  /** The paper's rule is not public. */
  readonly label: string;
  readonly scope: { readonly images: number; readonly calibration: number; readonly seed: number };
  readonly steps: number;
  /** Seeds of the encoder. */
  readonly seeds: readonly number[];
  readonly ann: MeasuredAnn;
  readonly rows: readonly AccuracyRow[];
  readonly deviation: {
    /** Steps that the potentials are summed over. */
    readonly steps: number;
    /** Draws of the input for each image. */
    readonly repetitions: number;
    readonly images: number;
    readonly layers: readonly LayerDeviation[];
  };
}
