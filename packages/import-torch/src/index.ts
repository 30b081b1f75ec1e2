export { type BuildOptions, buildNetwork } from './build/build-network.js';
export type { Layers } from './build/builder.js';
export type { AvgPoolOptions, PoolOptions } from './build/pools.js';
export type { Signal } from './build/steps.js';
export type { BatchNormOptions, ConvOptions, Pair } from './build/weighted.js';
export { readStateDict } from './read-state-dict.js';
