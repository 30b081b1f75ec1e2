import { tinyBatch } from '@spikewright/testkit';
import { initialise, type TrainHooks, type TrainResult, train, trainSpiking } from '@spikewright/training';
import { spikingConvolution } from './spiking.js';
import { convolutional } from './tiny.js';

type Hooks = Omit<TrainHooks, 'regularizers'>;

/** Four steps an epoch, 32 in all. */
const options = { epochs: 8, batchSize: 8, shift: 1, validation: 0.2, patience: 9, seed: 5 };
const ann = initialise(convolutional(6, 3, 3), 7);
const snn = initialise(spikingConvolution(6, 3, 3), 7);

/** The trainings that a test runs in a process of their own, and kills. */
export const trainings: Readonly<Record<'train' | 'trainSpiking', (hooks: Hooks) => Promise<TrainResult>>> = {
  train: (hooks) => train(ann, tinyBatch(ann, 40), options, hooks),
  trainSpiking: (hooks) => trainSpiking(snn, tinyBatch(snn, 40), { ...options, tebn: true }, hooks),
};
