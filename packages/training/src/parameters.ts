import type { Network, Node, Tensor } from '@spikewright/snn-core';

/** Tensors by node and field, such as `conv1.kernel`. A number, as λ is, counts as a tensor of the shape `[]`. */
export type Tensors = Record<string, Tensor>;

/** What the optimiser changes. */
const TRAINED = ['kernel', 'bias', 'gamma', 'beta', 'lambda'] as const;
/** What follows the batches: the running statistics of batch normalisation. */
const FOLLOWED = ['mean', 'variance'] as const;

/** The name under which a node's field is kept. */
export const parameterName = (node: Node, field: string): string => `${node.name}.${field}`;

/** Copies of the tensors that training changes; λ of `clip` and `qcfs` only if it is trained. */
export function trainedTensors(network: Network, trainLambda: boolean): Tensors {
  return collect(
    network,
    TRAINED.filter((field) => field !== 'lambda' || trainLambda),
  );
}

/** Copies of the running statistics of batch normalisation. */
export function runningStatistics(network: Network): Tensors {
  return collect(network, FOLLOWED);
}

/** The same network with copies of the given tensors in place of its own. */
export function withTensors(network: Network, tensors: Readonly<Tensors>): Network {
  const nodes = network.nodes.map((node) => {
    const fields = [...TRAINED, ...FOLLOWED].filter((field) => parameterName(node, field) in tensors);
    return {
      ...node,
      ...Object.fromEntries(fields.map((field) => [field, fieldOf(tensors[parameterName(node, field)], field)])),
    } as Node;
  });
  return { ...network, nodes };
}

function collect(network: Network, fields: readonly string[]): Tensors {
  const tensors: Tensors = {};
  for (const node of network.nodes) {
    for (const field of fields) {
      const value = (node as unknown as Record<string, Tensor | number | undefined>)[field];
      if (value !== undefined) tensors[parameterName(node, field)] = tensorOf(value);
    }
  }
  return tensors;
}

const tensorOf = (value: Tensor | number): Tensor =>
  typeof value === 'number' ? { shape: [], data: Float32Array.of(value) } : copy(value);

const fieldOf = (tensor: Tensor, field: string): Tensor | number =>
  field === 'lambda' ? tensor.data[0] : copy(tensor);

const copy = ({ shape, data }: Tensor): Tensor => ({ shape: [...shape], data: data.slice() });
