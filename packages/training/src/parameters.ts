import type { Network, Node, Tensor } from '@spikewright/snn-core';

/** Tensors by node and field, such as `conv1.kernel`. */
export type Tensors = Record<string, Tensor>;

/** What the optimiser changes. */
const TRAINED = ['kernel', 'bias', 'gamma', 'beta'] as const;
/** What follows the batches: the running statistics of batch normalisation. */
const FOLLOWED = ['mean', 'variance'] as const;

/** The name under which a node's field is kept. */
export const parameterName = (node: Node, field: string): string => `${node.name}.${field}`;

/** Copies of the tensors that training changes. */
export function trainedTensors(network: Network): Tensors {
  return collect(network, TRAINED);
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
      ...Object.fromEntries(fields.map((field) => [field, copy(tensors[parameterName(node, field)])])),
    } as Node;
  });
  return { ...network, nodes };
}

function collect(network: Network, fields: readonly string[]): Tensors {
  const tensors: Tensors = {};
  for (const node of network.nodes) {
    for (const field of fields) {
      const tensor = (node as unknown as Record<string, Tensor | undefined>)[field];
      if (tensor !== undefined) tensors[parameterName(node, field)] = copy(tensor);
    }
  }
  return tensors;
}

const copy = ({ shape, data }: Tensor): Tensor => ({ shape: [...shape], data: data.slice() });
