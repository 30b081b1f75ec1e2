import type { Group, Texts } from '@spikewright/hdf5';
import { damaged, show } from './errors.js';
import type { Edge, Field, Fields, NirGraph, NirNode } from './nir-graph.js';

/**
 * Finds the NIR graph in an HDF5 file; subgraphs become part of it, their nodes named `subgraph.node`.
 *
 * @throws TypeError when the file holds no sound graph
 */
export function readGraph(file: Group): NirGraph {
  const root = file.get('node');
  if (!(root instanceof Map)) throw damaged('NIR', "it must have a group 'node'", 'none');
  const nodes = new Map<string, NirNode>();
  const edges: Edge[] = [];
  addGraph(root, '', { nodes, edges });
  return { nodes, edges, metadata: fieldsOf(root.get('metadata')) };
}

interface Growing {
  readonly nodes: Map<string, NirNode>;
  readonly edges: Edge[];
}

/** Adds the nodes and edges of a graph, and returns which of its nodes stand for it to the outside. */
function addGraph(graph: Group, prefix: string, into: Growing): { entrances: string[]; exits: string[] } {
  if (wordOf(graph.get('type')) !== 'NIRGraph') {
    throw damaged('NIR', `'${prefix || 'node'}' must be a NIRGraph`, wordOf(graph.get('type')) ?? 'nothing');
  }
  const members = graph.get('nodes');
  if (!(members instanceof Map)) throw damaged('NIR', "a graph must have a group 'nodes'", 'none');
  const ports = new Map<string, { entrances: string[]; exits: string[] }>();
  const [entrances, exits]: [string[], string[]] = [[], []];
  for (const [name, member] of members) {
    const full = `${prefix}${name}`;
    if (!(member instanceof Map)) throw damaged('NIR', 'every node must be a group', full);
    const type = wordOf(member.get('type'));
    if (type === undefined) throw damaged('NIR', 'every node must have a type', full);
    if (type === 'NIRGraph') {
      ports.set(name, addGraph(member, `${full}.`, into));
      continue;
    }
    if (into.nodes.has(full)) throw damaged('NIR', 'names of nodes must differ', full);
    into.nodes.set(full, { type, fields: fieldsOf(member), metadata: fieldsOf(member.get('metadata')) });
    ports.set(name, { entrances: [full], exits: [full] });
    if (type === 'Input') entrances.push(full);
    if (type === 'Output') exits.push(full);
  }
  for (const [from, to] of edgesOf(graph.get('edges'))) {
    const ends = [ports.get(from)?.exits, ports.get(to)?.entrances];
    if (!ends[0] || !ends[1]) throw damaged('NIR', 'edges must join nodes of the graph', `${from} -> ${to}`);
    for (const source of ends[0]) for (const target of ends[1]) into.edges.push([source, target]);
  }
  return { entrances, exits };
}

function edgesOf(edges: unknown): Edge[] {
  if (!isTexts(edges) || edges.texts.length % 2 !== 0)
    throw damaged('NIR', 'a graph must list pairs of names as edges', 'none');
  const pairs = Array.from(
    { length: edges.texts.length / 2 },
    (_, i): Edge => [edges.texts[2 * i], edges.texts[2 * i + 1]],
  );
  const seen = new Set<string>();
  for (const pair of pairs) {
    const key = JSON.stringify(pair);
    if (seen.has(key)) throw damaged('NIR', 'no edge may stand twice', show(key));
    seen.add(key);
  }
  return pairs;
}

function fieldsOf(group: unknown): Fields {
  const fields = new Map<string, Field>();
  if (!(group instanceof Map)) return fields;
  for (const [name, member] of group) {
    const field = isTexts(member) ? wordOf(member) : member instanceof Map ? undefined : member;
    if (field !== undefined) fields.set(name, field);
  }
  return fields;
}

const isTexts = (value: unknown): value is Texts =>
  typeof value === 'object' && value !== null && 'texts' in value && Array.isArray(value.texts);

const wordOf = (value: unknown): string | undefined =>
  isTexts(value) && value.texts.length === 1 ? value.texts[0] : undefined;
