import type { Network, Tensor } from '@spikewright/snn-core';
import { scalar, type Tensor as TfTensor, tensor } from '@tensorflow/tfjs-core';

/** Tensors by node and field, such as `conv1.kernel`: what is differentiated by. */
export type Values = Readonly<Record<string, TfTensor>>;

/** Fields of nodes that are tensors of the computation; λ of `clip` and `qcfs` is a scalar. */
const FIELDS = ['kernel', 'bias', 'factor', 'gamma', 'beta', 'mean', 'variance', 'lambda', 'gains'] as const;

/** The name under which the tensor of a node's field is kept. */
export const valueName = (node: { readonly name: string }, field: string): string => `${node.name}.${field}`;

/**
 * Makes tensors of all weights of a network: kernels, biases, factors, what batch normalisations have, λ and gains. The caller
 * disposes of them.
 */
export function valuesOf(network: Network): Record<string, TfTensor> {
  const values: Record<string, TfTensor> = {};
  for (const node of network.nodes) {
    for (const field of FIELDS) {
      const value = (node as unknown as Record<string, Tensor | number | undefined>)[field];
      if (value === undefined) continue;
      values[valueName(node, field)] = typeof value === 'number' ? scalar(value) : tensor(value.data, [...value.shape]);
    }
  }
  return values;
}
