export { batchNorm, batchNormGradient } from './batch-norm';
export { depthwiseGradient } from './depthwise';
export { filterGradient } from './filter-gradient';
export { averagePoolGradient, maximumPoolGradient } from './pooling';
export { segmentSum } from './segment-sum';
export { winograd, winogradGradient } from './winograd';
export { transformFilter, transformFilterGradient, turnFilter } from './winograd-filter';
