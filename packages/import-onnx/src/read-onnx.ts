import {
  checkNetwork,
  type Imported,
  type ImportedLayer,
  type Network,
  type Node,
  type Shape,
  UnsupportedLayersError,
  upTo,
  withNotes,
} from '@spikewright/snn-core';
import { type Build, freeName } from './build.js';
import type { Layer, Outcome } from './layer.js';
import { CONSTANT_OPERATORS, OPERATORS, WAYS_OUT } from './operators/table.js';
import { type Model, parse } from './parse.js';
import { show } from './show.js';
import { type Activation, isActivation, isConstant, isUnknown, type Value } from './values.js';

/**
 * Reads a trained image CNN from an ONNX file, operator sets 7 to 22.
 *
 * The file keeps images as `[batch, channels, height, width]`; the network wants them as `[height, width, channels]`, and
 * weights are turned round to fit. Every layer of the file is listed with what became of it. The network computes what the
 * file computes, within the rounding of 32-bit floats.
 *
 * @throws UnsupportedLayersError naming every layer that no node can stand for; TypeError, RangeError or ReferenceError
 * for a file that is damaged, keeps weights in other files, or has no single input and output of fixed sizes
 */
export async function readOnnx(bytes: Uint8Array): Promise<Imported> {
  const model = await parse(bytes);
  const build: Build = {
    nodes: new Map(),
    readers: readersOf(model),
    outputs: model.outputs,
    opset: model.opset,
    budget: 2 * bytes.length + 2 ** 20,
  };
  const values = new Map<string, Value>([...model.constants, inputValue(model, build)]);
  const layers = model.layers.map((layer) => importLayer(layer, values, build));
  if (layers.some(({ fate }) => fate === 'unsupported')) throw new UnsupportedLayersError(layers);
  return finish(model, build, values, layers);
}

function readersOf({ layers }: Model): Build['readers'] {
  const readers = new Map<string, Layer[]>();
  for (const layer of layers) {
    for (const input of layer.inputs) {
      const list = readers.get(input);
      if (list) list.push(layer);
      else readers.set(input, [layer]);
    }
  }
  return readers;
}

function inputValue({ inputs, outputs }: Model, build: Build): [string, Value] {
  if (inputs.length !== 1 || outputs.length !== 1) {
    const counted = `${inputs.length} and ${outputs.length}`;
    throw new TypeError(`Cannot import ONNX: its graph must have one input and one output: ${counted}`);
  }
  const [{ name, dims: given }] = inputs;
  // A batch of open size stands for any; 1 will do.
  const dims = given.map((size, axis) => (axis === 0 && !size ? 1 : size)) as number[];
  const sizes = dims.every((size) => Number.isSafeInteger(size) && size > 0);
  if (!sizes || (dims.length !== 2 && dims.length !== 4)) {
    const rule = 'its input must be [batch, features] or [batch, channels, height, width] of fixed sizes';
    throw new TypeError(`Cannot import ONNX: ${rule}: [${given.map((size) => size ?? '?')}]`);
  }
  const axes = dims.length === 4 ? inputAxes(build.readers.get(name) ?? []) : undefined;
  const shape: Shape = axes ? ['H', 'W', 'C'].map((axis) => dims[axes.indexOf(axis)]) : [dims[1]];
  const node: Node = { op: 'input', name: freeName(build, name), inputs: [], shape };
  checkNetwork({ format: 1, nodes: [node], meta: {} });
  build.nodes.set(node.name, node);
  return [name, { node: node.name, shape, dims, axes, sole: (build.readers.get(name) ?? []).length === 1 }];
}

/** Files made from TensorFlow take `[batch, height, width, channels]` and begin by turning it round. */
const inputAxes = (readers: readonly Layer[]): string =>
  readers.length > 0 &&
  readers.every(({ kind, attributes }) => kind === 'Transpose' && String(attributes.get('perm')) === '0,3,1,2')
    ? 'NHWC'
    : 'NCHW';

function importLayer(layer: Layer, values: Map<string, Value>, build: Build): ImportedLayer {
  const inputs = layer.inputs.map((name) => {
    if (name === '') return undefined;
    const value = values.get(name);
    if (!value) {
      const rule = 'each of its inputs must be computed by an earlier layer (the graph must have no cycle)';
      throw new ReferenceError(`Cannot import layer '${show(layer.name)}': ${rule}: '${show(name)}'`);
    }
    return value;
  });
  const { value, ...entry } = apply(layer, inputs, build);
  const [name] = layer.outputs;
  if (name === undefined || values.has(name)) {
    const rule = 'it must compute a value of its own';
    throw new TypeError(`Cannot import layer '${show(layer.name)}': ${rule}: '${show(name)}'`);
  }
  const readers = build.readers.get(name)?.length ?? 0;
  const sole = isActivation(value) && value.sole && readers === 1 && !build.outputs.includes(name);
  values.set(name, isActivation(value) ? { ...value, sole } : value);
  if (isUnknown(value)) for (const other of layer.outputs.slice(1)) values.set(other, value);
  return { name: show(layer.name), kind: show(layer.kind), ...entry };
}

function apply(layer: Layer, inputs: readonly (Value | undefined)[], build: Build): Outcome {
  const fixed = inputs.every((input) => input === undefined || isConstant(input));
  const unknown = inputs.find((input) => isUnknown(input));
  const operator = ((fixed || unknown) && own(CONSTANT_OPERATORS, layer.kind)) || own(OPERATORS, layer.kind);
  if (!operator) return unsupported(layer, own(WAYS_OUT, layer.kind) ?? 'no node of a network does the same');
  if (unknown) {
    const why = `not looked at, because layer '${show(unknown.because)}' before it is not supported`;
    return { value: unknown, fate: 'dropped', why, nodes: [] };
  }
  try {
    const more = layer.outputs.slice(1).find((name) => build.readers.has(name) || build.outputs.includes(name));
    if (more) throw new TypeError('only its first output may be used');
    return operator({ layer, inputs, build });
  } catch (error) {
    return unsupported(layer, show((error as Error).message, 300));
  }
}

const unsupported = ({ name }: Layer, why: string): Outcome => ({
  value: { because: name },
  fate: 'unsupported',
  why,
  nodes: [],
});

const own = <T>(table: Readonly<Record<string, T>>, key: string): T | undefined =>
  Object.hasOwn(table, key) ? table[key] : undefined;

function finish(
  { outputs, producer, opset }: Model,
  build: Build,
  values: ReadonlyMap<string, Value>,
  layers: readonly ImportedLayer[],
): Imported {
  const output = values.get(outputs[0]);
  if (!isActivation(output)) {
    throw new ReferenceError(`Cannot import ONNX: its output must be computed from its input: '${show(outputs[0])}'`);
  }
  const source = { format: `ONNX, operator set ${opset}`, ...(producer && { producer }) };
  const whole: Network = { format: 1, nodes: [...build.nodes.values()], meta: { source } };
  const network = withNotes(upTo(whole, output.node), ...notesOn(output));
  checkNetwork(network);
  const standing = new Set(network.nodes.map(({ name }) => name));
  return { network, layers: layers.map((layer) => withoutIdle(layer, standing)) };
}

const notesOn = ({ axes, order }: Activation): string[] =>
  order || (axes && axes !== 'NHWC') ? ['The output is in the order height, width, channel.'] : [];

/** A layer that leads nowhere is left out. */
function withoutIdle(layer: ImportedLayer, standing: ReadonlySet<string>): ImportedLayer {
  const nodes = layer.nodes.filter((name) => standing.has(name));
  if (nodes.length === layer.nodes.length || nodes.length > 0) return { ...layer, nodes };
  return { ...layer, fate: 'dropped', why: 'the output does not depend on it', nodes };
}
