import type { Network, Node } from './network.js';

/** The names of the nodes that read each node. */
export function consumers({ nodes }: Network): ReadonlyMap<string, readonly string[]> {
  const readers = new Map<string, string[]>(nodes.map(({ name }) => [name, []]));
  for (const { name, inputs } of nodes) for (const input of inputs) readers.get(input)?.push(name);
  return readers;
}

/** The names of the nodes that the last of them is computed from, its own too. */
export function ancestors(nodes: readonly Node[]): Set<string> {
  const leading = new Set(nodes.slice(-1).map(({ name }) => name));
  for (const { name, inputs } of nodes.toReversed()) {
    if (leading.has(name)) for (const input of inputs) leading.add(input);
  }
  return leading;
}

/**
 * Cuts out the part of a network that computes one node, which becomes the read-out.
 *
 * @throws ReferenceError for an unknown node
 */
export function upTo(network: Network, name: string): Network {
  const end = network.nodes.findIndex((node) => node.name === name);
  if (end < 0) throw new ReferenceError(`Cannot cut network: the node must exist: '${name}'`);
  const nodes = network.nodes.slice(0, end + 1);
  const leading = ancestors(nodes);
  return { ...network, nodes: nodes.filter((node) => leading.has(node.name)) };
}

/**
 * Rewrites a network node by node. `rewrite` returns the nodes that take a node's place, in evaluation order; none
 * removes it, and its readers then read its first input.
 */
export function rewriteNodes(network: Network, rewrite: (node: Node) => readonly Node[]): Network {
  const moved = new Map<string, string>();
  const nodes = network.nodes.flatMap((original) => {
    const node = { ...original, inputs: original.inputs.map((input) => moved.get(input) ?? input) };
    const replacement = rewrite(node);
    const stands = replacement.some(({ name }) => name === node.name);
    if (!stands) moved.set(node.name, replacement.at(-1)?.name ?? node.inputs[0]);
    return replacement;
  });
  return { ...network, nodes };
}

/** Adds sentences to the notes of a network, where a user reads what converters did. */
export function withNotes(network: Network, ...notes: readonly string[]): Network {
  if (notes.length === 0) return network;
  return { ...network, meta: { ...network.meta, notes: [...(network.meta.notes ?? []), ...notes] } };
}
