import type { Evaluation, Manifest, NetworkMeta, PipelineResult, StepWork } from '@spikewright/snn-core';

/** Which images were used: so many of a data set, drawn by a seed. */
export interface Selection {
  readonly name: string;
  readonly images: number;
  readonly seed: number;
}

/** The images of a run. */
export interface DataDescription {
  readonly test: Selection;
  readonly calibration: Selection;
}

/** What was measured of the ANN; a line of results.jsonl. */
export interface AnnResult {
  readonly kind: 'ann';
  readonly name: string;
  readonly source: NonNullable<NetworkMeta['source']>;
  /** SHA-256 of the network. */
  readonly hash: string;
  readonly data: DataDescription;
  readonly samples: number;
  readonly accuracy: number;
  /** Dense MACs of one image, by node. */
  readonly multiplyAccumulates: Readonly<Record<string, number>>;
}

/** What was measured of a conversion; a line of results.jsonl. */
export interface ConversionResult {
  readonly kind: 'snn';
  readonly name: string;
  readonly data: DataDescription;
  readonly manifest: Manifest;
  readonly hashes: PipelineResult['hashes'];
  readonly notes: readonly string[];
  readonly evaluation: Evaluation;
}

/** The first step after which the accuracy reaches a share of the ANN's; undefined if none does. */
export function stepsTo(share: number, { accuracy }: Evaluation, ann: AnnResult): number | undefined {
  const step = accuracy.findIndex((value) => value !== null && value >= share * ann.accuracy);
  return step < 0 ? undefined : step + 1;
}

/** The work of one image up to and including a step. */
export function workUntil(step: number, { workByStep }: Evaluation): StepWork {
  const sum = (field: keyof StepWork): number =>
    workByStep.slice(0, step).reduce((total, work) => total + work[field], 0);
  return {
    spikes: sum('spikes'),
    accumulates: sum('accumulates'),
    multiplyAccumulates: sum('multiplyAccumulates'),
  };
}

/** The sum over all nodes. */
export const total = (byNode: Readonly<Record<string, number>>): number =>
  Object.values(byNode).reduce((sum, count) => sum + count, 0);
