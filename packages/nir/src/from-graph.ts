import {
  checkNetwork,
  type Imported,
  type ImportedLayer,
  type Node,
  type Shape,
  UnsupportedLayersError,
} from '@spikewright/snn-core';
import type { NirGraph } from './nir-graph.js';
import type { Layer, Outcome, Said } from './read/layer.js';
import { readIf, readLif } from './read/neuron.js';
import { evaluationOrder } from './read/order.js';
import { inputShape, readAvgPool, readConv, readDense, readFlatten, readScale, readSumPool } from './read/weighted.js';

const READERS: ReadonlyMap<string, (layer: Layer) => Outcome> = new Map<string, (layer: Layer) => Outcome>([
  ['Affine', readDense],
  ['Linear', readDense],
  ['Conv2d', readConv],
  ['AvgPool2d', readAvgPool],
  ['SumPool2d', readSumPool],
  ['Scale', readScale],
  ['Flatten', readFlatten],
  ['IF', readIf],
  ['LIF', readLif],
  ['Input', ({ shape, image }) => ({ nodes: [], shape, image, fate: 'dropped', why: 'the entrance of a subgraph' })],
  [
    'Output',
    ({ shape, image }) => ({ nodes: [], shape, image, fate: 'dropped', why: 'what it reads is the read-out' }),
  ],
]);

const WHY_NOT: ReadonlyMap<string, string> = new Map([
  ['Conv1d', 'there is no convolution of sequences here'],
  ['CubaLI', 'neurons here have no current of their own (synapses)'],
  ['CubaLIF', 'neurons here have no current of their own (synapses)'],
  ['LI', 'every neuron here fires'],
  ['I', 'every neuron here fires'],
  ['Threshold', 'every neuron here keeps its potential'],
  ['Delay', 'a spike crosses the whole network within its step'],
]);

/** The output of a node of the file: which node here it is. */
interface Place {
  readonly name: string;
  readonly shape: Shape;
  /** The image whose places its values stand for in NIR's order. */
  readonly image: Shape;
}

/**
 * Makes a network of a NIR graph.
 *
 * @throws UnsupportedLayersError naming every node that has no counterpart, and why; TypeError when nodes do not fit
 * together
 */
export function fromGraph(graph: NirGraph, said: Said): Imported {
  const { names, sources } = evaluationOrder(graph);
  const nodes: Node[] = [];
  const layers: ImportedLayer[] = [];
  const places = new Map<string, Place>();
  for (const name of names) {
    const node = graph.nodes.get(name)!;
    const from = sources.get(name)!;
    const before = from.map((source) => places.get(source));
    // What follows an unsupported layer cannot be judged but by its type.
    const isOpen = before.some((place) => place === undefined);
    const own: Node[] = [];
    const outcome = isOpen ? typeOnly(node.type) : outcomeOf({ name, node, said }, before as Place[], own);
    if (typeof outcome === 'string') {
      layers.push({ name, kind: node.type, fate: 'unsupported', why: outcome, nodes: [] });
    } else if (outcome) {
      own.push(...outcome.nodes);
      const { shape, image = shape, fate, why } = outcome;
      places.set(name, { name: own.at(-1)?.name ?? before[0]!.name, shape, image });
      layers.push({ name, kind: node.type, fate, why, nodes: own.map((one) => one.name) });
    } else layers.push({ name, kind: node.type, fate: 'dropped', why: 'it was not judged', nodes: [] });
    nodes.push(...own);
  }
  if (layers.some(({ fate }) => fate === 'unsupported')) throw new UnsupportedLayersError(layers);
  const read = new Set(names);
  const idle = [...graph.nodes].filter(([name]) => !read.has(name));
  for (const [name, { type }] of idle)
    layers.push({ name, kind: type, fate: 'dropped', why: 'the output does not depend on it', nodes: [] });
  const { shape, image } = places.get(names.at(-1)!)!;
  if (shape.length === 1 && image.length === 3 && image[0] * image[1] > 1 && image[2] > 1) {
    throw new TypeError('Cannot import: a flattened image must not be the output, its order differs here: it is');
  }
  const network = { format: 1, nodes, meta: {} } as const;
  checkNetwork(network);
  return { network, layers };
}

const typeOnly = (type: string): string | undefined =>
  READERS.has(type) ? undefined : (WHY_NOT.get(type) ?? 'it is not a node of NIR that is known here');

/** Reads one node; a sum goes into `own` where several nodes meet. */
function outcomeOf(layer: Pick<Layer, 'name' | 'node' | 'said'>, before: readonly Place[], own: Node[]): Outcome {
  const reason = typeOnly(layer.node.type);
  if (reason !== undefined) return reason;
  const { name, node } = layer;
  if (before.length === 0) return entrance(layer);
  const [{ shape, image }] = before;
  if (before.some((place) => String(place.shape) !== String(shape) || String(place.image) !== String(image))) {
    return `what it sums must be of one shape: ${before.map((place) => `[${place.shape}]`).join(' and ')}`;
  }
  const from = before.length === 1 ? before[0].name : `${name}.sum`;
  if (before.length > 1) own.push({ op: 'add', name: from, inputs: before.map((place) => place.name) });
  return READERS.get(node.type)!({ ...layer, from, shape, image });
}

function entrance({ name, node }: Pick<Layer, 'name' | 'node'>): Outcome {
  if (node.type !== 'Input') return 'no edge leads to it';
  const shape = inputShape({ node });
  if (!shape) return 'its shape must be [channels, height, width] or [features]';
  return { nodes: [{ op: 'input', name, inputs: [], shape }], shape, fate: 'kept', why: 'the input' };
}
