import type { TrainOptions } from '@spikewright/training';
import type { Activation } from './architecture.js';
import type { DataSetName } from './data-sets.js';
import { activationOf, recipe } from './recipe.js';

/** What decides the weights of a trained network. */
export interface Training {
  readonly dataSet: DataSetName;
  /** Training images, drawn by the seed. @defaultValue all */
  readonly images?: number;
  /** @defaultValue 'relu' */
  readonly activation?: Activation['op'];
  /** L, the levels of `qcfs`. @defaultValue 4 */
  readonly levels?: number;
  /** α of the RCS regularizer, above 0; left out: none. @defaultValue none */
  readonly rcs?: number;
  /** Passes over the training images. @defaultValue 12 */
  readonly epochs?: number;
  /** Seed of weights, order, shifts and mirror images, and of images that are drawn. @defaultValue 1 */
  readonly seed?: number;
  /** Share of the training images that is held out and evaluated after each epoch, [0, 1). @defaultValue 0 */
  readonly validation?: number;
  /** Epochs without a better held-out accuracy, after which the weights of the best are taken; 0: never. @defaultValue 0 */
  readonly patience?: number;
  /** Threads among which each batch is shared out. @defaultValue 1 */
  readonly workers?: number;
}

/** A training with all defaults written out. */
export type WholeTraining = Training & Required<Omit<Training, 'images' | 'rcs'>>;

/** What the command takes where nothing is said. */
export const DEFAULTS: Omit<WholeTraining, 'dataSet' | 'images' | 'rcs'> = {
  activation: 'relu',
  levels: 4,
  epochs: 12,
  seed: 1,
  validation: 0,
  patience: 0,
  workers: 1,
};

/** The activation with which training begins. */
export const startOf = ({ dataSet, activation, levels }: WholeTraining): Activation =>
  activationOf(dataSet, activation, levels);

/** Those that are no default, by the names that both the loop of training and the command line have for them. */
export const choices = ({ validation, patience, workers }: WholeTraining): TrainOptions => ({
  ...(validation > 0 && { validation }),
  ...(patience > 0 && { patience }),
  ...(workers > 1 && { workers }),
});

/** What the loop of training is told. */
export const loopOptions = (training: WholeTraining): TrainOptions => ({
  ...recipe(training.dataSet, startOf(training)),
  ...choices(training),
  epochs: training.epochs,
  seed: training.seed,
});

/** The words that make the same network again from the same images. */
export function wordsOf(training: WholeTraining): string {
  const { dataSet, images, activation, levels, rcs, epochs, seed } = training;
  const said = {
    images,
    activation: activation === 'relu' ? undefined : activation,
    levels: activation === 'qcfs' ? levels : undefined,
    rcs,
    epochs,
    seed,
    ...choices(training),
  };
  const pairs = Object.entries(said).flatMap(([name, value]) => (value === undefined ? [] : [`--${name} ${value}`]));
  return [dataSet, ...pairs].join(' ');
}
