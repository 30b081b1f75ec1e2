import type { AttributeProto, GraphProto, ModelProto, NodeProto, ValueInfoProto } from 'onnx-buf';
import { countMessages } from './count-messages.js';
import type { Attribute, Layer } from './layer.js';
import { readTensor } from './read-tensor.js';
import { show } from './show.js';
import type { Constant } from './values.js';

/** What a network is made from. */
export interface Model {
  readonly opset: number;
  readonly producer: string;
  readonly layers: readonly Layer[];
  readonly constants: ReadonlyMap<string, Constant>;
  readonly inputs: readonly { readonly name: string; readonly dims: readonly (number | undefined)[] }[];
  readonly outputs: readonly string[];
}

const OLDEST_OPSET = 7;
const NEWEST_OPSET = 22;

/**
 * Reads the parts of an ONNX file. The protobuf library is loaded here, so that it costs nothing before.
 *
 * @throws TypeError or RangeError if the file is damaged or of another version
 */
export async function parse(bytes: Uint8Array): Promise<Model> {
  if (!(bytes instanceof Uint8Array)) throw new TypeError(`Cannot read ONNX: it must be bytes: ${typeof bytes}`);
  const model = await decode(bytes);
  const { graph } = model;
  if (!graph || graph.node.length === 0) throw new TypeError('Cannot read ONNX: it must hold a graph: none found');
  const versions = model.opsetImport.filter(({ domain }) => domain === '' || domain === 'ai.onnx');
  const opset = Number(versions[0]?.version ?? 0n);
  if (opset < OLDEST_OPSET || opset > NEWEST_OPSET) {
    const rule = `its operator set must be ${OLDEST_OPSET} to ${NEWEST_OPSET} (opset_version of torch.onnx.export)`;
    throw new RangeError(`Cannot read ONNX: ${rule}: ${opset}`);
  }
  if (graph.sparseInitializer.length > 0) {
    throw new TypeError(`Cannot read ONNX: its tensors must be dense: ${graph.sparseInitializer.length} are sparse`);
  }
  const constants = new Map(graph.initializer.map((tensor) => [tensor.name, readTensor(tensor)]));
  return {
    opset,
    producer: show(model.producerName),
    layers: graph.node.map(layerOf),
    constants,
    inputs: graph.input.filter(({ name }) => !constants.has(name)).map(inputOf),
    outputs: outputsOf(graph),
  };
}

async function decode(bytes: Uint8Array): Promise<ModelProto> {
  const [{ fromBinary }, { BinaryReader }, { ModelProtoSchema }] = await Promise.all([
    import('@bufbuild/protobuf'),
    import('@bufbuild/protobuf/wire'),
    import('onnx-buf'),
  ]);
  try {
    countMessages(ModelProtoSchema, new BinaryReader(bytes));
    return fromBinary(ModelProtoSchema, bytes, { readUnknownFields: false });
  } catch (error) {
    throw new TypeError(`Cannot read ONNX: it must be a sound protobuf file: ${show((error as Error).message)}`);
  }
}

function layerOf(node: NodeProto, index: number): Layer {
  const own = node.domain === '' || node.domain === 'ai.onnx';
  return {
    name: node.name || node.output[0] || `${node.opType}_${index}`,
    kind: own ? node.opType : `${node.domain}.${node.opType}`,
    inputs: node.input,
    outputs: node.output,
    attributes: new Map(node.attribute.map((attribute) => [attribute.name, attributeOf(attribute)])),
  };
}

/** `AttributeProto.type`: 1 float, 2 int, 3 text, 4 tensor, 6 floats, 7 ints. */
function attributeOf(attribute: AttributeProto): Attribute {
  switch (attribute.type) {
    case 1:
      return attribute.f;
    case 2:
      return Number(attribute.i);
    case 3:
      return new TextDecoder().decode(attribute.s);
    case 4:
      return attribute.t ? readTensor(attribute.t) : null;
    case 6:
      return attribute.floats;
    case 7:
      return attribute.ints.map(Number);
    default:
      return null;
  }
}

function inputOf({ name, type }: ValueInfoProto): Model['inputs'][number] {
  const tensor = type?.value.case === 'tensorType' ? type.value.value : undefined;
  const dims = tensor?.shape?.dim.map(({ value }) => (value.case === 'dimValue' ? Number(value.value) : undefined));
  return { name, dims: dims ?? [] };
}

const outputsOf = ({ output }: GraphProto): string[] => output.map(({ name }) => name);
