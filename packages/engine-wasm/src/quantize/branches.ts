import {
  consumers,
  elements,
  isWeighted,
  type Network,
  type Node,
  type Shapes,
  slidingWindow,
  type Weighted,
} from '@spikewright/snn-core';

/** One connection into a layer: its weights, or a shortcut without any. */
export interface Branch {
  /** The weighted node, or the `add` that spikes reach without weights. */
  readonly node: Weighted | (Node & { readonly op: 'add' });
  /** Of a shortcut: the neurons it comes from. */
  readonly shortcut?: string;
  /** How many inputs each pooling window before the weights divides by. */
  readonly divisor: number;
}

/** What is looked up while following connections. */
export interface Graph {
  readonly nodes: ReadonlyMap<string, Node>;
  readonly shapes: Shapes;
  readonly readers: ReadonlyMap<string, readonly string[]>;
}

/** Makes the look-ups of a network. */
export const graphOf = (network: Network, shapes: Shapes): Graph => ({
  nodes: new Map(network.nodes.map((node) => [node.name, node])),
  shapes,
  readers: consumers(network),
});

/**
 * The connections that end in a node, through additions; undefined where something else adds to it, or where others read
 * the same weights.
 */
export function branchesOf(name: string, graph: Graph, isEnd = false): Branch[] | undefined {
  const node = graph.nodes.get(name)!;
  if (graph.readers.get(name)!.length > (isEnd ? 0 : 1)) return undefined;
  if (isWeighted(node)) return [{ node, divisor: divisorOf(node.inputs[0], graph) }];
  if (node.op !== 'add') return undefined;
  const branches: Branch[] = [];
  for (const input of node.inputs) {
    const shortcut = graph.nodes.get(input)!.op === 'neuron';
    const found = shortcut ? [{ node, shortcut: input, divisor: 1 }] : branchesOf(input, graph);
    if (!found) return undefined;
    branches.push(...found);
  }
  return branches;
}

/** Whether analog input reaches a node without neurons on the way. */
export function isAnalog(name: string, graph: Graph): boolean {
  const node = graph.nodes.get(name)!;
  if (node.op === 'neuron') return false;
  return node.op === 'input' || node.inputs.some((input) => isAnalog(input, graph));
}

/** What pooling between spikes and weights divides by. */
function divisorOf(name: string, graph: Graph): number {
  const node = graph.nodes.get(name)!;
  if (node.op === 'neuron' || node.op === 'input' || isWeighted(node)) return 1;
  const before = Math.max(...node.inputs.map((input) => divisorOf(input, graph)));
  const image = graph.shapes.get(node.inputs[0])!;
  if (node.op === 'globalAvgPool') return (before * elements(image)) / image[2];
  if (node.op !== 'avgPool2d') return before;
  const { rows, columns } = slidingWindow(image, node.size, node.strides, node.padding);
  return before * rows.kernel * columns.kernel;
}
