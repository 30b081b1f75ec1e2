import { OptionsError } from '@spikewright/snn-core';
import type { LoopOptions } from '@spikewright/training';
import type { Activation } from './architecture.js';
import type { DataSetName } from './data-sets.js';
import type { DirectMethod } from './recipe.js';

/** What decides the weights of a trained network. */
export interface Training {
  readonly dataSet: DataSetName;
  /** Training images, drawn by the seed. @defaultValue all */
  readonly images?: number;
  /** `ann`, or how a spiking network is trained directly. @defaultValue 'ann' */
  readonly method?: 'ann' | DirectMethod;
  /** Of an ANN. @defaultValue 'relu' */
  readonly activation?: Activation['op'];
  /** L, the levels of `qcfs`. @defaultValue 4 */
  readonly levels?: number;
  /** T of direct training, from 1 to 256. @defaultValue 4 */
  readonly timeSteps?: number;
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
  method: 'ann',
  activation: 'relu',
  levels: 4,
  timeSteps: 4,
  epochs: 12,
  seed: 1,
  validation: 0,
  patience: 0,
  workers: 1,
};

/**
 * Writes the defaults out.
 *
 * @throws OptionsError if something is said that goes with another method or activation only
 */
export function wholeTraining<Said extends Training>(said: Said): Said & WholeTraining {
  const training = { ...DEFAULTS, ...said };
  const { method, activation } = training;
  const needs = [
    ['activation', '--method ann', method === 'ann'],
    ['levels', '--activation qcfs', method === 'ann' && activation === 'qcfs'],
    ['timeSteps', '--method tet or tebn', method !== 'ann'],
  ] as const;
  for (const [name, other, met] of needs) {
    if (said[name] === undefined || met) continue;
    const flag = name === 'timeSteps' ? 'time-steps' : name;
    throw new OptionsError(`Cannot train by ${method}: --${flag} needs ${other}: ${said[name]}`);
  }
  return training;
}

/** Those that are no default, by the names that both the loop of training and the command line have for them. */
export const choices = ({ validation, patience, workers }: WholeTraining): LoopOptions => ({
  ...(validation > 0 && { validation }),
  ...(patience > 0 && { patience }),
  ...(workers > 1 && { workers }),
});

/** The words that make the same network again from the same images. */
export function wordsOf(training: WholeTraining): string {
  const { dataSet, images, method, activation, levels, timeSteps, rcs, epochs, seed } = training;
  const said = {
    images,
    method: method === 'ann' ? undefined : method,
    activation: activation === 'relu' ? undefined : activation,
    levels: activation === 'qcfs' ? levels : undefined,
    'time-steps': method === 'ann' ? undefined : timeSteps,
    rcs,
    epochs,
    seed,
    ...choices(training),
  };
  const pairs = Object.entries(said).flatMap(([name, value]) => (value === undefined ? [] : [`--${name} ${value}`]));
  return [dataSet, ...pairs].join(' ');
}

/** What a trained network is called: `mnist`, `mnist-qcfs4-rcs` with L = 4, `mnist-tet`, `mnist-tet6` where T is not 4. */
export function nameOf({ dataSet, method, activation, levels, timeSteps, rcs }: WholeTraining): string {
  const ann = { relu: [], clip: ['clip'], qcfs: [`qcfs${levels}`] }[activation];
  const direct = [timeSteps === DEFAULTS.timeSteps ? method : `${method}${timeSteps}`];
  return [dataSet, ...(method === 'ann' ? ann : direct), ...(rcs === undefined ? [] : ['rcs'])].join('-');
}
