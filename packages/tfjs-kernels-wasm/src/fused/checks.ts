import type { TensorInfo } from '@tensorflow/tfjs-core';

/**
 * Checks that a tensor is what a kernel will read from memory.
 *
 * @param shape - what it must be; not checked where it is left out
 * @throws TypeError naming kernel and input
 */
export function requireFloats(kernel: string, name: string, tensor: TensorInfo, shape?: readonly number[]): void {
  if (tensor.dtype !== 'float32') {
    throw new TypeError(`Cannot run ${kernel}: ${name} must be float32: ${tensor.dtype}`);
  }
  if (shape && (tensor.shape.length !== shape.length || tensor.shape.some((size, axis) => size !== shape[axis]))) {
    throw new TypeError(`Cannot run ${kernel}: ${name} must have shape [${shape}]: [${tensor.shape}]`);
  }
}

/** Checks that a number is whole and at least 1; gives it back. */
export function requireWhole(kernel: string, name: string, value: unknown): number {
  if (Number.isSafeInteger(value) && (value as number) >= 1) return value as number;
  throw new RangeError(`Cannot run ${kernel}: ${name} must be whole and at least 1: ${value}`);
}
