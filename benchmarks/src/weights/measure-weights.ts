import { createRequire } from 'node:module';
import { norm } from '@spikewright/converters-norm';
import { batches, type ImageSet, shuffle, take } from '@spikewright/datasets';
import { quantizeWeights, wasmEngine } from '@spikewright/engine-wasm';
import { type DataSetName, dataSets } from '@spikewright/reference/data-sets';
import {
  type Batch,
  type Calibration,
  type Converter,
  direct,
  evaluate,
  evaluateAnn,
  identity,
  type Network,
  networkHash,
  type Program,
} from '@spikewright/snn-core';
import { describeMachine } from '../engine/machine.js';
import { type Answers, onlyRight, recordAnswers } from './answers.js';
import type { Checkpoint, WeightResult, WeightResults } from './results.js';
import { type Subject, withMeanPooling } from './subject.js';
import { timeWeights } from './time-weights.js';

/** What is measured. */
export interface WeightPlan {
  readonly ann: Subject['ann'];
  readonly data: DataSetName;
  /** How many test images. */
  readonly images: number;
  readonly steps: number;
  /** How many training images. */
  readonly calibration: number;
  readonly seed: number;
  readonly rounds: number;
  /** Hears what is being done. */
  readonly say: (what: string) => void;
}

/** The types of weights; the first is what the others are compared with. */
const TYPES: readonly { readonly weights: string; readonly converter: () => Converter }[] = [
  { weights: 'float32', converter: () => identity() },
  { weights: '8 bits', converter: () => quantizeWeights({ bits: 8 }) },
  { weights: '7 bits', converter: () => quantizeWeights({ bits: 7 }) },
];

/** Steps that accuracy is shown after, those up to T. */
const STEPS = [4, 8, 16, 32, 64, 128, 256];

/** Samples that run together. */
const BATCH = 64;

/** Converts a trained network by `norm()`, and measures it with each type of weights on one thread. */
export async function measureWeights(plan: WeightPlan): Promise<WeightResults> {
  const { ann, data, images, seed, steps, rounds, say } = plan;
  const test = take(shuffle(await dataSets[data].load('test'), seed), images);
  say('converting');
  const calibration = await calibrationOf(plan);
  const snn = await withMeanPooling(ann, norm({ scope: 'channel' })).convert(ann, calibration);
  const networks = await Promise.all(TYPES.map(({ converter }) => converter().convert(snn, calibration)));
  const programs = await Promise.all(networks.map((network) => wasmEngine().compile(network)));
  say('timing');
  const timings = await timeWeights(programs, await firstBatch(test), steps, rounds);
  const measured = await measureAll(programs, test, plan);
  const annAccuracy = await accuracyOf(ann, test);
  for (const program of programs) program.dispose();
  const { length } = test.indices;
  return {
    ...(await circumstances(plan)),
    images: length,
    batch: Math.min(BATCH, length),
    annAccuracy,
    results: measured.map((result, place) => ({ ...result, timing: timings[place] })),
  };
}

async function circumstances({ ann, data, calibration, seed, steps }: WeightPlan) {
  const { name = 'unnamed', source } = ann.meta;
  return {
    format: 1,
    benchmark: 'weights',
    date: new Date().toISOString().slice(0, 10),
    machine: describeMachine(),
    versions: versions(),
    network: { name, hash: await networkHash(ann), source },
    data,
    calibration,
    seed,
    steps,
  } as const;
}

async function calibrationOf({ data, seed, calibration }: WeightPlan): Promise<Calibration> {
  const train = take(shuffle(await dataSets[data].load('train'), seed), calibration);
  return { batches: () => batches(train), engine: wasmEngine() };
}

async function firstBatch(set: ImageSet): Promise<Batch> {
  for await (const batch of batches(set, { size: BATCH })) return batch;
  throw new RangeError(`Cannot measure weights: the data must hold images: none in ${set.name}`);
}

async function accuracyOf(ann: Network, test: ImageSet): Promise<number> {
  const program = await wasmEngine().compile(ann);
  const { accuracy } = await evaluateAnn(program, batches(test, { size: BATCH }));
  program.dispose();
  return accuracy;
}

type Measured = Omit<WeightResult, 'timing'>;

async function measureAll(programs: readonly Program[], test: ImageSet, { steps, say }: WeightPlan) {
  const shown = [...STEPS.filter((step) => step < steps), steps];
  const results: Measured[] = [];
  let yardstick: Answers | undefined;
  for (const [place, given] of programs.entries()) {
    const { weights } = TYPES[place];
    say(`${weights}: ${test.indices.length} images`);
    const { program, answers } = recordAnswers(given, shown);
    const { accuracy, work } = await evaluate(program, batches(test, { size: BATCH }), { steps, encoder: direct() });
    yardstick ??= answers;
    const checkpoints = shown.map((step) =>
      checkpoint(step, Number(accuracy[step - 1]), answers, yardstick!, test.labels),
    );
    results.push({ weights, checkpoints, spikes: sum(work.spikes), synapticOperations: sum(work.accumulates) });
  }
  return results;
}

function checkpoint(
  step: number,
  accuracy: number,
  answers: Answers,
  yardstick: Answers,
  labels: ArrayLike<number>,
): Checkpoint {
  const [ours, theirs] = [answers.get(step)!, yardstick.get(step)!];
  return { step, accuracy, gained: onlyRight(ours, theirs, labels), lost: onlyRight(theirs, ours, labels) };
}

const sum = (byNode: Readonly<Record<string, number>>): number =>
  Object.values(byNode).reduce((total, value) => total + value, 0);

function versions(): Record<string, string> {
  const require = createRequire(import.meta.url);
  const names = ['@spikewright/converters-norm', '@spikewright/engine-wasm', '@spikewright/snn-core'];
  return Object.fromEntries(names.map((name) => [name, require(`${name}/package.json`).version]));
}
