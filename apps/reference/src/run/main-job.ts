import { batches, type ImageSet } from '@spikewright/datasets';
import {
  type Batch,
  denseOperations,
  type Engine,
  evaluateAnn,
  type Network,
  networkHash,
  type Pipeline,
  type PipelineResult,
  plain,
  runPipeline,
} from '@spikewright/snn-core';
import { foldBatchNorm } from '@spikewright/snn-core/convert';
import type { Conversion } from './catalogue.js';
import { cutResult } from './cut-result.js';
import type { Cut } from './cutoffs.js';
import { detailsOf, energyOf } from './details.js';
import { engines } from './engines.js';
import type { Images } from './images.js';
import type { AnnResult, DataDescription, Result } from './results.js';
import { type Watch, watchEngine } from './watch-engine.js';
import { watchImages } from './watch-images.js';

/** A network and the ways in which it is converted. */
export interface Subject {
  readonly ann: Network;
  readonly conversions: readonly Conversion[];
}

/** What the main job is told. */
export interface MainJobOptions {
  /** What runs the networks; see {@link engines}. */
  readonly engine: keyof typeof engines;
  /** T, the steps of a sample. */
  readonly steps: number;
  readonly seed: number;
  /** Cutoffs with which each converted network is run once more. @defaultValue none */
  readonly cuts?: readonly Cut[];
}

/** Where the main job tells how far it is. */
export interface Listeners {
  onProgress(phase: string, done: number, total: number): void;
  /** How long the engine took for the images of a run, in milliseconds. */
  onTiming?(run: string, milliseconds: number): void;
}

/** Images in one batch: few, so that progress shows. */
const BATCH = 100;
/** Images in one batch of a simulation: more, since at its end few are left to share what is read where they stop early. */
const SIMULATED = 250;

/** What all runs of a job share. */
interface Job {
  readonly images: Images;
  readonly data: DataDescription;
  readonly options: MainJobOptions;
  readonly listeners: Listeners;
  readonly cuts: readonly Cut[];
}

/**
 * Measures ANNs and every conversion of them, to the end and with each cutoff; gives each result as soon as it is there, and
 * after each conversion its details. A conversion that is refused gives its reason, and the others go on.
 */
export async function* mainJob(
  subjects: readonly Subject[],
  images: Images,
  options: MainJobOptions,
  listeners: Listeners,
): AsyncIterable<Result> {
  const { seed, cuts = [] } = options;
  const data: DataDescription = { test: selection(images.test, seed), calibration: selection(images.train, seed) };
  const job: Job = { images, data, options, listeners, cuts };
  for (const { ann, conversions } of subjects) {
    const measured = await measureAnn(ann, job);
    yield measured;
    for (const conversion of conversions) {
      yield* orRefused(measureConversion(ann, conversion, job), conversion.name, measured.hash);
    }
  }
}

/** A run to the end, its details, and the runs that stop early. */
async function* measureConversion(ann: Network, conversion: Conversion, job: Job): AsyncIterable<Result> {
  const { name, converter, tuner, preparation } = conversion;
  const { images, data, options, listeners, cuts } = job;
  const engine = engines[options.engine]();
  const watch = watchEngine(engine);
  const { seed, steps } = options;
  const pipeline: Pipeline = { ...plain, seed, steps, converter, tuner, engine: watch.engine };
  const whole = await measure(name, pipeline, ann, watch, job);
  const { manifest, hashes, evaluation, network } = whole;
  yield { kind: 'snn', name, data, manifest, hashes, notes: network.meta.notes ?? [], evaluation };
  listeners.onProgress(`${name}, layers`, 0, 1);
  const looked = { batches: () => batches(images.train, { size: BATCH }), engine };
  const prepared = await preparation.convert(ann, looked);
  const details = detailsOf({ name, ann, prepared, snn: network, hash: hashes.snn, evaluation }, images.test, engine);
  yield* orRefused(details, `details of ${name}`, hashes.ann);
  if (cuts.length === 0) return;
  const scores = await watch.takeRecording();
  for (const cut of cuts) {
    const named = `${name}, ${cut.name}`;
    const stopped = async function* (): AsyncIterable<Result> {
      const result = await cutResult(cut, { name, pipeline, whole, scores }, (uncut, cutting) =>
        measure(named, cutting, uncut, watch, job, cut),
      );
      const learnt = selection(learningSet(cut, images), seed);
      yield { ...result, data, cut: { ...result.cut, learnt } };
      yield* energyOf({ name: named, ann, snn: network, hash: hashes.snn, evaluation: result.evaluation }, looked);
    };
    yield* orRefused(stopped(), named, hashes.ann);
  }
}

/** Runs a pipeline and tells how far it is, and how long the engine took. */
async function measure(
  name: string,
  pipeline: Pipeline,
  network: Network,
  watch: Watch,
  { images, listeners, cuts }: Job,
  cut?: Cut,
): Promise<PipelineResult> {
  const learning = learningSet(cut, images);
  if (cut && learning.indices.length === 0) {
    const rule = 'it learns from test images that are not measured, so fewer must be measured';
    throw new RangeError(`Cannot fit ${cut.name}: ${rule}: all ${images.test.indices.length} are`);
  }
  const watched = (set: ImageSet) => (): AsyncIterable<Batch> =>
    watchImages(batches(set, { size: BATCH }), (done) =>
      listeners.onProgress(`${name}, calibration`, done, set.indices.length),
    );
  const result = await runPipeline(pipeline, network, {
    calibration: watched(images.train),
    cutoffCalibration: watched(learning),
    test: () => {
      // A run to the end shows what cutoffs of it would have claimed.
      watch.begin(!cut && cuts.length > 0);
      return batches(images.test, { size: SIMULATED });
    },
    onProgress: (done) => listeners.onProgress(name, done, images.test.indices.length),
  });
  listeners.onTiming?.(name, watch.milliseconds());
  return result;
}

/** The images that a cutoff learns from. */
const learningSet = (cut: Cut | undefined, { held, train }: Images): ImageSet =>
  cut?.learnsFrom === 'held-out images' ? held : train;

/** The results, up to one that cannot be had: then the reason. */
async function* orRefused(results: AsyncIterable<Result>, name: string, ann: string): AsyncIterable<Result> {
  try {
    yield* results;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    yield { kind: 'refused', name, ann, reason: error.message };
  }
}

async function measureAnn(ann: Network, { images, data, options, listeners }: Job): Promise<AnnResult> {
  const engine: Engine = engines[options.engine]();
  const { test } = images;
  const program = await engine.compile(ann);
  const { samples, accuracy } = await evaluateAnn(program, batches(test, { size: BATCH }), (done) =>
    listeners.onProgress('ANN', done, test.indices.length),
  );
  program.dispose();
  // Batch normalisation is folded first: it costs nothing in a network that is put to use.
  const folded = await foldBatchNorm().convert(ann, { batches: () => batches(test), engine });
  const multiplyAccumulates = denseOperations(folded);
  const { name = 'unnamed', source = {} } = ann.meta;
  return { kind: 'ann', name, source, hash: await networkHash(ann), data, samples, accuracy, multiplyAccumulates };
}

const selection = (set: ImageSet, seed: number): { name: string; images: number; seed: number } => ({
  name: set.name,
  images: set.indices.length,
  seed,
});
