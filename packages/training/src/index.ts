export type { Gate } from './bounded.js';
export { type AnnEvaluation, evaluateAnn } from './evaluate-ann.js';
export { initialise } from './initialise.js';
export { type TrainOptions, trainOptions } from './options.js';
export { noRegularizer, type Regularizer } from './regularizer.js';
export type { EpochReport, StepReport, TrainHooks, TrainResult } from './reports.js';
export { train } from './train.js';
