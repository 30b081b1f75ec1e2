import { batches, type ImageSet } from '@spikewright/datasets';
import {
  type Batch,
  denseOperations,
  type Engine,
  evaluateAnn,
  type Network,
  networkHash,
  plain,
  runPipeline,
} from '@spikewright/snn-core';
import { foldBatchNorm } from '@spikewright/snn-core/convert';
import type { Conversion } from './catalogue.js';
import { detailsOf } from './details.js';
import { engines } from './engines.js';
import type { Images } from './images.js';
import type { AnnResult, DataDescription, Result } from './results.js';

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
}

/** Where the main job tells how far it is. */
export type OnProgress = (phase: string, done: number, total: number) => void;

/** Images in one batch: small, so that progress shows. */
const BATCH = 100;

/**
 * Measures ANNs and every conversion of them; gives each result as soon as it is there, and after each conversion its
 * details. A conversion that is refused gives its reason, and the others go on.
 *
 */
export async function* mainJob(
  subjects: readonly Subject[],
  { test, train }: Images,
  options: MainJobOptions,
  onProgress: OnProgress,
): AsyncIterable<Result> {
  const { steps, seed } = options;
  const engine = engines[options.engine]();
  const [images, calibration] = [test.indices.length, train.indices.length];
  const data: DataDescription = { test: selection(test, seed), calibration: selection(train, seed) };
  for (const { ann, conversions } of subjects) {
    const measured = await measureAnn(ann, engine, test, data, (done) => onProgress('ANN', done, images));
    yield measured;
    for (const { name, converter, preparation } of conversions) {
      const pipeline = { ...plain, seed, steps, converter, engine };
      const convert = async function* (): AsyncIterable<Result> {
        const { manifest, hashes, evaluation, network } = await runPipeline(pipeline, ann, {
          calibration: () =>
            watched(batches(train, { size: BATCH }), (done) => onProgress(`${name}, calibration`, done, calibration)),
          test: () => batches(test, { size: BATCH }),
          onProgress: (done) => onProgress(name, done, images),
        });
        yield { kind: 'snn', name, data, manifest, hashes, notes: network.meta.notes ?? [], evaluation };
        onProgress(`${name}, layers`, 0, 1);
        const looked = { batches: () => batches(train, { size: BATCH }), engine };
        const prepared = await preparation.convert(ann, looked);
        const details = detailsOf({ name, ann, prepared, snn: network, hash: hashes.snn, evaluation }, test, engine);
        yield* orRefused(details, `details of ${name}`, measured.hash);
      };
      yield* orRefused(convert(), name, measured.hash);
    }
  }
}

/** The results, up to one that cannot be had: then the reason. */
async function* orRefused(results: AsyncIterable<Result>, name: string, ann: string): AsyncIterable<Result> {
  try {
    yield* results;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    yield { kind: 'refused', name, ann, reason: error.message };
  }
}

async function measureAnn(
  ann: Network,
  engine: Engine,
  test: ImageSet,
  data: DataDescription,
  onProgress: (done: number) => void,
): Promise<AnnResult> {
  const program = await engine.compile(ann);
  const { samples, accuracy } = await evaluateAnn(program, batches(test, { size: BATCH }), onProgress);
  program.dispose();
  // Batch normalisation is folded first: it costs nothing in a network that is put to use.
  const folded = await foldBatchNorm().convert(ann, { batches: () => batches(test), engine });
  const multiplyAccumulates = denseOperations(folded);
  const { name = 'unnamed', source = {} } = ann.meta;
  return { kind: 'ann', name, source, hash: await networkHash(ann), data, samples, accuracy, multiplyAccumulates };
}

/** The same batches, counted. */
async function* watched(given: AsyncIterable<Batch>, onProgress: (samples: number) => void): AsyncIterable<Batch> {
  let samples = 0;
  for await (const batch of given) {
    yield batch;
    samples += batch.size;
    onProgress(samples);
  }
}

const selection = (set: ImageSet, seed: number): { name: string; images: number; seed: number } => ({
  name: set.name,
  images: set.indices.length,
  seed,
});
