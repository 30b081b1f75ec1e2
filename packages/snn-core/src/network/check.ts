import { show } from '../errors.js';
import { elements } from './geometry.js';
import { ancestors } from './graph.js';
import type { Network, Node, Shape } from './network.js';
import { nodeShape } from './node-shape.js';
import { refuse, refuseName, refuseValue } from './requirements.js';

/** The output shape of every node, by name. */
export type Shapes = ReadonlyMap<string, Shape>;

/** No layer of an image network comes near it; what is larger is a damaged file. */
const LARGEST_OUTPUT = 2 ** 28;

/**
 * Checks that a network is sound and works out the shape of every node's output.
 *
 * @throws TypeError for a wrong shape or form, RangeError for a value out of bounds or not finite, ReferenceError for an
 * unknown input; each names the node
 */
export function checkNetwork(network: Network): Shapes {
  if (network?.format !== 1) throw new TypeError(`Cannot use network: format must be 1: ${show(network?.format)}`);
  if (!Array.isArray(network.nodes) || network.nodes.length === 0) {
    throw new TypeError('Cannot use network: nodes must be a list of at least one node: none given');
  }
  if (typeof network.meta !== 'object' || network.meta === null) {
    throw new TypeError(`Cannot use network: meta must be an object: ${show(network.meta)}`);
  }
  const shapes = new Map<string, Shape>();
  for (const node of network.nodes) {
    const inputs = checkWiring(node, shapes);
    const shape = nodeShape(node, inputs);
    const size = elements(shape);
    if (size > LARGEST_OUTPUT) refuseValue(node, `its output must have at most ${LARGEST_OUTPUT} values`, size);
    shapes.set(node.name, shape);
  }
  const entrances = network.nodes.filter((node) => node.op === 'input');
  if (entrances.length !== 1) {
    throw new TypeError(`Cannot use network: it must have exactly one input node: ${entrances.length} found`);
  }
  // A node that leads nowhere would cost work, or be read by mistake when the last one is folded.
  const leading = ancestors(network.nodes);
  const idle = network.nodes.find(({ name }) => !leading.has(name));
  if (idle) refuse(idle, 'every node must lead to the last one (or be removed)', network.nodes.at(-1)!.name);
  return shapes;
}

function checkWiring(node: Node, shapes: Shapes): Shape[] {
  if (typeof node !== 'object' || node === null) {
    throw new TypeError(`Cannot use network: every node must be an object: ${show(node)}`);
  }
  if (typeof node.name !== 'string' || !/^(?!__)[^\p{Cc}]{1,200}$/u.test(node.name)) {
    refuse(node, 'name must be 1 to 200 printable characters, not beginning with __', node.name);
  }
  if (shapes.has(node.name)) refuse(node, 'name must be unique', node.name);
  const [least, most] = arity(node);
  if (!Array.isArray(node.inputs) || node.inputs.length < least || node.inputs.length > most) {
    refuse(
      node,
      `op ${show(node.op)} takes ${least === most ? least : `at least ${least}`} inputs`,
      node.inputs?.length,
    );
  }
  return node.inputs.map((name) => {
    const shape = shapes.get(name);
    if (shape === undefined) refuseName(node, 'every input must be an earlier node', name);
    return shape;
  });
}

function arity(node: Node): [number, number] {
  if (node.op === 'input') return [0, 0];
  if (node.op === 'add' || node.op === 'concat') return [2, Number.POSITIVE_INFINITY];
  return [1, 1];
}
