import { getKernel, registerGradient } from '@tensorflow/tfjs-core';
import { checkTfjs } from '../check-tfjs.js';
import { registerFused, whyNot } from '../fused/register-fused.js';
import { neuronModule } from './kernels.js';
import {
  NEURONS,
  NEURONS_GRADIENT,
  neuronsGradConfig,
  neuronsGradientKernel,
  neuronsKernel,
} from './neurons-kernel.js';
import { QCFS, QCFS_GRADIENT, qcfsGradConfig, qcfsGradientKernel, qcfsKernel } from './qcfs-kernel.js';

/**
 * Registers the kernels `Qcfs` and `SpikingNeurons` and their gradients for the wasm back end. May be called before or
 * after `setBackend('wasm')`; a second call does nothing. Without SIMD nothing is registered, and compositions are used.
 *
 * @throws RangeError if tfjs-core is not version 4.22.0; ReferenceError if tfjs-backend-wasm has not been imported
 */
export function registerNeuronKernels(): void {
  checkTfjs('neuron kernels');
  if (getKernel(QCFS, 'wasm')) return;
  for (const config of [qcfsGradConfig, neuronsGradConfig]) registerGradient(config);
  registerFused(neuronModule, {
    [QCFS]: qcfsKernel,
    [QCFS_GRADIENT]: qcfsGradientKernel,
    [NEURONS]: neuronsKernel,
    [NEURONS_GRADIENT]: neuronsGradientKernel,
  });
}

/** Why the kernels are not in use on the wasm back end; undefined if they are. */
export const whyNoNeuronKernels = (): string | undefined => whyNot(neuronModule, QCFS);
