import { consumers, isWeighted, type Network, type Tensor, type Weighted } from '@spikewright/snn-core';

/**
 * Multiplies by κ the threshold of neurons and all weights and biases that lead to them, which changes no spike. Neurons
 * that spikes reach without weights (pooling, shortcuts) or whose weights others read too stay as they are.
 */
export function amplify(network: Network, kappa: number): Network {
  if (kappa === 1) return network;
  const readers = consumers(network);
  const byName = new Map(network.nodes.map((node) => [node.name, node]));
  /** The weighted nodes that lead to a node alone, or undefined where something else does. */
  const weightsOf = (name: string): readonly string[] | undefined => {
    const node = byName.get(name)!;
    if (readers.get(name)!.length !== 1 || node.op === 'neuron' || node.op === 'input') return undefined;
    if (isWeighted(node)) return [name];
    const branches = node.inputs.map(weightsOf);
    return branches.includes(undefined) ? undefined : (branches.flat() as string[]);
  };
  const multiply = (tensor: Tensor): Tensor => ({ ...tensor, data: tensor.data.map((value) => value * kappa) });
  const amplified = new Map(byName);
  for (const node of network.nodes) {
    const weights = node.op === 'neuron' ? weightsOf(node.inputs[0]) : undefined;
    if (node.op !== 'neuron' || !weights) continue;
    amplified.set(node.name, { ...node, threshold: multiply(node.threshold) });
    for (const name of weights) amplified.set(name, amplifyWeights(byName.get(name) as Weighted, multiply));
  }
  return { ...network, nodes: network.nodes.map(({ name }) => amplified.get(name)!) };
}

function amplifyWeights(node: Weighted, multiply: (tensor: Tensor) => Tensor): Weighted {
  const bias = node.bias && { bias: multiply(node.bias) };
  if (node.op === 'scale') return { ...node, ...bias, factor: multiply(node.factor) };
  return { ...node, ...bias, kernel: multiply(node.kernel) };
}
