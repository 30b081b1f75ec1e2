import type { ImportedLayer, Tensor } from '@spikewright/snn-core';
import { faulty, show } from './errors.js';
import { calls, isRecord, type Json, record, references, text } from './json.js';

/** Where the weights of a layer are looked for. */
export interface Place {
  /** The layer's own name. */
  readonly layer: string;
  /** The names of the models it lies in, outermost first; none for a layer of the file's own model. */
  readonly within: readonly string[];
  /** Its place in Keras 3's weight files, such as `layers/conv2d_1`. */
  readonly storage: string;
}

/** Finds a weight by its name (`kernel`) or by its position among the weights of its layer. */
export type FindWeight = (place: Place, variable: string, position: number) => Tensor | undefined;

/** One layer of the file's graph, with the models inside models dissolved. */
export interface Layer {
  readonly name: string;
  readonly kind: string;
  readonly config: Json;
  /** Names of the layers it reads. */
  readonly inputs: readonly string[];
  /** How often the file's model calls it. */
  readonly calls: number;
  /** Whether it is called with a number beside its inputs. */
  readonly withNumber: boolean;
  readonly weight: (variable: string, position: number) => Tensor | undefined;
}

/** The layers between input and output, each after those that it reads. */
export interface Graph {
  readonly layers: readonly Layer[];
  /** What was left out: models that were dissolved, their inputs, layers that do not lead to the output. */
  readonly left: readonly ImportedLayer[];
}

const MODELS: readonly string[] = ['Sequential', 'Functional', 'Model'];

/** No model comes near it. */
const DEEPEST = 16;

/** Reads the graph of a model's configuration, `{ class_name, config }`. */
export function readGraph(model: Json, find: FindWeight): Graph {
  const [layers, left]: [Map<string, Layer>, ImportedLayer[]] = [new Map(), []];
  const alias = new Map<string, string>();
  const { inputs, outputs } = dissolve(model, '', [], 'layers', { layers, left, alias, find });
  if (inputs.length !== 1) throw new TypeError(`Cannot import: the network must have one input: ${show(inputs)}`);
  if (outputs.length !== 1) throw new TypeError(`Cannot import: the network must have one output: ${show(outputs)}`);
  const resolve = (name: string): string => {
    let found = name;
    for (let hops = 0; alias.has(found) && hops <= alias.size; hops++) found = alias.get(found)!;
    return found;
  };
  const resolved = new Map([...layers].map(([name, one]) => [name, { ...one, inputs: one.inputs.map(resolve) }]));
  const sorted = inOrder(resolved, resolve(outputs[0]));
  const used = new Set(sorted.map(({ name }) => name));
  for (const { name, kind } of layers.values()) {
    if (!used.has(name)) left.push({ name, kind, fate: 'dropped', why: 'It does not lead to the output.', nodes: [] });
  }
  return { layers: sorted, left };
}

/** What is gathered while models are dissolved. */
interface Gathered {
  readonly layers: Map<string, Layer>;
  readonly left: ImportedLayer[];
  /** Names that stand for others: a model for its last layer, its input for what it is called with. */
  readonly alias: Map<string, string>;
  readonly find: FindWeight;
}

interface Ends {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

function dissolve(model: Json, prefix: string, within: readonly string[], storage: string, to: Gathered): Ends {
  if (within.length > DEEPEST) throw faulty(prefix, `models may lie ${DEEPEST} deep in one another`, within.length);
  const { parts, inputs, outputs } = model.class_name === 'Sequential' ? sequence(model) : functional(model);
  const counts = new Map<string, number>();
  for (const part of parts) {
    const name = prefix + part.name;
    if (to.layers.has(name) || to.alias.has(name)) throw faulty(name, 'its name must be unique', name);
    const stored = `${storage}/${numbered(snakeCase(part.kind), counts)}`;
    const sources = part.inputs.map((input) => prefix + input);
    if (MODELS.includes(part.kind)) {
      const ends = dissolve(part.raw, `${name}/`, [...within, part.name], `${stored}/layers`, to);
      if (ends.outputs.length !== 1 || ends.inputs.length !== sources.length || part.calls > 1) {
        throw faulty(name, 'a model in a model must be called once and have one output', show(ends));
      }
      ends.inputs.forEach((input, index) => {
        to.alias.set(input, sources[index]);
        if (to.layers.delete(input)) {
          const why = 'Its model reads another layer instead.';
          to.left.push({ name: input, kind: 'InputLayer', fate: 'dropped', why, nodes: [] });
        }
      });
      to.alias.set(name, ends.outputs[0]);
      to.left.push({ name, kind: part.kind, fate: 'replaced', why: 'Its layers stand for it.', nodes: [] });
    } else {
      const place = { layer: part.name, within, storage: stored };
      to.layers.set(name, { ...part, name, inputs: sources, weight: (...wanted) => to.find(place, ...wanted) });
    }
  }
  return { inputs: inputs.map((name) => prefix + name), outputs: outputs.map((name) => prefix + name) };
}

/** A layer as its model lists it. */
interface Part extends Omit<Layer, 'weight'> {
  readonly raw: Json;
}

interface Listed extends Ends {
  readonly parts: readonly Part[];
}

function functional(model: Json): Listed {
  const config = record(model, 'config', 'model');
  const parts = listOf(config.layers).map((raw): Part => {
    const name = text(raw, 'name', 'model', text(record(raw, 'config', 'model'), 'name', 'model', ''));
    const [first, ...more] = calls(raw.inbound_nodes);
    const { names = [], withNumber = false } = first ?? {};
    return { ...partOf(raw, name), inputs: names, calls: more.length + 1, withNumber };
  });
  return { parts, inputs: references(config.input_layers).names, outputs: references(config.output_layers).names };
}

/** A chain of layers; where it begins without an input layer, its first layer or the model itself knows the shape. */
function sequence(model: Json): Listed {
  const config = Array.isArray(model.config) ? { layers: model.config } : record(model, 'config', 'model');
  const listed = listOf(config.layers);
  const first = listed[0] && record(listed[0], 'config', 'model');
  const shape = first?.batch_input_shape ?? first?.batch_shape ?? config.build_input_shape;
  // Keras makes and names this layer itself.
  const name = `${text(first ?? {}, 'name', 'model')}_input`;
  const begin = { class_name: 'InputLayer', config: { name, batch_shape: shape ?? null } };
  const raws = listed[0]?.class_name === 'InputLayer' ? listed : [begin, ...listed];
  const names = raws.map((raw) => text(record(raw, 'config', 'model'), 'name', 'model'));
  const parts = raws.map((raw, index): Part => {
    return { ...partOf(raw, names[index]), inputs: names.slice(index - 1, index), calls: 1, withNumber: false };
  });
  return { parts, inputs: names.slice(0, 1), outputs: names.slice(-1) };
}

/** The class of a layer; one that users registered goes by that name, for it may share its own with one of Keras. */
function kindOf(raw: Json, name: string): string {
  const { registered_name: registered } = raw;
  return typeof registered === 'string' && registered.includes('>') ? registered : text(raw, 'class_name', name);
}

const partOf = (raw: Json, name: string): { name: string; kind: string; config: Json; raw: Json } => ({
  name,
  kind: kindOf(raw, name),
  config: MODELS.includes(kindOf(raw, name)) ? {} : record(raw, 'config', name),
  raw,
});

function listOf(layers: unknown): readonly Json[] {
  if (!Array.isArray(layers) || layers.length === 0 || !layers.every(isRecord)) {
    throw new TypeError(`Cannot import: a model must list its layers: ${show(layers)}`);
  }
  return layers;
}

/** The name that Keras 3 gives to the n-th layer of a class in its weight files. */
function numbered(name: string, counts: Map<string, number>): string {
  const count = counts.get(name) ?? 0;
  counts.set(name, count + 1);
  return count === 0 ? name : `${name}_${count}`;
}

const snakeCase = (name: string): string =>
  name
    .replace(/\W+/g, '')
    .replace(/(.)([A-Z][a-z]+)/g, '$1_$2')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase();

/** Lists the layers that lead to the last one, each after those that it reads. */
function inOrder(layers: ReadonlyMap<string, Layer>, last: string): readonly Layer[] {
  const sorted: Layer[] = [];
  const state = new Map<string, 'open' | 'done'>();
  const pending = [last];
  while (pending.length > 0) {
    const name = pending.at(-1)!;
    const layer = layers.get(name);
    if (!layer) throw new ReferenceError(`Cannot import: every input must be a layer: '${show(name)}'`);
    const missing = layer.inputs.find((input) => state.get(input) !== 'done');
    if (missing === undefined) {
      if (state.get(name) !== 'done') sorted.push(layer);
      state.set(name, 'done');
      pending.pop();
    } else {
      if (state.get(missing) === 'open') throw faulty(missing, 'it must not lead back to itself', name);
      state.set(name, 'open');
      pending.push(missing);
    }
  }
  return sorted;
}
