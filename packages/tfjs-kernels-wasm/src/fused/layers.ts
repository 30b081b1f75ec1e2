import { layers } from '../generated/layers.js';
import { type KernelModule, kernelModule } from './kernel-module.js';

type Numbers<Names extends string> = Readonly<Record<Names, (...parameters: number[]) => void>>;

/** What assembly/layers.ts exports; every parameter is an address, a size or a value. */
export type LayerKernels = Numbers<
  | 'averagePoolGradient'
  | 'batchNorm'
  | 'batchNormGradient'
  | 'depthwiseGradient'
  | 'filterGradient'
  | 'maximumPoolGradient'
  | 'segmentSum'
  | 'transformFilter'
  | 'transformFilterGradient'
  | 'turnFilter'
  | 'winograd'
  | 'winogradGradient'
>;

/** The kernels for layers. */
export const layerModule: KernelModule<LayerKernels> = kernelModule(layers);
