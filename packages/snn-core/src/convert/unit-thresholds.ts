import { isWeighted } from '../engine/connections.js';
import { checkNetwork } from '../network/check.js';
import { consumers } from '../network/graph.js';
import type { Network } from '../network/network.js';
import { divideOutput, tensorOf } from './weights.js';

/**
 * Moves thresholds into the weights: dividing all that a neuron receives by θ, and θ by itself, changes no spike.
 * Where others read the same weights, or spikes arrive without weights, neurons keep their θ.
 */
export function unitThresholds(network: Network): Network {
  const shapes = checkNetwork(network);
  const readers = consumers(network);
  const nodes = new Map(network.nodes.map((node) => [node.name, node]));
  /** Whether all that reaches a node comes from weights that nothing else reads. */
  const owned = (name: string, uniform: boolean): boolean => {
    const node = nodes.get(name)!;
    if (readers.get(name)!.length !== 1) return false;
    if (isWeighted(node)) return true;
    if (node.op === 'neuron' || node.op === 'input' || (node.op === 'flatten' && !uniform)) return false;
    return node.inputs.every((input) => owned(input, uniform));
  };
  const divide = (name: string, divisors: Float32Array): void => {
    const node = nodes.get(name)!;
    if (isWeighted(node)) {
      nodes.set(name, divideOutput(node, divisors));
      return;
    }
    let from = 0;
    for (const input of node.inputs) {
      const width = shapes.get(input)!.at(-1)!;
      divide(input, node.op === 'concat' && divisors.length > 1 ? divisors.subarray(from, from + width) : divisors);
      from += width;
    }
  };
  for (const node of network.nodes) {
    if (node.op !== 'neuron' || node.threshold.data.every((theta) => theta === 1)) continue;
    const thresholds = node.threshold.data;
    const perChannel = thresholds.length === 1 || thresholds.length === shapes.get(node.name)!.at(-1);
    if (!perChannel || !owned(node.inputs[0], thresholds.length === 1)) continue;
    divide(node.inputs[0], thresholds);
    nodes.set(node.name, { ...node, threshold: tensorOf([1]) });
  }
  return { ...network, nodes: network.nodes.map(({ name }) => nodes.get(name)!) };
}
