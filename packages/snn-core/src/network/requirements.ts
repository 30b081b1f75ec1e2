import { show } from '../errors.js';
import type { Node, Tensor } from './network.js';

/** Names node and rule in an error: `Cannot use node 'conv1': strides must be at least 1: 0`. */
export const fault = (node: { readonly name: string }, rule: string, value: unknown): string =>
  `Cannot use node '${show(node.name)}': ${rule}: ${show(value)}`;

/** Checks a tensor that is spread over the channels: a scalar, or a vector of one of the allowed lengths. */
export function checkValues(node: Node, field: string, tensor: Tensor, lengths: readonly number[]): void {
  checkTensor(node, field, tensor);
  if (!lengths.includes(tensor.data.length)) {
    throw new TypeError(
      fault(node, `${field} must have ${[...new Set(lengths)].join(' or ')} values`, tensor.data.length),
    );
  }
}

/** Checks that a tensor holds as many finite values as its shape says. */
export function checkTensor(node: Node, field: string, tensor: Tensor): void {
  if (!Array.isArray(tensor?.shape) || !(tensor.data instanceof Float32Array)) {
    throw new TypeError(fault(node, `${field} must be a tensor { shape, data: Float32Array }`, typeof tensor));
  }
  if (!tensor.shape.every((length) => Number.isInteger(length) && length >= 1)) {
    throw new TypeError(fault(node, `${field} must have whole sizes of at least 1`, tensor.shape));
  }
  const size = tensor.shape.reduce((product, length) => product * length, 1);
  if (size !== tensor.data.length) {
    throw new TypeError(
      fault(node, `${field} of shape [${tensor.shape}] must hold ${size} values`, tensor.data.length),
    );
  }
  const place = tensor.data.findIndex((value) => !Number.isFinite(value));
  if (place >= 0) throw new RangeError(fault(node, `${field} must be finite`, `${tensor.data[place]} at ${place}`));
}

/** Refuses anything but a finite number above 0. */
export function requirePositive(node: Node, field: string, value: number): void {
  if (!(Number.isFinite(value) && value > 0)) throw new RangeError(fault(node, `${field} must be above 0`, value));
}

/** Refuses anything but a whole number of at least 1. */
export function requireCount(node: { readonly name: string }, field: string, value: number): void {
  if (!Number.isInteger(value) || value < 1) {
    throw new RangeError(fault(node, `${field} must be whole and at least 1`, value));
  }
}

/** Refuses anything but two whole numbers of at least 1: vertical, horizontal. */
export function requirePair(node: { readonly name: string }, field: string, values: readonly number[]): void {
  if (!Array.isArray(values) || values.length !== 2) {
    throw new TypeError(fault(node, `${field} must be [vertical, horizontal]`, values));
  }
  for (const value of values) requireCount(node, field, value);
}

/** Refuses a word that is not in the list. */
export function requireOneOf(node: Node, field: string, value: string, allowed: readonly string[]): void {
  if (!allowed.includes(value)) throw new RangeError(fault(node, `${field} must be ${allowed.join(' or ')}`, value));
}
