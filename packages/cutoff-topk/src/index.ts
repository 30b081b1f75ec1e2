export { evaluateCutoff } from './evaluate-cutoff.js';
export type { TopKFit } from './fit.js';
export { optimalCutoffTimesteps } from './optimal-cutoff.js';
export { evaluateStops, type Stops } from './stops.js';
export { topKThresholds } from './thresholds.js';
export { type TopKOptions, topK } from './top-k.js';
