import {
  add,
  clipByValue,
  customGrad,
  div,
  engine,
  floor,
  getBackend,
  getKernel,
  mul,
  type Scalar,
  step,
  sub,
  sum,
  type Tensor,
} from '@tensorflow/tfjs-core';
import { QCFS } from './qcfs-kernel.js';

/**
 * Where the gradient passes. `code`: 0 < z < λ, as the authors' code of October 2023; `paper`: -λ/2L < z < λ - λ/2L,
 * equation 18 of the paper.
 */
export type Gate = 'code' | 'paper';

type Save = (tensors: Tensor[]) => void;

/**
 * Quantisation, clip, floor, shift: `h = λ clip(floor(z L / λ + 1/2) / L, 0, 1)`, differentiable in `z` and `λ` with the
 * floor straight through (Bu et al., ICLR 2022). Within the gate `dh/dz = 1` and `dh/dλ = (h - z) / λ`; above it 0 and
 * 1; below it 0 and 0. Runs the kernel `Qcfs` where the current back end has it, else a composition.
 *
 * @param z - float32, any shape
 * @param lambda - λ > 0, a scalar
 * @param levels - L, whole and at least 1
 * @throws TypeError or RangeError if an argument does not fit the kernel
 */
export function qcfs(z: Tensor, lambda: Scalar, levels: number, gate: Gate = 'code'): Tensor {
  if (getKernel(QCFS, getBackend())) return engine().runKernel<Tensor>(QCFS, { z, lambda }, { levels, gate });
  const shift = gate === 'paper' ? 0.5 / levels : 0;
  const composed = customGrad((...args) => {
    const [x, bound, save] = args as unknown as [Tensor, Scalar, Save];
    const level = div(bound, levels);
    const value = mul(clipByValue(floor(add(div(x, level), 0.5)), 0, levels), level);
    save([x, bound, value]);
    const gradFunc = (dy: Tensor, [input, limit, h]: Tensor[]): Tensor[] => {
      const belowTop = step(sub(mul(limit, 1 - shift), input));
      const toZ = mul(dy, mul(step(sub(input, mul(limit, -shift))), belowTop));
      return [toZ, add(div(sum(mul(toZ, sub(h, input))), limit), sum(mul(dy, sub(1, belowTop))))];
    };
    return { value, gradFunc: gradFunc as never };
  });
  return composed(z, lambda);
}
