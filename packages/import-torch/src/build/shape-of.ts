import { checkNetwork, type Node, type Shape } from '@spikewright/snn-core';

/** The shape of a node's output; the network's own checks hold for it. */
export function shapeOf(node: Node, inputs: readonly Shape[]): Shape {
  const [shape] = inputs;
  if (node.op === 'concat') return [...shape.slice(0, -1), inputs.reduce((sum, each) => sum + each.at(-1)!, 0)];
  if (node.op === 'add') return shape;
  const before: Node[] = node.op === 'input' ? [] : [{ op: 'input', name: 'before', inputs: [], shape }];
  const alone = { ...node, name: node.name === 'before' ? 'node' : node.name, inputs: before.map(({ name }) => name) };
  return checkNetwork({ format: 1, nodes: [...before, alone], meta: {} }).get(alone.name)!;
}
