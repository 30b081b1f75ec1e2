import { readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { batches, shuffle, take } from '@spikewright/datasets';
import type { TrainingOutcome } from '@spikewright/report';
import { type Batch, saveNetwork } from '@spikewright/snn-core';
import type { EpochReport, LoopOptions, TrainHooks } from '@spikewright/training';
import { version_core } from '@tensorflow/tfjs-core';
import { startBackend } from './backend.js';
import { dataSets } from './data-sets.js';
import { described } from './described.js';
import { procedureOf } from './procedure.js';
import { tellThreads } from './regularizers.js';
import { replaceFile } from './replace-file.js';
import { nameOf, type Training, type WholeTraining, wholeTraining, wordsOf } from './train-options.js';
import { openTrainingLog, type RunLine } from './training-log.js';

/**
 * Steps between two checkpoints, an epoch's end aside: on one core less than a minute of an ANN for CIFAR-10, some minutes
 * of a spiking network, and seconds of the others. Writing takes about 10 ms.
 */
export const CHECKPOINT_STEPS = 100;

/** What `spikewright train` can be told. */
export interface TrainNetworkOptions extends Training {
  /** The folder of the data set's files. @defaultValue where {@link dataSets} looks */
  readonly data?: string;
  /** File of the trained network; the checkpoint, the log and the plot lie beside it. */
  readonly out: string;
  /** Steps between two checkpoints; there is one after each epoch too. @defaultValue 100 */
  readonly checkpointEvery?: number;
  /** Go on from the checkpoint. @defaultValue false */
  readonly resume?: boolean;
  /** Where training tells how it goes. */
  readonly progress?: Pick<TrainHooks, 'onStep' | 'onEpoch'> & {
    /** A checkpoint has been written. */
    onCheckpoint?(): void;
  };
  /** Ends the run after the step under way; the checkpoint is kept. */
  readonly signal?: AbortSignal;
}

/** What came of a training run. */
export interface TrainNetworkResult {
  /** False if the run was aborted; then there is a checkpoint and no network. */
  readonly finished: boolean;
  /** Share of the test images classified rightly; absent if the run was aborted. */
  readonly testAccuracy?: number;
  readonly testImages: number;
  /** The files that were written beside the network: the log, and the plot if an epoch was done. */
  readonly files: readonly string[];
}

/** The checkpoint of a training whose network goes to a file. */
export const checkpointOf = (out: string): string => `${out}.checkpoint`;

/**
 * Trains the network of a data set on its official training images, evaluates it on the test images and saves it. Writes
 * checkpoints, a log of JSON lines, and a plot of loss and accuracy in the end, when it is aborted too.
 *
 * @throws OptionsError, ReferenceError, TypeError, RangeError or Error with a message of one line
 */
export async function trainNetwork(options: TrainNetworkOptions): Promise<TrainNetworkResult> {
  const training = wholeTraining(options);
  const { data, out, checkpointEvery = CHECKPOINT_STEPS, resume = false, progress = {}, signal } = options;
  const procedure = procedureOf(training);
  const { images, testImages, available } = await readData(training, data);
  const base = out.replace(/\.safetensors$/, '');
  const checkpoint = checkpointOf(out);
  const logFile = `${base}.jsonl`;
  const log = openTrainingLog(logFile, runLine(training, procedure.options, images.size), resume);
  await startBackend();
  tellThreads(training);
  const { network, history, bestEpoch, finished } = await procedure.train(images, {
    workerModule: new URL('./worker.js', import.meta.url),
    checkpointEvery,
    ...(resume && { resume: readCheckpoint(checkpoint) }),
    ...(signal && { signal }),
    onStep: (report) => {
      log.onStep(report);
      progress.onStep?.(report);
    },
    onEpoch: (report) => {
      log.onEpoch(report);
      progress.onEpoch?.(report);
    },
    onCheckpoint: (bytes) => {
      replaceFile(checkpoint, bytes);
      progress.onCheckpoint?.();
    },
  });
  const files = async (testAccuracy?: number): Promise<string[]> => [
    logFile,
    ...(await drawn(base, history, { testAccuracy, bestEpoch })),
  ];
  if (!finished) return { finished, testImages: testImages.size, files: await files() };
  const trainedEpochs = history.length;
  const test = { testImages: testImages.size, testAccuracy: procedure.evaluate(network, testImages).accuracy };
  log.finish({ images: test.testImages, accuracy: test.testAccuracy, epoch: bestEpoch ?? trainedEpochs });
  const { recipe } = procedure;
  const outcome = { ...test, training, recipe, data, available, trainedEpochs, bestEpoch };
  replaceFile(out, saveNetwork(described(network, outcome)));
  const written = await files(test.testAccuracy);
  rmSync(checkpoint, { force: true });
  return { finished, ...test, files: written };
}

/** Draws the epochs that were trained, if any. */
async function drawn(base: string, history: readonly EpochReport[], outcome: TrainingOutcome): Promise<string[]> {
  if (history.length === 0) return [];
  // Loading what draws takes a second.
  const { writeCurves } = await import('./curves.js');
  return writeCurves(base, history, outcome);
}

interface Data {
  readonly images: Batch;
  readonly testImages: Batch;
  /** Training images, of which some may have been drawn. */
  readonly available: number;
}

async function readData({ dataSet, images, seed }: WholeTraining, folder: string | undefined): Promise<Data> {
  const { load } = dataSets[dataSet];
  const [all, test] = [await load('train', folder), await load('test', folder)];
  const drawn = images === undefined ? all : take(shuffle(all, seed), images);
  const batch = async (set: typeof all): Promise<Batch> => {
    for await (const one of batches(set, { size: Math.max(1, set.indices.length) })) return one;
    throw new RangeError(`Cannot train: there must be images: none in ${set.name}`);
  };
  return { images: await batch(drawn), testImages: await batch(test), available: all.indices.length };
}

function readCheckpoint(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new ReferenceError(`Cannot resume training: the checkpoint must exist and be readable: ${path}`, { cause });
  }
}

function runLine(training: WholeTraining, options: LoopOptions, images: number): RunLine {
  const { version } = createRequire(import.meta.url)('../../package.json');
  const { dataSet, rcs } = training;
  return {
    kind: 'training',
    format: 1,
    command: `pnpm train ${wordsOf(training)}`,
    dataSet: dataSets[dataSet].title,
    images,
    network: nameOf(training),
    options: { ...options, ...(rcs !== undefined && { rcs }) },
    seed: training.seed,
    versions: { spikewright: version, tfjs: version_core, node: process.versions.node },
  };
}
