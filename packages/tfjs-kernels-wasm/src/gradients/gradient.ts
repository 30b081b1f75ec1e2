import { broadcast_util, type GradConfig, type NamedAttrMap, reshape, sum, type Tensor } from '@tensorflow/tfjs-core';

/** A gradient for each input of a kernel, by the input's name or place. */
export type NamedGradientMap = Record<string, () => Tensor>;

/** A gradient of a kernel with the one input `x`, from the gradient of its output and the tensors that were saved. */
export type UnaryGradient = (dy: Tensor, saved: Tensor, attrs: NamedAttrMap) => Tensor;

/** The gradient of a kernel of one input, computed from that input. */
export const ofInput = (kernelName: string, gradient: UnaryGradient): GradConfig => ({
  kernelName,
  inputsToSave: ['x'],
  gradFunc: (dy, [x], attrs) => ({ x: () => gradient(dy as Tensor, x, attrs) }),
});

/** The gradient of a kernel of one input, computed from its output. */
export const ofOutput = (kernelName: string, gradient: UnaryGradient): GradConfig => ({
  kernelName,
  outputsToSave: [true],
  gradFunc: (dy, [y], attrs) => ({ x: () => gradient(dy as Tensor, y, attrs) }),
});

/** The gradient of a kernel of two inputs that are broadcast to one shape. */
export const ofPair = (
  kernelName: string,
  left: (dy: Tensor, a: Tensor, b: Tensor) => Tensor,
  right: (dy: Tensor, a: Tensor, b: Tensor) => Tensor,
): GradConfig => ({
  kernelName,
  inputsToSave: ['a', 'b'],
  gradFunc: (dy, [a, b]) => ({
    a: () => sumTo(a.shape, left(dy as Tensor, a, b)),
    b: () => sumTo(b.shape, right(dy as Tensor, a, b)),
  }),
});

/** Sums over the axes along which a tensor of this shape was repeated. */
export function sumTo(shape: number[], gradient: Tensor): Tensor {
  const axes = broadcast_util.getReductionAxes(shape, gradient.shape);
  return reshape(axes.length > 0 ? sum(gradient, axes) : gradient, shape);
}

/** Gradients of a kernel of many inputs, in the form in which tfjs looks them up. */
export const byIndex = (gradients: readonly (() => Tensor)[]): NamedGradientMap =>
  Object.fromEntries(gradients.map((gradient, index) => [index, gradient]));
