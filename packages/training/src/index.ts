export type { Gate } from '@spikewright/engine-tfjs';
export type { Evaluation } from './evaluate.js';
export { evaluateAnn } from './evaluate-ann.js';
export { type EvaluateSpikingOptions, evaluateSpiking } from './evaluate-spiking.js';
export { initialise } from './initialise.js';
export {
  type LoopOptions,
  type SpikingTrainOptions,
  spikingTrainOptions,
  type TrainOptions,
  trainOptions,
} from './options.js';
export { type AnnResponse, noRegularizer, type Regularizer, type SpikingResponse } from './regularizer.js';
export type { EpochReport, StepReport, TrainHooks, TrainResult } from './reports.js';
export { type ServedPlugins, serveGradients } from './serve-gradients.js';
export { train } from './train.js';
export { type SpikingTrainHooks, type SpikingTrainResult, trainSpiking } from './train-spiking.js';
export { withoutGradient } from './without-gradient.js';
