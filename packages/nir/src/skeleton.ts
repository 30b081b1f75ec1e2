import {
  checkNetwork,
  elements,
  type Json,
  type Network,
  type Node,
  type Shape,
  type Shapes,
  type Tensor,
} from '@spikewright/snn-core';
import { denseKernel, fromNirOrder, gather, transpose } from './axes.js';
import { damaged, show } from './errors.js';
import { type Field, type Fields, type NirGraph, nirName, sameField } from './nir-graph.js';
import { flattenedImages, toGraph } from './to-graph.js';

/** A network without its numbers: every tensor is only a shape. */
export function skeleton({ format, meta, nodes }: Network): Json {
  const bare = nodes.map((node) =>
    Object.fromEntries(
      Object.entries(node).map(([field, value]) => [field, isTensor(value) ? { tensor: value.shape } : value]),
    ),
  );
  return JSON.parse(JSON.stringify({ format, meta, nodes: bare }));
}

/**
 * Makes the network that wrote a graph: the skeleton with the graph's numbers. It is then written again, and what comes
 * out must be the graph, so nothing is believed that the graph does not say.
 *
 * @throws TypeError when skeleton and graph differ
 */
export function restore(text: string, graph: NirGraph): Network {
  let network: Network;
  let difference: string | undefined;
  try {
    const bare: Bare = JSON.parse(text);
    // Shapes do not depend on numbers, and the order of numbers depends on shapes.
    const blank = fill(bare, ({ name }, _, shape) => new Float32Array(sizeWithin(graph, name, shape)).fill(1));
    const shapes = checkNetwork(blank);
    requireWritten(blank, shapes, graph);
    const image = flattenedImages(blank, shapes);
    const input = ({ inputs }: BareNode): Shape => image.get(inputs[0]) ?? shapes.get(inputs[0])!;
    network = fill(bare, (node, field, shape) => {
      const { fields, metadata } = graph.nodes.get(nirName(node.name))!;
      return numbers(`${node.op}.${field}`, fields, metadata, shape, input(node));
    });
    difference = firstDifference(toGraph(network), graph);
  } catch (cause) {
    throw contradiction(cause instanceof Error ? cause.message : String(cause));
  }
  if (difference !== undefined) throw contradiction(difference);
  return network;
}

const contradiction = (value: string): TypeError =>
  damaged(
    'NIR',
    "its metadata 'spikewright' must describe its graph (the option metadata: 'ignore' leaves it out)",
    value,
  );

const isTensor = (value: unknown): value is Tensor =>
  typeof value === 'object' && value !== null && 'data' in value && value.data instanceof Float32Array;

type BareNode = Node & Readonly<Record<string, unknown>>;
type Bare = Omit<Network, 'nodes'> & { readonly nodes: readonly BareNode[] };

/** Puts numbers in the place of shapes. */
function fill(bare: Bare, numbersOf: (node: BareNode, field: string, shape: Shape) => Float32Array): Network {
  const nodes = bare.nodes.map((node) =>
    Object.fromEntries(
      Object.entries(node).map(([field, value]) => {
        const shape = (value as { readonly tensor?: Shape } | null)?.tensor;
        return [field, shape === undefined ? value : { shape, data: numbersOf(node, field, shape) }];
      }),
    ),
  );
  return { ...bare, nodes: nodes as unknown as readonly Node[] };
}

/** How many numbers a tensor has; no more than its node in the graph, before memory is taken. */
function sizeWithin(graph: NirGraph, name: string, shape: Shape): number {
  const node = graph.nodes.get(nirName(name));
  const most = Math.max(
    0,
    ...[...(node?.fields.values() ?? [])].map((field) => (typeof field === 'string' ? 0 : field.data.length)),
  );
  const size = elements(shape);
  if (!(Number.isInteger(size) && size >= 0 && size <= most)) {
    throw new RangeError(`node '${show(name)}' has at most ${most} numbers, not ${size}`);
  }
  return size;
}

/** What is written out for each element must be in the graph, before memory is taken for it. */
function requireWritten({ nodes }: Network, shapes: Shapes, graph: NirGraph): void {
  for (const { op, name } of nodes) {
    if (op !== 'neuron' && op !== 'scale') continue;
    const field = graph.nodes.get(nirName(name))?.fields.get(op === 'neuron' ? 'v_threshold' : 'scale');
    const [size, written] = [elements(shapes.get(name)!), typeof field === 'object' ? field.data.length : 0];
    if (size !== written) throw new RangeError(`node '${show(name)}' has ${written} elements, not ${size}`);
  }
}

/** The numbers of one tensor, from where the graph keeps them; wrong ones where it does not, which are found later. */
function numbers(tensor: string, fields: Fields, metadata: Fields, shape: Shape, input: Shape): Float32Array {
  const of = (field: Field | undefined): Tensor =>
    typeof field === 'object' ? field : { shape: [0], data: new Float32Array(0) };
  const each = (field: Field | undefined): Float32Array => gather(fromNirOrder(of(field).data, input), shape).data;
  switch (tensor) {
    case 'conv2d.kernel':
      return transpose(of(fields.get('weight')), [2, 3, 1, 0]).data;
    case 'dense.kernel':
      return denseKernel(of(fields.get('weight')), input).data;
    case 'neuron.threshold':
      return each(fields.get('v_threshold'));
    case 'neuron.initial':
      return each(metadata.get('initial'));
    case 'scale.factor':
      return each(fields.get('scale'));
    default:
      return of(fields.get('bias')).data;
  }
}

/** Names the first node or edge that is not the same in both graphs. */
function firstDifference(one: NirGraph, other: NirGraph): string | undefined {
  const names = new Set([...one.nodes.keys(), ...other.nodes.keys()]);
  for (const name of names) {
    const [a, b] = [one.nodes.get(name), other.nodes.get(name)];
    if (!a || !b || a.type !== b.type || !sameFields(a.metadata, b.metadata) || !sameFields(a.fields, b.fields)) {
      return `node '${show(name)}' differs`;
    }
  }
  const [edges, others] = [one, other].map((graph) => new Set(graph.edges.map((edge) => JSON.stringify(edge))));
  const edge = [...edges].find((text) => !others.has(text)) ?? [...others].find((text) => !edges.has(text));
  return edge && `edge ${show(edge)} differs`;
}

/** Whether everything that was written is there; the word `type` stands beside the parameters of a file. */
function sameFields(written: Fields, found: Fields): boolean {
  const names = new Set([...written.keys(), ...found.keys()]);
  names.delete('type');
  return [...names].every((name) => sameField(written.get(name), found.get(name)));
}
