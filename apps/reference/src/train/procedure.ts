import type { Batch, Network } from '@spikewright/snn-core';
import {
  type Evaluation,
  evaluateAnn,
  evaluateSpiking,
  initialise,
  type LoopOptions,
  spikingTrainOptions,
  type TrainHooks,
  type TrainResult,
  train,
  trainOptions,
  trainSpiking,
} from '@spikewright/training';
import { architecture } from './architecture.js';
import {
  type AnnRecipe,
  activationOf,
  annRecipe,
  type DirectMethod,
  neuronsOf,
  type SpikingRecipe,
  spikingRecipe,
} from './recipe.js';
import { annRegularizers, spikingRegularizers } from './regularizers.js';
import { choices, type WholeTraining } from './train-options.js';

/** All in which training an ANN and training a spiking network directly differ. */
export interface Procedure {
  readonly recipe: AnnRecipe | SpikingRecipe;
  /** What the loop of training is told. */
  readonly options: Required<LoopOptions>;
  /** Trains from fresh weights. */
  train(images: Batch, hooks: Omit<TrainHooks, 'regularizers'>): Promise<TrainResult>;
  /** Evaluates what `train` gave; a spiking network after its last time step. */
  evaluate(network: Network, images: Batch): Evaluation;
}

/**
 * How a training goes about it.
 *
 * @throws OptionsError if the loop of training does not take an option
 */
export const procedureOf = (training: WholeTraining): Procedure =>
  training.method === 'ann' ? annProcedure(training) : spikingProcedure(training, training.method);

function annProcedure(training: WholeTraining): Procedure {
  const { dataSet, activation: name, levels, seed } = training;
  const activation = activationOf(dataSet, name, levels);
  const recipe = annRecipe(dataSet, activation);
  const options = trainOptions({ ...recipe, ...told(training) });
  const regularizers = annRegularizers(training);
  return {
    recipe,
    options,
    train: (images, hooks) =>
      train(initialise(architecture(dataSet, activation), seed), images, options, { ...hooks, regularizers }),
    evaluate: (network, images) => evaluateAnn(network, images),
  };
}

function spikingProcedure(training: WholeTraining, method: DirectMethod): Procedure {
  const { dataSet, timeSteps: steps, seed } = training;
  const recipe = spikingRecipe(dataSet, method, steps);
  const options = spikingTrainOptions({ ...recipe, ...told(training) });
  const regularizers = spikingRegularizers(training);
  return {
    recipe,
    options,
    train: (images, hooks) =>
      trainSpiking(initialise(architecture(dataSet, neuronsOf(method)), seed), images, options, {
        ...hooks,
        regularizers,
      }),
    evaluate: (network, images) => evaluateSpiking(network, images, { steps }),
  };
}

const told = (training: WholeTraining): LoopOptions => ({
  ...choices(training),
  epochs: training.epochs,
  seed: training.seed,
});
