import { valueName } from '@spikewright/engine-tfjs';
import type { Network, Node, Tensor } from '@spikewright/snn-core';

/** Tensors by node and field, such as `conv1.kernel`. A number, as λ is, counts as a tensor of the shape `[]`. */
export type Tensors = Record<string, Tensor>;

/** Fields of nodes that training may change: by the optimiser, or, for batch normalisation, following the batches. */
const FIELDS = ['kernel', 'bias', 'gamma', 'beta', 'lambda', 'gains', 'mean', 'variance'] as const;

/** A field of nodes that training may change. */
export type Field = (typeof FIELDS)[number];

/** Copies of some fields of all nodes that have them; without a choice, of all that training may change. */
export function tensorsOf(network: Network, fields: readonly Field[] = FIELDS): Tensors {
  const tensors: Tensors = {};
  for (const node of network.nodes) {
    for (const field of fields) {
      const value = (node as unknown as Record<string, Tensor | number | undefined>)[field];
      if (value !== undefined) tensors[valueName(node, field)] = tensorOf(value);
    }
  }
  return tensors;
}

/** The same network with copies of the given tensors in place of its own. */
export function withTensors(network: Network, tensors: Readonly<Tensors>): Network {
  const nodes = network.nodes.map((node) => {
    const fields = FIELDS.filter((field) => valueName(node, field) in tensors);
    return {
      ...node,
      ...Object.fromEntries(fields.map((field) => [field, fieldOf(tensors[valueName(node, field)], field)])),
    } as Node;
  });
  return { ...network, nodes };
}

const tensorOf = (value: Tensor | number): Tensor =>
  typeof value === 'number' ? { shape: [], data: Float32Array.of(value) } : copy(value);

const fieldOf = (tensor: Tensor, field: string): Tensor | number =>
  field === 'lambda' ? tensor.data[0] : copy(tensor);

const copy = ({ shape, data }: Tensor): Tensor => ({ shape: [...shape], data: data.slice() });
