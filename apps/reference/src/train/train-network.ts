import { rm } from 'node:fs/promises';
import { batches } from '@spikewright/datasets';
import { rcsAnn } from '@spikewright/regularizer-rcs';
import { type Batch, checkNetwork, type Network, saveNetwork } from '@spikewright/snn-core';
import { registerTrainingKernels } from '@spikewright/tfjs-kernels-wasm';
import { type EpochReport, evaluateAnn, initialise, type StepReport, train } from '@spikewright/training';
import '@tensorflow/tfjs-backend-wasm';
import { enableProdMode, setBackend, version_core } from '@tensorflow/tfjs-core';
import { type Activation, architecture } from './architecture.js';
import { readCheckpointFile, replaceFile } from './checkpoint-file.js';
import { type DataSetName, dataSets, type Part } from './data-sets.js';
import { activationOf, nameOf, recipe } from './recipe.js';

/** Where a training run tells how it goes. */
export interface TrainProgress {
  onStep?(report: StepReport): void;
  onEpoch?(report: EpochReport): void;
}

/** What `pnpm train` can be told. */
export interface TrainNetworkOptions {
  readonly dataSet: DataSetName;
  /** The folder of the data set's files. @defaultValue where {@link dataSets} looks */
  readonly data?: string;
  /** @defaultValue 'relu' */
  readonly activation?: Activation['op'];
  /** L, the levels of `qcfs`. @defaultValue 4 */
  readonly levels?: number;
  /** α of the RCS regularizer, above 0; left out: none. @defaultValue none */
  readonly rcs?: number;
  /** Passes over the training images. @defaultValue 12 */
  readonly epochs?: number;
  /** Seed of weights, order, shifts and mirror images. @defaultValue 1 */
  readonly seed?: number;
  /** File of the trained network; the checkpoint lies beside it. */
  readonly out: string;
  /** Go on from the checkpoint. @defaultValue false */
  readonly resume?: boolean;
  readonly progress?: TrainProgress;
  /** Ends the run after the step under way; the checkpoint is kept. */
  readonly signal?: AbortSignal;
}

/** What came of a training run. */
export interface TrainNetworkResult {
  /** False if the run was aborted; then there is a checkpoint and no network. */
  readonly finished: boolean;
  /** The checkpoint to resume from. */
  readonly checkpoint: string;
  /** Share of the 10,000 official test images classified rightly; absent if the run was aborted. */
  readonly testAccuracy?: number;
}

/**
 * Trains the network of a data set on its official training images, evaluates its last state on the 10,000 test images
 * and saves it. Writes a checkpoint after each epoch.
 *
 * @throws OptionsError, ReferenceError or TypeError with a message of one line
 */
export async function trainNetwork(options: TrainNetworkOptions): Promise<TrainNetworkResult> {
  const { dataSet, data, rcs, epochs = 12, seed = 1, out, resume = false, progress = {}, signal } = options;
  const activation = activationOf(dataSet, options.activation ?? 'relu', options.levels ?? 4);
  const checkpoint = `${out}.checkpoint`;
  const [images, testImages] = [await whole(dataSet, 'train', data), await whole(dataSet, 'test', data)];
  enableProdMode();
  await setBackend('wasm');
  registerTrainingKernels();
  const { network, finished } = await train(
    initialise(architecture(dataSet, activation), seed),
    images,
    { ...recipe(dataSet, activation), epochs, seed },
    {
      ...progress,
      ...(rcs !== undefined && { regularizers: [rcsAnn({ alpha: rcs })] }),
      onCheckpoint: (bytes) => replaceFile(checkpoint, bytes),
      ...(resume && { resume: await readCheckpointFile(checkpoint) }),
      ...(signal && { signal }),
    },
  );
  if (!finished) return { finished, checkpoint };
  const { accuracy } = evaluateAnn(network, testImages);
  const run = { dataSet, activation, data, rcs, epochs, seed, testAccuracy: accuracy };
  await replaceFile(out, saveNetwork(described(network, run)));
  await rm(checkpoint, { force: true });
  return { finished, checkpoint, testAccuracy: accuracy };
}

/** All images of a part in one batch. */
async function whole(name: DataSetName, part: Part, folder?: string): Promise<Batch> {
  const { title, load } = dataSets[name];
  const set = await load(part, folder);
  for await (const batch of batches(set, { size: set.indices.length })) return batch;
  throw new RangeError(`Cannot train: ${title} must hold images: none in ${part}`);
}

interface Run {
  readonly dataSet: DataSetName;
  readonly activation: Activation;
  readonly data: string | undefined;
  readonly rcs: number | undefined;
  readonly epochs: number;
  readonly seed: number;
  readonly testAccuracy: number;
}

function described(network: Network, run: Run): Network {
  const { dataSet, activation, data, rcs, epochs, seed, testAccuracy } = run;
  const { title, origin, classNames, trainingImages } = dataSets[dataSet];
  checkNetwork(network);
  const parameters = network.nodes
    .flatMap((node) => Object.entries(node))
    .filter(([field]) => ['kernel', 'bias', 'gamma', 'beta', 'lambda'].includes(field))
    .reduce((count, [, value]) => count + (value.data?.length ?? 1), 0);
  const { op } = activation;
  const form = op === 'relu' ? '' : ` --activation ${op}${op === 'qcfs' ? ` --levels ${activation.levels}` : ''}`;
  const choice = rcs === undefined ? form : `${form} --rcs ${rcs}`;
  return {
    ...network,
    meta: {
      name: nameOf(dataSet, activation, rcs).replace(dataSet, `${dataSet}-cnn`),
      preprocessing: 'intensity / 255',
      classNames,
      source: {
        dataset: `${title}, ${trainingImages.toLocaleString('en')} official training images (${data === undefined ? origin : 'from a folder'})`,
        command: `pnpm train ${dataSet}${choice} --epochs ${epochs} --seed ${seed}`,
        epochs,
        seed,
        recipe: JSON.stringify({
          ...recipe(dataSet, activation),
          schedule: 'cosine',
          ...(rcs !== undefined && { rcs }),
        }),
        parameters,
        selection: 'last epoch',
        testImages: 10_000,
        testAccuracy,
        tfjs: version_core,
        node: Number.parseInt(process.versions.node, 10),
      },
    },
  };
}
