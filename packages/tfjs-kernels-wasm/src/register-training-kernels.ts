// CONTRIBUTOR NOTES
//
// tfjs-core 4.22.0 registers no gradient in Node: none of its bundles contains them, and its ES module
// `dist/register_all_gradients.js` cannot be loaded there (imports without extensions). Tried: `import
// '@tensorflow/tfjs-layers'`, which registers all as a side effect (426 kB minified for a table; it would make this
// package load a model library nobody asked for, and importing it would change global state); a bundle of tfjs's own
// gradients (140 kB, a build step, and it keeps the slow ones: the gradient of batch normalisation tiles its
// statistics, a third of a training step). Our own table has the gradients of 57 kernels in 2 kB gzipped, and a kernel
// outside it fails with tfjs's own message, "gradient function not found". A gradient that is already registered is
// left alone, but for the two that we do better: Conv2D (dilation) and FusedBatchNorm (speed).
import {
  AvgPoolGrad,
  BatchMatMul,
  Conv2D,
  Conv2DBackpropFilter,
  Conv2DBackpropInput,
  DepthwiseConv2dNativeBackpropFilter,
  DepthwiseConv2dNativeBackpropInput,
  FusedBatchNorm,
  getGradient,
  getKernel,
  Identity,
  MaxPoolGrad,
  registerGradient,
  Sum,
  UnsortedSegmentSum,
} from '@tensorflow/tfjs-core';
import { avgPoolGrad } from './avg-pool-grad.js';
import { batchMatMul } from './batch-mat-mul.js';
import { checkTfjs } from './check-tfjs.js';
import { conv2dBackpropFilter } from './conv2d-backprop-filter.js';
import { conv2dBackpropInput } from './conv2d-backprop-input.js';
import { depthwiseBackpropFilter, depthwiseBackpropInput } from './depthwise-gradients.js';
import {
  BATCH_NORM,
  BATCH_NORM_GRADIENT,
  batchNormTraining,
  batchNormTrainingGradConfig,
  batchNormTrainingGradient,
} from './fused/batch-norm.js';
import { depthwiseFilterGradient, depthwiseInputGradient } from './fused/depthwise.js';
import { directBackpropFilter } from './fused/filter-gradient.js';
import { layerModule } from './fused/layers.js';
import { averagePoolGradient, maximumPoolGradient } from './fused/pooling.js';
import { registerFused, whyNot } from './fused/register-fused.js';
import { segmentSum } from './fused/segment-sum.js';
import { winogradBackpropFilter, winogradBackpropInput, winogradConv2d } from './fused/winograd.js';
import { binaryGradients, unaryGradients } from './gradients/elementwise.js';
import { gatherGradients } from './gradients/gather.js';
import { layerGradients } from './gradients/layers.js';
import { reductionGradients } from './gradients/reductions.js';
import { shapeGradients } from './gradients/shapes.js';
import { identity } from './identity.js';
import { maxPoolGrad } from './max-pool-grad.js';
import { unsortedSegmentSum } from './segment-sum.js';
import { sum } from './sum.js';
import { replaceKernel, type WasmKernel, wasmKernel } from './wasm-kernel.js';

/** How the kernels are registered. */
export interface TrainingKernelOptions {
  /** Whether our own WebAssembly is used; without it there are only compositions of stock kernels. @defaultValue true */
  readonly simd?: boolean;
}

/**
 * Makes the WebAssembly back end of TensorFlow.js able to train a CNN: registers the gradients that tfjs leaves out in
 * Node, adds the missing kernels Conv2DBackpropFilter, DepthwiseConv2dNativeBackpropFilter and -Input and
 * UnsortedSegmentSum, replaces MaxPoolGrad, which loses gradients, adds BatchNormTraining, and puts faster kernels in place
 * of AvgPoolGrad, BatchMatMul, Conv2D, Conv2DBackpropInput, Identity and Sum. May be called before or after
 * `setBackend('wasm')`; a second call does nothing.
 *
 * @throws RangeError if tfjs-core is not version 4.22.0; ReferenceError if tfjs-backend-wasm has not been imported
 */
export function registerTrainingKernels({ simd = true }: TrainingKernelOptions = {}): void {
  checkTfjs('training kernels');
  registerGradients();
  // Conv2DBackpropFilter is no kernel of the stock back end: it is there only after us.
  if (getKernel(Conv2DBackpropFilter, 'wasm') !== undefined) return;
  const compositions = {
    [AvgPoolGrad]: avgPoolGrad(wasmKernel(AvgPoolGrad)),
    [BatchMatMul]: batchMatMul(wasmKernel(BatchMatMul)),
    [Conv2D]: wasmKernel(Conv2D),
    [Conv2DBackpropFilter]: conv2dBackpropFilter,
    [Conv2DBackpropInput]: conv2dBackpropInput,
    [DepthwiseConv2dNativeBackpropFilter]: depthwiseBackpropFilter,
    [DepthwiseConv2dNativeBackpropInput]: depthwiseBackpropInput,
    [Identity]: identity,
    [MaxPoolGrad]: maxPoolGrad,
    [Sum]: sum(wasmKernel(Sum)),
    [UnsortedSegmentSum]: unsortedSegmentSum,
  };
  const ours = simd ? { ...compositions, ...accelerated(compositions) } : compositions;
  for (const [name, kernel] of Object.entries(ours)) replaceKernel(name, kernel);
  if (simd) registerFused(layerModule, added);
}

/** Our own WebAssembly, with a composition for where it cannot run or does not pay. */
const accelerated = (otherwise: Readonly<Record<string, WasmKernel>>): Record<string, WasmKernel> => ({
  [AvgPoolGrad]: averagePoolGradient(otherwise[AvgPoolGrad]),
  [Conv2D]: winogradConv2d(otherwise[Conv2D]),
  [Conv2DBackpropFilter]: winogradBackpropFilter(directBackpropFilter(otherwise[Conv2DBackpropFilter])),
  [Conv2DBackpropInput]: winogradBackpropInput(otherwise[Conv2DBackpropInput]),
  [DepthwiseConv2dNativeBackpropFilter]: depthwiseFilterGradient(otherwise[DepthwiseConv2dNativeBackpropFilter]),
  [DepthwiseConv2dNativeBackpropInput]: depthwiseInputGradient(otherwise[DepthwiseConv2dNativeBackpropInput]),
  [MaxPoolGrad]: maximumPoolGradient(otherwise[MaxPoolGrad]),
  [UnsortedSegmentSum]: segmentSum(otherwise[UnsortedSegmentSum]),
});

/** Kernels of our own names, in whose place `batchNormTraining` takes compositions where they do not run. */
const added = {
  [BATCH_NORM]: batchNormTraining,
  [BATCH_NORM_GRADIENT]: batchNormTrainingGradient,
};

/**
 * Why our own WebAssembly kernels are not in use on the wasm back end; undefined if they are. Without them training goes on,
 * by compositions of stock kernels and plain loops.
 */
export const whyNoSimdKernels = (): string | undefined => whyNot(layerModule, BATCH_NORM);

function registerGradients(): void {
  const ours = new Set<string>([Conv2D, FusedBatchNorm]);
  registerGradient(batchNormTrainingGradConfig);
  const all = [
    unaryGradients,
    binaryGradients,
    shapeGradients,
    gatherGradients,
    reductionGradients,
    layerGradients,
  ].flat();
  for (const gradient of all) {
    if (ours.has(gradient.kernelName) || !getGradient(gradient.kernelName)) registerGradient(gradient);
  }
}
