import {
  confidence,
  entropy,
  fixedStep,
  predictionSet,
  riskControlled,
  type SpikeCPFit,
  spikeCP,
  stopSteps,
} from '@spikewright/cutoff-conformal';
import { topK } from '@spikewright/cutoff-topk';
import { type CutoffPolicy, noCutoff, type Recording } from '@spikewright/snn-core';
import type { PolicyRow } from './results.js';
import { outcomeOf, randomHalves, rightAnswers, selectSamples } from './samples.js';

interface Row {
  readonly policy: string;
  readonly level: number | null;
  readonly cutoff: CutoffPolicy;
}

const LEVELS = [0.005, 0.01, 0.02];

/** The policies that are compared. Top-K learns from the same recording as the others, so without dropout. */
function rows(delta: number): Row[] {
  const each = (policy: string, levels: readonly number[], make: (level: number) => CutoffPolicy): Row[] =>
    levels.map((level) => ({ policy, level, cutoff: make(level) }));
  return [
    { policy: 'full run', level: null, cutoff: noCutoff() },
    ...each('risk-controlled', LEVELS, (epsilon) => riskControlled({ epsilon, delta })),
    ...each('Top-K, no dropout', LEVELS, (epsilon) => topK({ epsilon, dropout: 0 })),
    ...each('fixed step', LEVELS, (tolerance) => fixedStep({ tolerance })),
    ...each('confidence', LEVELS, (tolerance) => confidence({ tolerance })),
    ...each('entropy', LEVELS, (tolerance) => entropy({ tolerance })),
    ...each('SpikeCP', [0.02, 0.05, 0.1], (alpha) => spikeCP({ alpha })),
  ];
}

/** How a comparison is made. */
export interface PolicyPlan {
  readonly delta: number;
  readonly splits: number;
  readonly seed: number;
  /** Hears the share that is done. */
  readonly say: (share: number) => void;
}

/** Fits every policy to one half and measures it on the other, mean over random splits. */
export function measurePolicies(recording: Recording, { delta, splits, seed, say }: PolicyPlan): PolicyRow[] {
  const sums = rows(delta).map((row) => ({ ...row, meanStep: 0, accuracy: 0, lost: 0, errors: 0, missed: 0 }));
  for (let split = 0; split < splits; split++) {
    const [learning, test] = randomHalves(recording.labels.length, seed, split).map((part) =>
      selectSamples(recording, part),
    );
    const right = rightAnswers(test);
    for (const sum of sums) {
      const fitted = sum.cutoff.fit?.(learning) ?? null;
      const stops = stopSteps(sum.cutoff, fitted, test);
      const outcome = outcomeOf(right, stops);
      sum.meanStep += outcome.meanStep / splits;
      sum.accuracy += outcome.accuracy / splits;
      sum.lost += outcome.lost / splits;
      sum.errors += outcome.errors / splits;
      if (sum.policy === 'SpikeCP') sum.missed += missedBy(fitted as unknown as SpikeCPFit, stops, test) / splits;
    }
    say((split + 1) / splits);
  }
  return sums.map(({ cutoff: _, missed, ...row }) => (row.policy === 'SpikeCP' ? { ...row, missed } : row));
}

/** The share of samples whose prediction set at their stop misses the label. */
function missedBy(
  { thresholds }: SpikeCPFit,
  stops: Int32Array,
  { scores, labels, steps, classes }: Recording,
): number {
  const missed = stops.reduce((sum, step, sample) => {
    const at = (sample * steps + step - 1) * classes;
    const set = predictionSet(thresholds, scores.subarray(at, at + classes), step);
    return sum + (set.includes(labels[sample]) ? 0 : 1);
  }, 0);
  return missed / stops.length;
}
