export { batchNormTraining, type NormalisedBatch } from './batch-norm-training.js';
export {
  registerTrainingKernels,
  type TrainingKernelOptions,
  whyNoSimdKernels,
} from './register-training-kernels.js';
