import { batches, type ImageSet, shuffle, take } from '@spikewright/datasets';
import { dataSets } from '@spikewright/reference/data-sets';
import { loadTrained, type TrainedName, type TrainedNetwork, trainedNetworks } from '@spikewright/reference/networks';
import type { Batch, Network } from '@spikewright/snn-core';
import type { Scope } from '../setting.js';

/** A trained network, spiking or not, and its images. */
export interface Given extends Pick<TrainedNetwork, 'title' | 'dataSet'> {
  readonly name: string;
  readonly network: Network;
  readonly images: number;
  readonly test: () => AsyncIterable<Batch>;
  /** Training images, and how many. */
  readonly calibration: number;
  readonly train: () => AsyncIterable<Batch>;
}

/** Test images that run together on a thread: of many, few are left alone at the end. */
const TEST_BATCH = 256;
/** Training images that run together, however many threads: a calibrated conversion averages thresholds over batches. */
const BATCH = 64;

/** The names that are measured when none are given: the networks of the paper's methods, with RCS and without. */
export const defaultNetworks: readonly string[] = Object.keys(trainedNetworks).filter((name) =>
  /-(qcfs4|tet|tebn)(-rcs)?$/.test(name),
);

/**
 * Reads a trained network of the repository and draws its images.
 *
 * @throws ReferenceError where network or images are missing, naming how to get them
 */
export async function readNetwork(name: string, { images, calibration, seed, workers }: Scope): Promise<Given> {
  const network = await loadTrained(name as TrainedName).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'ENOENT'
      ? new ReferenceError(`Cannot load trained network: its file must be there: ${name}`)
      : error;
  });
  const { title, dataSet } = trainedNetworks[name as TrainedName];
  const [test, train] = [
    firstImages(await dataSets[dataSet].load('test'), seed, images),
    firstImages(await dataSets[dataSet].load('train'), seed, calibration),
  ];
  return {
    name,
    title,
    dataSet,
    network,
    images: test.indices.length,
    test: () => batches(test, { size: TEST_BATCH * workers }),
    calibration: train.indices.length,
    train: () => batches(train, { size: BATCH }),
  };
}

const firstImages = (set: ImageSet, seed: number, images: number): ImageSet =>
  take(shuffle(set, seed), Math.min(images, set.indices.length));
