export {
  type ConfidenceOptions,
  confidence,
  type EntropyOptions,
  entropy,
  type FixedStepOptions,
  fixedStep,
  type ThresholdFit,
  type ToleranceOptions,
} from './baselines.js';
export type { CutoffFit } from './fits.js';
export { type RiskControlledFit, type RiskControlledOptions, riskControlled } from './risk-controlled.js';
export { predictionSet, type SpikeCPFit, type SpikeCPOptions, spikeCP } from './spike-cp.js';
export { stopSteps } from './stop-steps.js';
