import { stopSteps } from '@spikewright/cutoff-conformal';
import { optimalCutoffTimesteps } from '@spikewright/cutoff-topk';
import {
  argmax,
  describePipeline,
  identity,
  type Json,
  type Network,
  noTuner,
  type Pipeline,
  type PipelineResult,
  type Recording,
} from '@spikewright/snn-core';
import type { Cut } from './cutoffs.js';
import type { ConversionResult, CutDetails } from './results.js';

/** A run to the end. */
export interface WholeRun {
  readonly name: string;
  readonly pipeline: Pipeline;
  readonly whole: PipelineResult;
  /** The scores of all its steps. */
  readonly scores: Recording;
}

/**
 * Runs a converted network once more, with a cutoff, and puts beside it what the run to the end says.
 *
 * @param run - runs the pipeline on the converted network
 */
export async function cutResult(
  { name: cutoff, policy }: Cut,
  { name, pipeline, whole, scores }: WholeRun,
  run: (network: Network, pipeline: Pipeline) => Promise<PipelineResult>,
): Promise<Omit<ConversionResult, 'data' | 'cut'> & { readonly cut: Omit<CutDetails, 'learnt'> }> {
  const cutting = { ...pipeline, cutoff: policy };
  const { evaluation, fitted } = await run(whole.network, { ...cutting, converter: identity(), tuner: noTuner() });
  const steps = stopSteps(policy, fitted, scores);
  const { mean, median } = optimalCutoffTimesteps(scores);
  return {
    kind: 'snn',
    name: `${name}, ${cutoff}`,
    manifest: await describePipeline(cutting),
    hashes: whole.hashes,
    notes: notesOn(fitted),
    evaluation,
    cut: {
      of: name,
      cutoff,
      medianStopStep: medianOf(evaluation.stops),
      claimed: { accuracy: accuracyAt(steps, scores), meanStopStep: meanOf(steps) },
      optimal: { mean, median },
    },
  };
}

/** What a cutoff with a promise says of it: why it can be made, or how many images are needed for it. */
function notesOn(fitted: Json): string[] {
  if (fitted === null || typeof fitted !== 'object' || Array.isArray(fitted)) return [];
  const { certified, reason, needed } = fitted as Readonly<Record<string, Json>>;
  if (certified === false)
    return [`no sample is stopped early: ${reason ?? `${needed} images to learn from are needed`}`];
  return typeof reason === 'string' ? [reason] : [];
}

const meanOf = (values: Int32Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** The share of right answers, each sample's taken after its step. */
function accuracyAt(stops: Int32Array, { scores, labels, steps, classes }: Recording): number {
  const right = labels.filter((label, sample) => {
    const at = (sample * steps + stops[sample] - 1) * classes;
    return argmax(scores.subarray(at, at + classes)) === label;
  });
  return right.length / labels.length;
}

/** The step of the sample in the middle; of an even number the mean of both. */
function medianOf(stops: readonly number[]): number {
  const steps = stops.flatMap((count, place) => Array<number>(count).fill(place + 1));
  return (steps[(steps.length - 1) >> 1] + steps[steps.length >> 1]) / 2;
}
