import type { GradConfig, NamedAttrMap, Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import { engine } from '@tensorflow/tfjs-core';
import type { KernelArguments } from '../wasm-kernel.js';
import { requireFloats } from './checks.js';
import { addressOf } from './kernel-module.js';
import { layerModule } from './layers.js';
import { withRoom } from './room.js';

/** `{x: [..., channels], gamma, beta}`, attribute `epsilon`: gives `[y, mean, variance]`. */
export const BATCH_NORM = 'BatchNormTraining';
/** `{x, dy, gamma, mean, variance}`, attribute `epsilon`: gives `[dx, dGamma, dBeta]`. */
export const BATCH_NORM_GRADIENT = 'BatchNormTrainingGrad';

/** Rows and channels of x; every other input must have one value for each channel, or the shape of x. */
function sizesOf(kernel: string, { x, dy, ...perChannel }: Readonly<Record<string, TensorInfo>>): [number, number] {
  requireFloats(kernel, 'x', x);
  if (dy) requireFloats(kernel, 'dy', dy, x.shape);
  const channels = x.shape[x.shape.length - 1] ?? 0;
  for (const [name, tensor] of Object.entries(perChannel)) requireFloats(kernel, name, tensor, [channels]);
  return [x.shape.slice(0, -1).reduce((product, size) => product * size, 1), channels];
}

/** Normalises by the statistics of the batch, in three passes. */
export function batchNormTraining({ inputs, attrs, backend }: KernelArguments): TensorInfo[] {
  const { x, gamma, beta } = inputs;
  const [rows, channels] = sizesOf(BATCH_NORM, inputs);
  const outputs = [x.shape, [channels], [channels]].map((shape) => backend.makeOutput(shape, 'float32'));
  withRoom(backend, 4 * channels, (room) => {
    const [from, scale, shift, y, mean, variance] = [x, gamma, beta, ...outputs].map((at) => addressOf(backend, at));
    const epsilon = attrs.epsilon as number;
    layerModule
      .on(backend)
      ?.batchNorm(from, rows, channels, scale, shift, epsilon, y, mean, variance, room, room + 8 * channels);
  });
  return outputs;
}

/** The gradients of input, scale and shift, in three passes. */
export function batchNormTrainingGradient({ inputs, attrs, backend }: KernelArguments): TensorInfo[] {
  const { x, dy, gamma, mean, variance } = inputs;
  const [rows, channels] = sizesOf(BATCH_NORM_GRADIENT, inputs);
  const outputs = [x.shape, [channels], [channels]].map((shape) => backend.makeOutput(shape, 'float32'));
  withRoom(backend, 6 * channels, (room) => {
    const [from, gradient, ...statistics] = [x, dy, gamma, mean, variance].map((at) => addressOf(backend, at));
    const targets = outputs.map((output) => addressOf(backend, output));
    const epsilon = attrs.epsilon as number;
    layerModule
      .on(backend)
      ?.batchNormGradient(
        ...[from, gradient, rows, channels, ...statistics, epsilon, ...targets, room, room + 8 * channels],
      );
  });
  return outputs;
}

/** The gradient of `BatchNormTraining` in x, gamma and beta; mean and variance count as constants. */
export const batchNormTrainingGradConfig: GradConfig = {
  kernelName: BATCH_NORM,
  inputsToSave: ['x', 'gamma'],
  outputsToSave: [false, true, true],
  gradFunc: (gradients: Tensor | Tensor[], [x, gamma, mean, variance]: Tensor[], attrs: NamedAttrMap) => {
    const [dy] = gradients as Tensor[];
    const [dx, dGamma, dBeta] = engine().runKernel<Tensor[]>(
      BATCH_NORM_GRADIENT,
      { x, dy, gamma, mean, variance },
      attrs,
    );
    return { x: () => dx, gamma: () => dGamma, beta: () => dBeta };
  },
};
