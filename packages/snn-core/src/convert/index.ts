export { type ActivationStatistics, activationStatistics, type Histogram } from './activation-statistics.js';
export { averageMaxPooling } from './average-max-pooling.js';
export { type CompletedLambdas, completeLambdas } from './complete-lambdas.js';
export { foldBatchNorm } from './fold-batch-norm.js';
export { isActivation } from './is-activation.js';
export { requireConvertible } from './require-convertible.js';
export { withSelfCheck } from './self-check.js';
export { integrateAndFire, type Lambdas, type NeuronOptions, toSpiking } from './to-spiking.js';
