import { consumers, isWeighted, type Network, type Neuron, type Node, type Tensor } from '@spikewright/snn-core';

/**
 * Adds a current to each channel of a layer of neurons: to the bias of weights that only they read, through `add` and
 * pooling, or by a `scale` node of factor 1 where there are none.
 *
 * @param shift - one value a channel
 * @throws TypeError if the name of the scale node is taken
 */
export function addBias(network: Network, layer: Neuron, shift: Float64Array): Network {
  const owner = ownWeights(network, layer.inputs[0]);
  if (owner === undefined) return addScale(network, layer, shift);
  const nodes = network.nodes.map((node) => {
    if (node.name !== owner || !isWeighted(node)) return node;
    const bias = node.bias?.data ?? [0];
    return { ...node, bias: vector(shift.map((value, c) => value + bias[c % bias.length])) };
  });
  return { ...network, nodes };
}

/** The node with weights, nearest above, that nothing but `reader` reads, and whose bias reaches it unchanged. */
function ownWeights(network: Network, name: string): string | undefined {
  const readers = consumers(network);
  const byName = new Map(network.nodes.map((node) => [node.name, node]));
  const find = (from: string): string | undefined => {
    const node = byName.get(from)!;
    if (readers.get(from)!.length !== 1) return undefined;
    if (isWeighted(node)) return from;
    const passes = node.op === 'add' || node.op === 'avgPool2d' || node.op === 'globalAvgPool';
    return passes ? node.inputs.map(find).find((found) => found !== undefined) : undefined;
  };
  return find(name);
}

function addScale(network: Network, layer: Neuron, shift: Float64Array): Network {
  const name = `${layer.name}/bias`;
  if (network.nodes.some((node) => node.name === name)) {
    throw new TypeError(`Cannot correct neurons '${layer.name}': the name is needed for a scale node: '${name}'`);
  }
  const factor: Tensor = { shape: [], data: Float32Array.of(1) };
  const nodes = network.nodes.flatMap((node): Node[] =>
    node.name === layer.name
      ? [
          { op: 'scale', name, inputs: layer.inputs, factor, bias: vector(shift) },
          { ...node, inputs: [name] },
        ]
      : [node],
  );
  return { ...network, nodes };
}

const vector = (values: Float64Array): Tensor => ({ shape: [values.length], data: Float32Array.from(values) });
