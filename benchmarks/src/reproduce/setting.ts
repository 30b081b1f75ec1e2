import { batches, type ImageSet, shuffle, take } from '@spikewright/datasets';
import { wasmEngine } from '@spikewright/engine-wasm';
import { type DataSetName, dataSets } from '@spikewright/reference/data-sets';
import { loadTrained, type TrainedName, trainedNetworks } from '@spikewright/reference/networks';
import { type Batch, type Calibration, evaluateAnn, type Network, networkHash } from '@spikewright/snn-core';

/** What every reproduction is told. */
export interface Scope {
  /** Test images, drawn by the seed. */
  readonly images: number;
  /** Training images that converters may look at, drawn by the seed. */
  readonly calibration: number;
  readonly seed: number;
  /** Worker threads. */
  readonly workers: number;
}

/** A trained network, the images it is measured on, and what it answers as an ANN. */
export interface Setting {
  readonly name: string;
  readonly title: string;
  readonly dataSet: DataSetName;
  readonly ann: Network;
  readonly hash: string;
  readonly accuracy: number;
  readonly images: number;
  readonly test: () => AsyncIterable<Batch>;
  readonly calibration: Calibration;
}

/** Images that run together on a thread. */
const BATCH = 64;

/**
 * Reads a trained network of the repository and draws its images.
 *
 * @throws ReferenceError where network or images are missing, naming how to get them
 */
export async function readSetting(name: string, scope: Scope): Promise<Setting> {
  const known = name as TrainedName;
  return settingOf({ name, ...trainedNetworks[known], ann: await loadTrained(known) }, scope);
}

/** Draws the images for a network, and measures it as it is. */
export async function settingOf(
  { name, title, dataSet, ann }: Pick<Setting, 'name' | 'title' | 'dataSet' | 'ann'>,
  { images, calibration, seed, workers }: Scope,
): Promise<Setting> {
  const test = await draw(dataSet, 'test', seed, images);
  const train = await draw(dataSet, 'train', seed, calibration);
  const engine = wasmEngine({ workers });
  const program = await engine.compile(ann);
  const read = (): AsyncIterable<Batch> => batches(test, { size: BATCH * workers });
  const { accuracy } = await evaluateAnn(program, read());
  program.dispose();
  return {
    name,
    title,
    dataSet,
    ann,
    hash: await networkHash(ann),
    accuracy,
    images: test.indices.length,
    test: read,
    calibration: { batches: () => batches(train, { size: BATCH }), engine },
  };
}

const draw = async (dataSet: DataSetName, part: 'train' | 'test', seed: number, images: number): Promise<ImageSet> => {
  const set = shuffle(await dataSets[dataSet].load(part), seed);
  return take(set, Math.min(images, set.indices.length));
};
