export type { BatchStatistics } from './batch-norm.js';
export type { Gate } from './bounded.js';
export { type ForwardOptions, forward } from './compute-node.js';
export type { Surrogate } from './neurons.js';
export { type SimulateOptions, type Simulation, simulate } from './simulate.js';
export { type TfjsOptions, tfjsEngine } from './tfjs-engine.js';
export { type Values, valueName, valuesOf } from './values.js';
