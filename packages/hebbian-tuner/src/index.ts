export { type HebbianEngineOptions, hebbianEngine } from './engine/hebbian-engine.js';
export { hebbian } from './hebbian.js';
export { HEBBIAN_LABEL } from './label.js';
export type { HebbianOptions, HebbianRule } from './options.js';
