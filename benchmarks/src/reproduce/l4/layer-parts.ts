import type { Conv2d, Network, Node, Shape, Shapes, Tensor } from '@spikewright/snn-core';

/** A convolution of a chain, and what leads to it. */
export interface LayerPart {
  readonly layer: Conv2d;
  /** The last node before it that spikes, or the input. */
  readonly source: Node;
  /** From the source's values to the layer's. */
  readonly linear: Network;
  /**
   * The same for variances: where independent values of variance x enter, their weighted sums have the variance
   * `Σ w² x`. Weights are squared, biases left out, and a mean over k values becomes the mean over k² of them.
   */
  readonly variances: Network;
}

/**
 * Takes the convolutions of a chain apart.
 *
 * @throws TypeError for a node before one that is neither conv2d nor avgPool2d
 */
export function layerParts({ nodes }: Network, shapes: Shapes): LayerPart[] {
  return nodes.flatMap((layer, end) => {
    if (layer.op !== 'conv2d') return [];
    const start = nodes.findLastIndex(({ op }, place) => place < end && (op === 'neuron' || op === 'input'));
    const between = nodes.slice(start + 1, end + 1);
    const from = (part: readonly Node[]): Network => headed(part, nodes[start].name, shapes.get(nodes[start].name)!);
    return [{ layer, source: nodes[start], linear: from(between), variances: from(between.flatMap(squared)) }];
  });
}

const headed = (nodes: readonly Node[], name: string, shape: Shape): Network => ({
  format: 1,
  nodes: [{ op: 'input', name, inputs: [], shape }, ...nodes],
  meta: {},
});

function squared(node: Node): Node[] {
  if (node.op === 'conv2d') {
    const { bias: _, ...plain } = node;
    return [{ ...plain, kernel: { ...node.kernel, data: node.kernel.data.map((weight) => weight ** 2) } }];
  }
  if (node.op === 'avgPool2d') {
    const mean = `${node.name}/mean`;
    const factor: Tensor = { shape: [], data: Float32Array.of(1 / (node.size[0] * node.size[1])) };
    return [
      { ...node, name: mean },
      { op: 'scale', name: node.name, inputs: [mean], factor },
    ];
  }
  throw new TypeError(`Cannot carry variances through node '${node.name}': it must be conv2d or avgPool2d: ${node.op}`);
}
