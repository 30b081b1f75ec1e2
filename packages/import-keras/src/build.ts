import {
  checkNetwork,
  elements,
  type Imported,
  type ImportedLayer,
  type NetworkMeta,
  type Node,
  type Shapes,
  UnsupportedLayersError,
} from '@spikewright/snn-core';
import { faulty } from './errors.js';
import { type FindWeight, type Layer, readGraph } from './graph.js';
import { isRecord, type Json } from './json.js';
import { activation } from './layers/activation.js';
import { type Made, type Setting, Unsupported, type Value } from './layers/maker.js';
import { makerOf, SUPPORTED } from './layers/makers.js';
import { reshapedInput } from './reshaped-input.js';

/** No layer of an image network comes near it; the bound of `checkNetwork`. */
const LARGEST_OUTPUT = 2 ** 28;

/**
 * Builds the network of a model's configuration and weights.
 *
 * @throws UnsupportedLayersError naming every layer that no node can stand for
 */
export function build(model: Json, find: FindWeight, meta: NetworkMeta): Imported {
  const { layers: read, left } = readGraph(model, find);
  const setting = settingOf(read);
  const layers = reshapedInput(read, setting.channelsFirst);
  const values = new Map<string, Value>();
  const nodes: Node[] = [];
  const report: ImportedLayer[] = [];
  for (const layer of layers) {
    const { name, kind } = layer;
    const made = attempt(layer, values, setting);
    if ('refused' in made) {
      report.push({ name, kind, fate: 'unsupported', why: made.refused, nodes: [] });
      continue;
    }
    if ('unread' in made) {
      report.push({ name, kind, fate: 'kept', why: 'It is supported, but a layer before it is not.', nodes: [] });
      continue;
    }
    if (elements(made.value.shape) > LARGEST_OUTPUT) {
      throw faulty(name, `its output must have at most ${LARGEST_OUTPUT} values`, made.value.shape);
    }
    nodes.push(...made.nodes);
    values.set(name, made.value);
    const names = made.nodes.map((node) => node.name);
    report.push({ name, kind, fate: made.fate, why: made.why, nodes: names });
  }
  refuseOrder(layers.at(-1)!, values, report);
  const all = [...report, ...left];
  if (all.some(({ fate }) => fate === 'unsupported')) throw new UnsupportedLayersError(all);
  const network = { format: 1, nodes, meta } as const;
  const shapes = checkNetwork(network);
  return { network: { ...network, nodes: softmaxLast(nodes, shapes) }, layers: all };
}

function attempt(
  layer: Layer,
  values: ReadonlyMap<string, Value>,
  setting: Setting,
): Made | { readonly refused: string } | { readonly unread: true } {
  const make = makerOf(layer.kind);
  if (!make) return { refused: `this kind of layer has no exact form here: known are ${SUPPORTED.join(', ')}` };
  if (isQuantised(layer.config.dtype))
    return { refused: 'its weights are quantised: save the model before quantize()' };
  if (layer.calls > 1) return { refused: 'it is called more than once: give each call a layer of its own' };
  try {
    const inputs = layer.inputs.map((name) => values.get(name));
    const known = inputs.filter((value) => value !== undefined);
    if (known.length === inputs.length) return make(layer, known, setting);
    // What it reads is not known: its activation can be checked all the same.
    activation(layer.config.activation);
    return { unread: true };
  } catch (error) {
    if (error instanceof Unsupported) return { refused: error.message };
    throw error;
  }
}

/** Whether Keras keeps the weights of a layer as small integers with factors of their own. */
const isQuantised = (policy: unknown): boolean =>
  isRecord(policy) ? String(policy.class_name).startsWith('Quantized') : /_from_/.test(String(policy));

/** Images have one order of axes in the whole file, or the network has none. */
function settingOf(layers: readonly Layer[]): Setting {
  const formats = new Set<unknown>();
  for (const { kind, config } of layers)
    if (kind !== 'Flatten' && config.data_format != null) formats.add(config.data_format);
  if (formats.size > 1) {
    throw new TypeError(`Cannot import: its layers must share one data_format: ${[...formats].join(', ')}`);
  }
  const readers = new Map<string, string[]>();
  for (const { name } of layers) readers.set(name, []);
  for (const { kind, inputs } of layers) for (const name of inputs) readers.get(name)?.push(kind);
  return { channelsFirst: formats.has('channels_first'), readers: (name) => readers.get(name) ?? [] };
}

/** A vector in the order channel, height, width can be read by a dense layer, but not be the output. */
function refuseOrder({ name, kind }: Layer, values: ReadonlyMap<string, Value>, report: ImportedLayer[]): void {
  if (!values.get(name)?.channelsFirstOf) return;
  const why = 'the output would be in the order channel, height, width: end with a dense layer or without the flatten';
  report.splice(-1, 1, { name, kind, fate: 'unsupported', why, nodes: [] });
}

/** Puts a softmax over one pixel behind the flatten that follows it, where converters expect it; the values are the same. */
function softmaxLast(nodes: readonly Node[], shapes: Shapes): readonly Node[] {
  const [softmax, flatten] = nodes.slice(-2);
  if (softmax?.op !== 'softmax' || flatten?.op !== 'flatten') return nodes;
  const [height, width] = shapes.get(softmax.name)!;
  if (height * width !== 1) return nodes;
  return [...nodes.slice(0, -2), { ...flatten, inputs: softmax.inputs }, { ...softmax, inputs: [flatten.name] }];
}
