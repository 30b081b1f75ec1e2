import { confidence, entropy, fixedStep, riskControlled, spikeCP } from '@spikewright/cutoff-conformal';
import { topK } from '@spikewright/cutoff-topk';
import type { CutoffPolicy } from '@spikewright/snn-core';
import { requireDifferent } from './require-different.js';
import type { Table } from './table.js';

/** A cutoff that `--cutoff` takes by name. */
interface ListedCutoff {
  readonly title: string;
  /**
   * For ε, the share of wrong or lost answers that is put up with; without, the cutoff's own default. `images` is the number
   * of test images of the run: those that a promise is about.
   */
  readonly make: (epsilon: number | undefined, images: number) => CutoffPolicy;
  /** What it learns from. A promise about new images needs images that the network was not trained on. */
  readonly learnsFrom: 'training images' | 'held-out images';
  /** Where the method comes from. */
  readonly label: string;
}

const tolerated = (tolerance?: number) => (tolerance === undefined ? {} : { tolerance });

/** The cutoffs by the names that `--cutoff` takes. */
export const cutoffs: Readonly<Record<string, ListedCutoff>> = {
  'top-k': {
    title: 'Top-K: the lead of the best class, a threshold for each step',
    make: (epsilon) => topK(epsilon === undefined ? {} : { epsilon }),
    learnsFrom: 'training images',
    label: 'released code',
  },
  'risk-controlled': {
    title: 'risk-controlled: at most ε more errors on the test images, with confidence 1 - δ',
    make: (epsilon, images) => riskControlled({ ...(epsilon !== undefined && { epsilon }), future: images }),
    learnsFrom: 'held-out images',
    label: 'Learn then Test, applied here',
  },
  'spike-cp': {
    title: 'SpikeCP: a conformal prediction set of one class',
    make: (alpha) => spikeCP(alpha === undefined ? {} : { alpha }),
    learnsFrom: 'held-out images',
    label: 'paper',
  },
  confidence: {
    title: 'the largest softmax is above a fitted threshold',
    make: (epsilon) => confidence(tolerated(epsilon)),
    learnsFrom: 'held-out images',
    label: 'baseline',
  },
  entropy: {
    title: 'the entropy of the softmax is below a fitted threshold',
    make: (epsilon) => entropy(tolerated(epsilon)),
    learnsFrom: 'held-out images',
    label: 'baseline',
  },
  'fixed-step': {
    title: 'every sample stops after the same fitted step',
    make: (epsilon) => fixedStep(tolerated(epsilon)),
    learnsFrom: 'held-out images',
    label: 'baseline',
  },
};

/** A cutoff of a run. */
export interface Cut {
  readonly name: string;
  readonly policy: CutoffPolicy;
  readonly learnsFrom: ListedCutoff['learnsFrom'];
}

/**
 * Reads what `--cutoff` was given: names parted by commas; 'none' for no cutoff.
 *
 * @throws ReferenceError for an unknown name, TypeError for one that is there twice
 */
export function cutoffNames(text: string): string[] {
  if (text.trim() === 'none') return [];
  const names = text.split(',').map((name) => name.trim());
  requireDifferent('--cutoff', names);
  for (const name of names) {
    if (Object.hasOwn(cutoffs, name)) continue;
    const known = Object.keys(cutoffs).join(', ');
    throw new ReferenceError(`Cannot read --cutoff: it must be none, or names among ${known}: '${name}'`);
  }
  return names;
}

/**
 * Makes cutoffs by their names.
 *
 * @param images - the number of test images of the run
 */
export const cutsOf = (names: readonly string[], images: number, epsilon?: number): Cut[] =>
  names.map((name) => {
    const { make, learnsFrom } = cutoffs[name];
    return { name, policy: make(epsilon, images), learnsFrom };
  });

/** The cutoffs that `--cutoff` takes. */
export const cutoffTable = (): Table => ({
  title: 'Names for --cutoff, each for a run of its own',
  head: ['name', 'a sample stops once', 'learns from', 'source'],
  rows: Object.entries(cutoffs).map(([name, { title, learnsFrom, label }]) => [name, title, learnsFrom, label]),
});
