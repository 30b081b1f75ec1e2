import { canonicalJson, sha256 } from '../canonical.js';
import { show } from '../errors.js';
import { checkNetwork } from './check.js';
import type { Network, Node, Tensor } from './network.js';
import { readSafetensors, writeSafetensors } from './safetensors.js';

/**
 * Saves a network as a safetensors file: its weights as tensors `node.field`, its graph as JSON in the metadata. Equal
 * networks give equal bytes.
 */
export function saveNetwork(network: Network): Uint8Array {
  checkNetwork(network);
  const tensors: Record<string, Tensor> = {};
  const nodes = network.nodes.map((node) =>
    Object.fromEntries(
      Object.entries(node).map(([field, value]) => {
        if (!isTensor(value)) return [field, value];
        const name = `${node.name}.${field}`;
        tensors[name] = value;
        return [field, { tensor: name }];
      }),
    ),
  );
  return writeSafetensors(tensors, { spikewright: canonicalJson({ format: 1, meta: network.meta, nodes }) });
}

/**
 * Loads a network that {@link saveNetwork} wrote.
 *
 * @throws TypeError, RangeError or ReferenceError if the file is damaged or holds no sound network
 */
export function loadNetwork(bytes: Uint8Array): Network {
  const { tensors, metadata } = readSafetensors(bytes);
  if (metadata.spikewright === undefined) {
    throw new TypeError('Cannot load network: the file must have been saved by spikewright: no graph in its metadata');
  }
  const graph = parse(metadata.spikewright);
  if (!Array.isArray(graph?.nodes)) throw new TypeError('Cannot load network: its graph must list nodes: none found');
  const nodes = graph.nodes.map((node) => withTensors(node, tensors));
  const { format, meta = {} } = graph;
  if (typeof meta !== 'object' || meta === null || Array.isArray(meta)) {
    throw new TypeError(`Cannot load network: its meta must be an object: ${show(meta)}`);
  }
  const network: Network = { format, meta, nodes };
  checkNetwork(network);
  return network;
}

/** Names a network by its content: the SHA-256 of its saved form, in hexadecimal. */
export const networkHash = (network: Network): Promise<string> => sha256(saveNetwork(network));

function withTensors(node: Record<string, unknown>, tensors: Readonly<Record<string, Tensor>>): Node {
  if (typeof node !== 'object' || node === null)
    throw new TypeError(`Cannot load network: a node must be an object: ${show(node)}`);
  const fields = Object.entries(node).map(([field, value]) => {
    const name = tensorName(value);
    if (name === undefined) return [field, value];
    if (!Object.hasOwn(tensors, name)) {
      throw new ReferenceError(
        `Cannot load node '${show(node.name)}': every tensor must be in the file: '${show(name)}'`,
      );
    }
    return [field, tensors[name]];
  });
  return Object.fromEntries(fields);
}

function parse(text: string): { format: 1; meta?: Network['meta']; nodes: Record<string, unknown>[] } {
  try {
    return JSON.parse(text);
  } catch {
    throw new TypeError(`Cannot load network: its graph must be JSON: ${show(text)}`);
  }
}

const isTensor = (value: unknown): value is Tensor =>
  typeof value === 'object' && value !== null && 'data' in value && value.data instanceof Float32Array;

const tensorName = (value: unknown): string | undefined =>
  typeof value === 'object' && value !== null && 'tensor' in value && typeof value.tensor === 'string'
    ? value.tensor
    : undefined;
