import { checkNetwork, type Network, type Node, type Shape, type Shapes } from '@spikewright/snn-core';
import { channelsFirst } from './axes.js';
import { unwritable } from './errors.js';
import { type Edge, type NirGraph, type NirNode, nirName, plainNode, whole } from './nir-graph.js';
import { neuronNode } from './write/neuron.js';
import { convNode, denseNode, poolNode, scaleNode } from './write/weighted.js';

/** What writing a node needs to know of the network around it. */
interface Around {
  readonly shapes: Shapes;
  /** For a vector whose places stand for an image's in NIR's order: that image. */
  readonly image: ReadonlyMap<string, Shape>;
}

/**
 * Writes a spiking network as a NIR graph.
 *
 * @throws TypeError naming the node that NIR has no words for
 */
export function toGraph(network: Network): NirGraph {
  const shapes = checkNetwork(network);
  const image = flattenedImages(network, shapes);
  const nodes = new Map<string, NirNode>();
  const edges: Edge[] = [];
  /** The NIR nodes whose sum is a node's output. */
  const sources = new Map<string, readonly string[]>();
  const add = (name: string, node: NirNode, from: readonly string[]): void => {
    if (nodes.has(name)) throw unwritable(name, 'names must differ also in NIR', name);
    if (new Set(from).size < from.length) throw unwritable(name, 'NIR has no two edges between the same nodes', from);
    nodes.set(name, node);
    for (const source of from) edges.push([source, name]);
  };
  for (const node of network.nodes) {
    const from = node.inputs.flatMap((input) => sources.get(input)!);
    const written = writeNode(node, { shapes, image });
    const names = written.map((_, i) => nirName(node.name) + (i === 0 ? '' : '.flatten'));
    written.forEach((one, i) => {
      add(names[i], one, i === 0 ? from : [names[i - 1]]);
    });
    sources.set(node.name, written.length === 0 ? from : names.slice(-1));
  }
  const last = network.nodes.at(-1)!.name;
  if (image.has(last)) throw unwritable(last, 'a read-out must not be a flattened image, whose order differs', 'it is');
  const shape = whole(...channelsFirst(shapes.get(last)!));
  add(freeName(nodes), plainNode('Output', { shape }), sources.get(last)!);
  return { nodes, edges, metadata: new Map() };
}

function freeName(nodes: ReadonlyMap<string, unknown>): string {
  let name = 'output';
  while (nodes.has(name)) name += '_';
  return name;
}

/** The nodes that do what a node does, one after another; none for an addition, which in NIR is edges that meet. */
function writeNode(node: Node, around: Around): NirNode[] {
  const input = around.shapes.get(node.inputs[0])!;
  switch (node.op) {
    case 'input':
      return [plainNode('Input', { shape: whole(...channelsFirst(node.shape)) })];
    case 'conv2d':
      return [convNode(node, input)];
    case 'dense':
      return [denseNode(node, around.image.get(node.inputs[0]))];
    case 'avgPool2d':
      return [poolNode(node, input)];
    case 'globalAvgPool': {
      const size = [input[0], input[1]] as const;
      const pool = { ...node, op: 'avgPool2d', size, strides: size, padding: 'valid' } as const;
      return [poolNode(pool, input), flattenNode([1, 1, input[2]])];
    }
    case 'flatten':
      return [flattenNode(input)];
    case 'scale':
      return [scaleNode(node, input, around.image.get(node.inputs[0]))];
    case 'neuron':
      return [neuronNode(node, input, around.image.get(node.inputs[0]))];
    case 'add':
      return [];
    case 'concat':
      throw unwritable(node.name, 'NIR joins nodes by sums only, not side by side', node.op);
    default:
      throw unwritable(node.name, 'NIR has no such node (a converter must first replace or fold it)', node.op);
  }
}

const flattenNode = (input: Shape): NirNode =>
  plainNode('Flatten', {
    start_dim: { shape: [], data: Float32Array.of(0) },
    end_dim: { shape: [], data: Float32Array.of(-1) },
    input_type: whole(...channelsFirst(input)),
  });

/** Finds the vectors whose order differs in NIR: flattened images, until a dense layer mixes them. */
export function flattenedImages({ nodes }: Network, shapes: Shapes): Map<string, Shape> {
  const image = new Map<string, Shape>();
  for (const { op, name, inputs } of nodes) {
    const [before] = inputs.map((input) => image.get(input));
    const shape = shapes.get(inputs[0]);
    if (op === 'flatten' && shape?.length === 3 && shape[0] * shape[1] > 1 && shape[2] > 1) image.set(name, shape);
    else if (op !== 'dense' && before) {
      const odd = inputs.find((input) => String(image.get(input)) !== String(before));
      if (odd !== undefined) throw unwritable(name, 'vectors of different order cannot be summed in NIR', odd);
      image.set(name, before);
    } else if (op === 'add' && inputs.some((input) => image.has(input))) {
      throw unwritable(name, 'vectors of different order cannot be summed in NIR', inputs);
    }
  }
  return image;
}
