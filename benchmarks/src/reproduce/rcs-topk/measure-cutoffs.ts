import { confidence, entropy, stopSteps } from '@spikewright/cutoff-conformal';
import { evaluateStops, topK } from '@spikewright/cutoff-topk';
import type { CutoffPolicy, Json, Recording } from '@spikewright/snn-core';
import type { CutoffRow } from './results.js';

/** Recordings of one network. */
export interface Recordings {
  readonly test: Recording;
  /** Of training images. */
  readonly plain: Recording;
  /** Of the same with dropout. */
  readonly noisy: Recording;
}

/** The share of spikes that the authors' code loses while it calibrates. */
export const DROPOUT = 0.3;

/** ε of the authors' scripts: 0.00, 0.01, ..., 0.09. */
export const EPSILONS: readonly number[] = Array.from({ length: 10 }, (_, percent) => percent / 100);

/** The shares of training images that may lose their answers to the other cutoffs: 0, and those that are an image at least. */
const tolerances = (images: number): number[] =>
  [0, 0.001, 0.002, 0.005, 0.01, 0.02].filter((share) => share === 0 || share * images >= 1);

/** Fits every cutoff to training images and cuts the recording of the test images. */
export function measureCutoffs({ test, plain, noisy }: Recordings): CutoffRow[] {
  const full = evaluateStops(test, new Int32Array(test.labels.length).fill(test.steps)).accuracy;
  const measure = (
    row: Pick<CutoffRow, 'cutoff' | 'level' | 'dropout'>,
    policy: CutoffPolicy,
    seen: Recording,
  ): CutoffRow => {
    const fitted = policy.fit!(seen);
    const { accuracy, mean, median, stops } = evaluateStops(test, stopSteps(policy, fitted, test));
    // In whole images, so that a loss of exactly 0.2 points is one.
    const loss = Math.round((full - accuracy) * test.labels.length) / test.labels.length;
    const outcome = { accuracy, loss, meanStep: mean, medianStep: median, stops };
    return { ...row, ...outcome, ...(row.cutoff === 'Top-K' && { beta: betaOf(fitted) }) };
  };
  return [
    ...[DROPOUT, 0].flatMap((dropout) =>
      EPSILONS.map((level) =>
        measure({ cutoff: 'Top-K', level, dropout }, topK({ epsilon: level, dropout }), dropout > 0 ? noisy : plain),
      ),
    ),
    ...([confidence, entropy] as const).flatMap((cutoff) =>
      tolerances(plain.labels.length).map((tolerance) =>
        measure(
          { cutoff: cutoff.pluginName as 'confidence' | 'entropy', level: tolerance, dropout: 0 },
          cutoff({ tolerance }),
          plain,
        ),
      ),
    ),
  ];
}

const betaOf = (fitted: Json): readonly number[] => (fitted as { readonly beta: readonly number[] }).beta;
