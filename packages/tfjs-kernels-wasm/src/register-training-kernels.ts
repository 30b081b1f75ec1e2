// CONTRIBUTOR NOTES
//
// tfjs-core 4.22.0 registers no gradient in Node: none of its bundles contains them, and its ES module
// `dist/register_all_gradients.js` cannot be loaded there (imports without extensions). Tried: `import
// '@tensorflow/tfjs-layers'`, which registers all as a side effect (426 kB minified for a table; it would make this
// package load a model library nobody asked for, and importing it would change global state); a bundle of tfjs's own
// gradients (140 kB, a build step, and it keeps the slow ones: the gradient of batch normalisation tiles its
// statistics, a third of a training step). Our own table has the gradients of 54 kernels in 2 kB gzipped, and a kernel
// outside it fails with tfjs's own message, "gradient function not found". A gradient that is already registered is
// left alone, but for the two that we do better: Conv2D (dilation) and FusedBatchNorm (speed).
import {
  AvgPoolGrad,
  BatchMatMul,
  Conv2D,
  Conv2DBackpropFilter,
  Conv2DBackpropInput,
  FusedBatchNorm,
  findBackendFactory,
  getGradient,
  getKernel,
  Identity,
  MaxPoolGrad,
  registerGradient,
  Sum,
  version_core,
} from '@tensorflow/tfjs-core';
import { avgPoolGrad } from './avg-pool-grad.js';
import { batchMatMul } from './batch-mat-mul.js';
import { conv2dBackpropFilter } from './conv2d-backprop-filter.js';
import { conv2dBackpropInput } from './conv2d-backprop-input.js';
import { binaryGradients, unaryGradients } from './gradients/elementwise.js';
import { layerGradients } from './gradients/layers.js';
import { reductionGradients } from './gradients/reductions.js';
import { shapeGradients } from './gradients/shapes.js';
import { identity } from './identity.js';
import { maxPoolGrad } from './max-pool-grad.js';
import { sum } from './sum.js';
import { replaceKernel, wasmKernel } from './wasm-kernel.js';

/** The one release of TensorFlow.js whose internals the kernels rely on. */
const VERSION = '4.22.0';

/**
 * Makes the WebAssembly back end of TensorFlow.js able to train a CNN: registers the gradients that tfjs leaves out in
 * Node, adds the missing kernel Conv2DBackpropFilter, replaces MaxPoolGrad, which loses gradients, and puts faster
 * kernels in place of AvgPoolGrad, BatchMatMul, Conv2DBackpropInput, Identity and Sum. May be called before or after
 * `setBackend('wasm')`; a second call does nothing.
 *
 * @throws RangeError if tfjs-core is not version 4.22.0; ReferenceError if tfjs-backend-wasm has not been imported
 */
export function registerTrainingKernels(): void {
  if (version_core !== VERSION) {
    throw new RangeError(`Cannot register training kernels: tfjs-core must be version ${VERSION}: ${version_core}`);
  }
  if (!findBackendFactory('wasm')) {
    const rule = "import '@tensorflow/tfjs-backend-wasm' first";
    throw new ReferenceError(`Cannot register training kernels: ${rule}: no wasm back end registered`);
  }
  registerGradients();
  // Conv2DBackpropFilter is no kernel of the stock back end: it is there only after us.
  if (getKernel(Conv2DBackpropFilter, 'wasm') !== undefined) return;
  replaceKernel(Conv2DBackpropInput, conv2dBackpropInput(wasmKernel(Conv2DBackpropInput)));
  replaceKernel(AvgPoolGrad, avgPoolGrad(wasmKernel(AvgPoolGrad)));
  replaceKernel(BatchMatMul, batchMatMul(wasmKernel(BatchMatMul)));
  replaceKernel(Identity, identity);
  replaceKernel(MaxPoolGrad, maxPoolGrad);
  replaceKernel(Sum, sum(wasmKernel(Sum)));
  replaceKernel(Conv2DBackpropFilter, conv2dBackpropFilter);
}

function registerGradients(): void {
  const ours = new Set<string>([Conv2D, FusedBatchNorm]);
  const all = [unaryGradients, binaryGradients, shapeGradients, reductionGradients, layerGradients].flat();
  for (const gradient of all) {
    if (ours.has(gradient.kernelName) || !getGradient(gradient.kernelName)) registerGradient(gradient);
  }
}
