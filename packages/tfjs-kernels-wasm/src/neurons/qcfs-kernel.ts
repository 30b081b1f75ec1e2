import { engine, type GradConfig, type NamedAttrMap, type Tensor, type TensorInfo } from '@tensorflow/tfjs-core';
import { requireFloats, requireWhole } from '../fused/checks.js';
import { addressOf } from '../fused/kernel-module.js';
import type { KernelArguments } from '../wasm-kernel.js';
import { neuronModule } from './kernels.js';

/** `{z, lambda}`, attributes `levels` and `gate`: gives h. */
export const QCFS = 'Qcfs';
/** `{z, lambda, dy}`, attributes `levels` and `gate`: gives `[dz, dLambda]`. */
export const QCFS_GRADIENT = 'QcfsGrad';

const sizeOf = ({ shape }: TensorInfo): number => shape.reduce((product, size) => product * size, 1);

function check(kernel: string, { inputs: { z, lambda, dy }, attrs }: KernelArguments): number {
  requireFloats(kernel, 'z', z);
  requireFloats(kernel, 'lambda', lambda, []);
  if (dy) requireFloats(kernel, 'dy', dy, z.shape);
  return requireWhole(kernel, 'levels', attrs.levels);
}

/** The activation, in one pass. */
export function qcfsKernel(parameters: KernelArguments): TensorInfo {
  const { inputs, backend } = parameters;
  const { z, lambda } = inputs;
  const levels = check(QCFS, parameters);
  const h = backend.makeOutput(z.shape, 'float32');
  const [from, bound, to] = [z, lambda, h].map((tensor) => addressOf(backend, tensor));
  neuronModule.on(backend)?.qcfs(from, sizeOf(z), bound, levels, to);
  return h;
}

/** The gradients of z and λ, in one pass that computes h anew. */
export function qcfsGradientKernel(parameters: KernelArguments): TensorInfo[] {
  const { inputs, attrs, backend } = parameters;
  const { z, lambda, dy } = inputs;
  const levels = check(QCFS_GRADIENT, parameters);
  const shift = attrs.gate === 'paper' ? 0.5 / levels : 0;
  const outputs = [backend.makeOutput(z.shape, 'float32'), backend.makeOutput([], 'float32')];
  const [from, bound, gradient, ...to] = [z, lambda, dy, ...outputs].map((tensor) => addressOf(backend, tensor));
  neuronModule.on(backend)?.qcfsGradient(from, gradient, sizeOf(z), bound, levels, shift, ...to);
  return outputs;
}

/** The gradient of `Qcfs` in z and λ. */
export const qcfsGradConfig: GradConfig = {
  kernelName: QCFS,
  inputsToSave: ['z', 'lambda'],
  gradFunc: (dy: Tensor | Tensor[], [z, lambda]: Tensor[], attrs: NamedAttrMap) => {
    const [dz, dLambda] = engine().runKernel<Tensor[]>(QCFS_GRADIENT, { z, lambda, dy: dy as Tensor }, attrs);
    return { z: () => dz, lambda: () => dLambda };
  },
};
