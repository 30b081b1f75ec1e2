import { batches, type ImageSet, mnist, shuffle, take } from '@spikewright/datasets';
import {
  type Batch,
  denseOperations,
  type Engine,
  evaluateAnn,
  foldBatchNorm,
  type Network,
  networkHash,
  plain,
  runPipeline,
} from '@spikewright/snn-core';
import type { Conversion } from './conversions.js';
import { engines } from './engines.js';
import type { AnnResult, ConversionResult, DataDescription } from './results.js';

/** What the main job is told. */
export interface MainJobOptions {
  /** How many test images are measured, drawn by the seed. */
  readonly images: number;
  /** How many training images λ is measured on, drawn by the seed. */
  readonly calibration: number;
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

/** Measures an ANN on MNIST and every conversion of it; gives each result as soon as it is there. */
export async function* mainJob(
  ann: Network,
  conversions: readonly Conversion[],
  options: MainJobOptions,
  onProgress: OnProgress,
): AsyncIterable<AnnResult | ConversionResult> {
  const { images, calibration, steps, seed } = options;
  const engine = engines[options.engine]();
  const test = take(shuffle(await mnist('test'), seed), images);
  const train = take(shuffle(await mnist('train'), seed), calibration);
  const data: DataDescription = { test: selection(test, seed), calibration: selection(train, seed) };
  yield await measureAnn(ann, engine, test, data, (done) => onProgress('ANN', done, images));
  for (const { name, converter } of conversions) {
    const result = await runPipeline({ ...plain, seed, steps, converter, engine }, ann, {
      calibration: () =>
        watched(batches(train, { size: BATCH }), (done) => onProgress(`${name}, calibration`, done, calibration)),
      test: () => batches(test, { size: BATCH }),
      onProgress: (done) => onProgress(name, done, images),
    });
    const { manifest, hashes, evaluation, network } = result;
    yield { kind: 'snn', name, data, manifest, hashes, notes: network.meta.notes ?? [], evaluation };
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
