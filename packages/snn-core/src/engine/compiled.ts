import { checkNetwork, type Shapes } from '../network/check.js';
import { elements } from '../network/geometry.js';
import type { Network, Neuron, Node, Op } from '../network/network.js';
import type { Encoder } from '../plugin/roles.js';
import { annForward } from './activations.js';
import { type Connection, connections } from './connections.js';
import type { Batch, Operations } from './engine.js';
import { type Forward, linearForward } from './linear.js';

/** What both executors work from. */
export interface Compiled {
  readonly network: Network;
  readonly shapes: Shapes;
  readonly input: Node & { op: 'input' };
  readonly readout: Node;
  /** How each node but `input` and `neuron` is computed. */
  readonly forward: ReadonlyMap<string, Forward>;
  readonly connections: ReadonlyMap<string, Connection>;
  readonly neurons: ReadonlyMap<string, Neuron>;
}

/** Checks a network and looks up how each of its nodes is computed. */
export function compileNetwork(network: Network): Compiled {
  const shapes = checkNetwork(network);
  const forward = new Map<string, Forward>();
  for (const node of network.nodes) {
    const compute = linearForward(node, shapes) ?? annForward(node, shapes);
    if (compute) forward.set(node.name, compute);
  }
  let counted: ReadonlyMap<string, Connection> | undefined;
  return {
    network,
    shapes,
    input: network.nodes.find((node) => node.op === 'input')!,
    readout: network.nodes.at(-1)!,
    forward,
    neurons: new Map(network.nodes.filter((node) => node.op === 'neuron').map((node) => [node.name, node])),
    // Counted when first asked for: it goes through all weights.
    get connections() {
      counted ??= new Map(connections(network, shapes, false).map((connection) => [connection.node.name, connection]));
      return counted;
    },
  };
}

/** How many values a node puts out for one sample. */
export const sizeOf = ({ shapes }: Compiled, node: string): number => elements(shapes.get(node)!);

const ANN_ONLY: ReadonlySet<Op> = new Set(['relu', 'clip', 'qcfs', 'softmax', 'maxPool2d', 'batchNorm']);

/** Refuses a network that cannot be run over time, and says what to do about it. */
export function requireSpiking({ network, neurons }: Compiled): void {
  const left = network.nodes.find((node) => ANN_ONLY.has(node.op));
  if (left) {
    throw new TypeError(
      `Cannot run node '${left.name}' over time: a converter must first replace or fold it: ${left.op}`,
    );
  }
  if (neurons.size === 0) {
    throw new TypeError('Cannot run network over time: it must have neurons (convert it first): none found');
  }
}

/** Refuses a network that cannot be evaluated in one pass. */
export function requireAnn({ neurons }: Compiled): void {
  const [name] = neurons.keys();
  if (name !== undefined) {
    throw new TypeError(`Cannot infer in one pass: a spiking network runs over time: neuron '${name}'`);
  }
}

/** Refuses a batch that does not fit the network's input or itself. */
export function checkBatch(compiled: Compiled, batch: Batch): void {
  const size = sizeOf(compiled, compiled.input.name);
  if (!Number.isInteger(batch.size) || batch.size < 1) {
    throw new RangeError(`Cannot run batch: it must hold at least 1 sample: ${batch.size}`);
  }
  if (batch.data.length !== batch.size * size) {
    const rule = `${batch.size} samples of shape [${compiled.input.shape}] are ${batch.size * size} values`;
    throw new TypeError(`Cannot run batch: ${rule}: ${batch.data.length} given`);
  }
  if (batch.indices.length !== batch.size || (batch.labels && batch.labels.length !== batch.size)) {
    const given = `${batch.indices.length} indices, ${batch.labels?.length ?? 'no'} labels`;
    throw new TypeError(`Cannot run batch: indices and labels must have ${batch.size} values: ${given}`);
  }
  const place = batch.data.findIndex((value) => !Number.isFinite(value));
  if (place >= 0) {
    throw new RangeError(
      `Cannot run batch: values must be finite: ${batch.data[place]} in sample ${Math.floor(place / size)}`,
    );
  }
}

/** What a node has put out, and whether the encoder sends spikes: what operations are counted from. */
export interface Sent {
  output(node: string): ArrayLike<number>;
  readonly encoder: Encoder;
}

/**
 * Counts the work at a weighted node: additions if all that arrives are spikes, multiply-additions otherwise.
 *
 * @throws ReferenceError if the node has no weights
 */
export function countOperations(compiled: Compiled, name: string, { output, encoder }: Sent): Operations {
  const connection = compiled.connections.get(name);
  if (!connection) throw new ReferenceError(`Cannot count operations: the node must have weights: '${name}'`);
  const { node, fanOut, sources } = connection;
  const spiking = (source: string): boolean =>
    compiled.neurons.has(source) || (source === compiled.input.name && encoder.output === 'spikes');
  if (!sources.every((source) => spiking(source.node))) {
    const multiplyAccumulates = reached(output(node.inputs[0]), fanOut, (value) => (value !== 0 ? 1 : 0));
    return { accumulates: 0, multiplyAccumulates };
  }
  const accumulates = sources.map((source) => reached(output(source.node), source.fanOut, Math.abs));
  return { accumulates: accumulates.reduce((sum, count) => sum + count, 0), multiplyAccumulates: 0 };
}

function reached(values: ArrayLike<number>, fanOut: Float64Array, events: (value: number) => number): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += events(values[i]) * fanOut[i];
  return sum;
}

/** Refuses a name that is no neuron node. */
export function requireNeuron({ neurons }: Compiled, name: string): void {
  if (!neurons.has(name)) throw new ReferenceError(`Cannot show spikes: the node must be a neuron: '${name}'`);
}
