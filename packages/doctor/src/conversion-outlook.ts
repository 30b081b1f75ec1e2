import { checkNetwork, consumers, denseOperations, type Network, type Node, type Shape } from '@spikewright/snn-core';

/** What will become of a node when its network is converted. */
export interface NodeOutlook {
  readonly name: string;
  readonly op: Node['op'];
  /** The shape of its output. */
  readonly shape: Shape;
  /** How many numbers were trained or measured for it: weights, biases, and the four vectors of batch normalisation. */
  readonly parameters: number;
  /** Multiply-additions of one dense pass of one sample, padding left out. */
  readonly multiplyAccumulates: number;
  readonly fate: 'kept' | 'folded' | 'dropped' | 'replaced' | 'unsupported';
  /** What will become of it and why, in one sentence. */
  readonly why: string;
}

/**
 * Says of every node what a conversion into a spiking network will do with it, before one is tried.
 *
 * @throws TypeError or RangeError for a network that is not sound
 */
export function conversionOutlook(network: Network): NodeOutlook[] {
  const shapes = checkNetwork(network);
  const operations = denseOperations(network);
  const readers = consumers(network);
  const byName = new Map(network.nodes.map((node) => [node.name, node]));
  const last = network.nodes.at(-1);
  return network.nodes.map((node) => {
    const [before] = node.inputs.map((input) => byName.get(input)!);
    const alone = before !== undefined && readers.get(before.name)!.length === 1;
    return {
      name: node.name,
      op: node.op,
      shape: shapes.get(node.name)!,
      parameters: parametersOf(node),
      multiplyAccumulates: operations[node.name] ?? 0,
      ...fateOf(node, { before, alone, last: node === last }),
    };
  });
}

interface Place {
  readonly before: Node | undefined;
  /** Whether nothing else reads the node before. */
  readonly alone: boolean;
  readonly last: boolean;
}

function fateOf(node: Node, { before, alone, last }: Place): Pick<NodeOutlook, 'fate' | 'why'> {
  switch (node.op) {
    case 'input':
      return { fate: 'kept', why: 'where samples enter' };
    case 'conv2d':
    case 'dense':
    case 'scale':
      return { fate: 'kept', why: 'its weights are rescaled by λ' };
    case 'batchNorm':
      return alone && (before?.op === 'conv2d' || before?.op === 'dense')
        ? { fate: 'folded', why: `into the weights of '${before.name}', with its own epsilon` }
        : { fate: 'replaced', why: 'by a scale node: no weights of its own come just before it' };
    case 'relu':
      return { fate: 'replaced', why: 'by integrate-and-fire neurons; λ is measured' };
    case 'clip':
      return { fate: 'replaced', why: `by integrate-and-fire neurons; λ is at most its bound ${node.lambda}` };
    case 'qcfs':
      return { fate: 'replaced', why: `by integrate-and-fire neurons; λ was trained: ${node.lambda}` };
    case 'softmax':
      return last
        ? { fate: 'dropped', why: 'it keeps the order of the scores' }
        : { fate: 'unsupported', why: 'softmax has a spiking form only as the last node, where it is dropped' };
    case 'maxPool2d':
      return {
        fate: 'unsupported',
        why: 'max pooling has no exact spiking form: train with average pooling, or let a converter put it in its place',
      };
    case 'neuron':
      return { fate: 'unsupported', why: 'the network spikes already' };
    default:
      return { fate: 'kept', why: 'it is linear and has no weights' };
  }
}

function parametersOf(node: Node): number {
  const fields = ['kernel', 'bias', 'factor', 'gamma', 'beta', 'mean', 'variance'];
  return Object.entries(node)
    .filter(([field]) => fields.includes(field))
    .reduce((sum, [, tensor]) => sum + tensor.data.length, 0);
}
