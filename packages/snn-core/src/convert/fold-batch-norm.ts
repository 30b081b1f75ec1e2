import { checkNetwork } from '../network/check.js';
import { consumers, rewriteNodes } from '../network/graph.js';
import type { BatchNorm, Conv2d, Dense, Network, Node, Scale, Tensor } from '../network/network.js';
import { definePlugin, type PluginFactory } from '../plugin/define-plugin.js';
import { type NoOptions, noOptions } from '../plugin/options.js';
import type { Converter } from '../plugin/roles.js';

/**
 * Folds every batch normalisation into the convolution or dense node before it, with the layer's own epsilon:
 * `a = γ / sqrt(σ² + ε)`, `W ← a W`, `b ← a (b - μ) + β`. Where there is none, or others read it too, the node becomes
 * a `scale`. The network's outputs stay the same.
 */
export const foldBatchNorm: PluginFactory<Converter, NoOptions> = definePlugin({
  role: 'converter',
  name: 'fold-batch-norm',
  options: noOptions,
  create: () => ({ convert: async (network) => foldAll(network) }),
});

function foldAll(network: Network): Network {
  checkNetwork(network);
  const readers = consumers(network);
  const byName = new Map(network.nodes.map((node) => [node.name, node]));
  /** The batch norm that alone reads a weighted node, and so can be folded into it. */
  const follower = (node: Node): BatchNorm | undefined => {
    const [reader, other] = (readers.get(node.name) ?? []).map((name) => byName.get(name)!);
    return other === undefined && reader?.op === 'batchNorm' ? reader : undefined;
  };
  return rewriteNodes(network, (node) => {
    if (node.op === 'conv2d' || node.op === 'dense') {
      const batchNorm = follower(node);
      return [batchNorm ? fold(node, affine(batchNorm)) : node];
    }
    if (node.op !== 'batchNorm') return [node];
    const before = byName.get(byName.get(node.name)!.inputs[0])!;
    const folded = (before.op === 'conv2d' || before.op === 'dense') && follower(before) !== undefined;
    return folded ? [] : [asScale(node)];
  });
}

/** A batch norm in inference as `x ↦ factor x + shift`, per channel. */
interface Affine {
  readonly factor: Float64Array;
  readonly shift: Float64Array;
}

function affine({ gamma, beta, mean, variance, epsilon }: BatchNorm): Affine {
  const factor = Float64Array.from(gamma.data, (value, c) => value / Math.sqrt(variance.data[c] + epsilon));
  return { factor, shift: factor.map((a, c) => beta.data[c] - a * mean.data[c]) };
}

function fold<N extends Conv2d | Dense>(node: N, { factor, shift }: Affine): N {
  const channels = factor.length;
  const kernel: Tensor = { ...node.kernel, data: node.kernel.data.map((weight, i) => weight * factor[i % channels]) };
  const bias = vector(shift.map((value, c) => value + factor[c] * (node.bias?.data[c] ?? 0)));
  return { ...node, kernel, bias };
}

const asScale = (node: BatchNorm): Scale => {
  const { factor, shift } = affine(node);
  return { op: 'scale', name: node.name, inputs: node.inputs, factor: vector(factor), bias: vector(shift) };
};

const vector = (values: Float64Array): Tensor => ({ shape: [values.length], data: Float32Array.from(values) });
