import type { Network } from '@spikewright/snn-core';

/**
 * Cuts the weights of every convolution and dense layer to whole multiples of `m / 2^(bits - 1)`, towards 0; m is the layer's
 * largest `|W|`.
 *
 * The authors' tool keeps `W / m` and puts m into biases and θ, where it writes `θ = m κ` for `κ / m`. With weights in their own
 * scale θ stays κ, also where layers of different m meet.
 */
export function truncateWeights(network: Network, bits: number): Network {
  const nodes = network.nodes.map((node) => {
    if (node.op !== 'conv2d' && node.op !== 'dense') return node;
    const largest = node.kernel.data.reduce((most, weight) => Math.max(most, Math.abs(weight)), 0);
    if (largest === 0) return node;
    const unit = largest / 2 ** (bits - 1);
    return { ...node, kernel: { ...node.kernel, data: node.kernel.data.map((w) => Math.trunc(w / unit) * unit) } };
  });
  return { ...network, nodes };
}
