import { checkNetwork, type Network } from '@spikewright/snn-core';
import { version_core } from '@tensorflow/tfjs-core';
import { dataSets } from './data-sets.js';
import type { Procedure } from './procedure.js';
import { choices, nameOf, type WholeTraining, wordsOf } from './train-options.js';

/** What came of a training, for the file of its network. */
export interface Outcome {
  readonly training: WholeTraining;
  readonly recipe: Procedure['recipe'];
  /** The folder of the data set's files, if one was named. */
  readonly data: string | undefined;
  /** Training images that there are, of which `training.images` were drawn. */
  readonly available: number;
  readonly testImages: number;
  readonly testAccuracy: number;
  /** Epochs that were trained. */
  readonly trainedEpochs: number;
  /** The epoch whose weights these are, if patience chose it. */
  readonly bestEpoch: number | undefined;
}

/** Adds to a trained network what it is, and how it was made. */
export function described(network: Network, outcome: Outcome): Network {
  const { training, recipe, testImages, testAccuracy, bestEpoch } = outcome;
  const { dataSet, method, timeSteps, rcs, epochs, seed } = training;
  checkNetwork(network);
  return {
    ...network,
    meta: {
      name: nameOf(training).replace(dataSet, `${dataSet}-cnn`),
      preprocessing: 'intensity / 255',
      classNames: dataSets[dataSet].classNames,
      source: {
        dataset: imagesOf(outcome),
        command: `pnpm train ${wordsOf(training)}`,
        epochs,
        seed,
        recipe: JSON.stringify({
          ...recipe,
          schedule: 'cosine',
          ...(rcs !== undefined && { rcs }),
          ...choices(training),
        }),
        parameters: parametersOf(network),
        selection:
          bestEpoch === undefined
            ? 'last epoch'
            : `epoch ${bestEpoch} of ${outcome.trainedEpochs}, best on held-out images`,
        testImages,
        testAccuracy,
        ...(method !== 'ann' && { steps: timeSteps }),
        tfjs: version_core,
        node: Number.parseInt(process.versions.node, 10),
      },
    },
  };
}

/** What was trained on, in words. */
function imagesOf({ training: { dataSet, images }, data, available }: Outcome): string {
  const { title, origin, trainingImages } = dataSets[dataSet];
  const kind = available === trainingImages ? 'official training images' : 'training images';
  const [all, drawn] = [available, images].map((count) => count?.toLocaleString('en'));
  const count = drawn === undefined ? all : `${drawn} of ${all}`;
  return `${title}, ${count} ${kind} (${data === undefined ? origin : 'from a folder'})`;
}

const parametersOf = (network: Network): number =>
  network.nodes
    .flatMap((node) => Object.entries(node))
    .filter(([field]) => ['kernel', 'bias', 'gamma', 'beta', 'lambda', 'gains'].includes(field))
    .reduce((count, [, value]) => count + (value.data?.length ?? 1), 0);
