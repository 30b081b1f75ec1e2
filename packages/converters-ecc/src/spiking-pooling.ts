import { isWeighted, type Network, type Node, rewriteNodes } from '@spikewright/snn-core';
import { isActivation } from '@spikewright/snn-core/convert';

/**
 * Gives average pooling of spikes an activation of its own, under the name of the pooling, whose neurons will count the
 * mean. Pooling of analog values (an image, the current of a convolution) and the read-out stay as they are.
 */
export function spikingPooling(network: Network): Network {
  const last = network.nodes.at(-1)!;
  const readout = last.op === 'softmax' ? last.inputs[0] : last.name;
  const spiking = new Map<string, boolean>();
  return rewriteNodes(network, (node) => {
    spiking.set(node.name, isActivation(node) || (!isAnalog(node) && node.inputs.every((input) => spiking.get(input))));
    if (!isPooling(node) || !spiking.get(node.name) || node.name === readout) return [node];
    const mean = `${node.name}/mean`;
    return [
      { ...node, name: mean },
      { op: 'relu', name: node.name, inputs: [mean] },
    ];
  });
}

const isAnalog = (node: Node): boolean => node.op === 'input' || isWeighted(node);

/** Whether a node takes means over places. */
export const isPooling = (node: Node): boolean => node.op === 'avgPool2d' || node.op === 'globalAvgPool';
