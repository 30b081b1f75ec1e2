import type { EnergyRecord } from '@spikewright/report';
import type { Evaluation, Manifest, NetworkMeta, PipelineResult, StepWork } from '@spikewright/snn-core';
import type { DetailResult } from './details.js';

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
  /** Where samples were stopped early: what that is to be compared with. */
  readonly cut?: CutDetails;
}

/** What a run that stops early is compared with: the run of the same network to the end. */
export interface CutDetails {
  /** The name of the run to the end. */
  readonly of: string;
  /** The name of the cutoff. */
  readonly cutoff: string;
  /** The images that the cutoff learnt from. */
  readonly learnt: Selection;
  readonly medianStopStep: number;
  /** What a cut through the scores of the run to the end would have claimed: the work of T steps shared out evenly. */
  readonly claimed: { readonly accuracy: number; readonly meanStopStep: number };
  /** The optimal cutoff timestep, a yardstick that needs the labels; samples that are wrong at T count with T. */
  readonly optimal: { readonly mean: number; readonly median: number };
}

/** A conversion that could not be made; a line of results.jsonl. */
export interface RefusedResult {
  readonly kind: 'refused';
  readonly name: string;
  /** SHA-256 of the network. */
  readonly ann: string;
  readonly reason: string;
}

/** A line of results.jsonl after its header. */
export type Result = AnnResult | ConversionResult | RefusedResult | DetailResult;

/** What a run measured, sorted. */
export interface Results {
  readonly anns: readonly AnnResult[];
  /** Runs to the end. */
  readonly conversions: readonly ConversionResult[];
  /** Runs of the same networks that stop early. */
  readonly cuts: readonly (ConversionResult & { readonly cut: CutDetails })[];
  readonly refused: readonly RefusedResult[];
  readonly energies: readonly EnergyRecord[];
}

/** Sorts the lines of a run. */
export const sortResults = (results: readonly Result[]): Results => ({
  anns: results.filter((result) => result.kind === 'ann'),
  conversions: results
    .filter((result) => result.kind === 'snn' && !result.cut)
    .map((result) => result as ConversionResult),
  cuts: results.filter(isCut),
  refused: results.filter((result) => result.kind === 'refused'),
  energies: results.filter((result) => result.kind === 'energy'),
});

const isCut = (result: Result): result is ConversionResult & { readonly cut: CutDetails } =>
  result.kind === 'snn' && result.cut !== undefined;

/** The ANN that a conversion began with. */
export const annOf = ({ hashes }: ConversionResult, { anns }: Results): AnnResult =>
  anns.find(({ hash }) => hash === hashes.ann)!;

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
