import { show } from '../errors.js';
import type { Node, Tensor } from './network.js';

/** What is wrong with a node: `Cannot use node 'conv1': strides must be at least 1: 0`. */
const fault = ({ name }: { readonly name: string }, rule: string, value: unknown): string =>
  `Cannot use node '${show(name)}': ${rule}: ${show(value)}`;

/** Refuses a node for its shape or form. */
export function refuse(node: { readonly name: string }, rule: string, value: unknown): never {
  throw new TypeError(fault(node, rule, value));
}

/** Refuses a node for a value that is out of bounds. */
export function refuseValue(node: { readonly name: string }, rule: string, value: unknown): never {
  throw new RangeError(fault(node, rule, value));
}

/** Refuses a node for a name that is not known. */
export function refuseName(node: { readonly name: string }, rule: string, value: unknown): never {
  throw new ReferenceError(fault(node, rule, value));
}

/** Checks a tensor that is spread over the channels: a scalar, or a vector of one of the allowed lengths. */
export function checkValues(node: Node, field: string, tensor: Tensor, lengths: readonly number[]): void {
  checkTensor(node, field, tensor);
  if (!lengths.includes(tensor.data.length)) {
    refuse(node, `${field} must have ${[...new Set(lengths)].join(' or ')} values`, tensor.data.length);
  }
}

/** Checks that a tensor holds as many finite values as its shape says. */
export function checkTensor(node: Node, field: string, tensor: Tensor): void {
  if (!Array.isArray(tensor?.shape) || !(tensor.data instanceof Float32Array)) {
    refuse(node, `${field} must be a tensor { shape, data: Float32Array }`, typeof tensor);
  }
  if (!tensor.shape.every((length) => Number.isInteger(length) && length >= 1)) {
    refuse(node, `${field} must have whole sizes of at least 1`, tensor.shape);
  }
  const size = tensor.shape.reduce((product, length) => product * length, 1);
  if (size !== tensor.data.length) {
    refuse(node, `${field} of shape [${tensor.shape}] must hold ${size} values`, tensor.data.length);
  }
  const place = tensor.data.findIndex((value) => !Number.isFinite(value));
  if (place >= 0) refuseValue(node, `${field} must be finite`, `${tensor.data[place]} at ${place}`);
}

/** Refuses anything but a finite number above 0. */
export function requirePositive(node: Node, field: string, value: number): void {
  if (!(Number.isFinite(value) && value > 0)) refuseValue(node, `${field} must be above 0`, value);
}

/** Refuses anything but a whole number of at least 1. */
export function requireCount(node: { readonly name: string }, field: string, value: number): void {
  if (!Number.isInteger(value) || value < 1) {
    refuseValue(node, `${field} must be whole and at least 1`, value);
  }
}

/** Refuses anything but two whole numbers of at least 1: vertical, horizontal. */
export function requirePair(node: { readonly name: string }, field: string, values: readonly number[]): void {
  if (!Array.isArray(values) || values.length !== 2) {
    refuse(node, `${field} must be [vertical, horizontal]`, values);
  }
  for (const value of values) requireCount(node, field, value);
}

/** Refuses a word that is not in the list. */
export function requireOneOf<T extends string | number>(
  node: Node,
  field: string,
  value: T,
  allowed: readonly T[],
): void {
  if (!allowed.includes(value)) refuseValue(node, `${field} must be ${allowed.join(' or ')}`, value);
}
