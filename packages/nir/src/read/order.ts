import { damaged, show } from '../errors.js';
import type { Edge, NirGraph } from '../nir-graph.js';

/** A graph's nodes in evaluation order, as far as the output depends on them. */
export interface Ordered {
  readonly names: readonly string[];
  /** The nodes that each node reads; what they put out is summed. */
  readonly sources: ReadonlyMap<string, readonly string[]>;
}

/**
 * Puts the nodes of a graph in order, whatever the order of its edges.
 *
 * @throws TypeError when there is not exactly one output, or nodes depend on themselves
 */
export function evaluationOrder({ nodes, edges }: NirGraph): Ordered {
  const sources = new Map<string, string[]>([...nodes.keys()].map((name) => [name, []]));
  for (const [from, to] of edges) sources.get(to)!.push(from);
  const output = onlyOne(nodes, 'Output', edges, ([from]) => from);
  onlyOne(nodes, 'Input', edges, ([, to]) => to);
  const names: string[] = [];
  const state = new Map<string, 'open' | 'done'>();
  const pending = [output];
  for (let name = pending.at(-1); name !== undefined; name = pending.at(-1)) {
    if (state.has(name)) {
      pending.pop();
      if (state.get(name) === 'open') names.push(name);
      state.set(name, 'done');
      continue;
    }
    state.set(name, 'open');
    for (const source of sources.get(name)!) {
      if (state.get(source) === 'open') throw recurrent(name, source);
      if (!state.has(source)) pending.push(source);
    }
  }
  return { names, sources };
}

const recurrent = (name: string, source: string): TypeError =>
  new TypeError(
    `Cannot import: no node may depend on itself, recurrent networks have no form here: '${show(name)}' and '${show(source)}'`,
  );

/** Finds the one node of a type where the graph begins or ends; those of subgraphs lie between others. */
function onlyOne(nodes: NirGraph['nodes'], type: string, edges: readonly Edge[], end: (edge: Edge) => string): string {
  const inner = new Set(edges.map(end));
  const found = [...nodes].filter(([name, node]) => node.type === type && !inner.has(name)).map(([name]) => name);
  if (found.length !== 1)
    throw damaged('NIR', `its graph must have exactly one ${type}`, found.length === 0 ? 'none' : found);
  return found[0];
}
