export { type BurstOptions, burstNeurons } from './burst-neurons.js';
export { type CalibrationOptions, calibration } from './calibration.js';
export { correctBiases } from './correct-biases.js';
export { correctPotentials } from './correct-potentials.js';
export { signedNeurons } from './signed-neurons.js';
export { type TwoStageOptions, twoStageEngine } from './two-stage/two-stage-engine.js';
