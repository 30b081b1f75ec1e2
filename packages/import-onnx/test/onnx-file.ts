import { create, toBinary } from '@bufbuild/protobuf';
import {
  type AttributeProto,
  AttributeProtoSchema,
  GraphProtoSchema,
  ModelProtoSchema,
  NodeProtoSchema,
  OperatorSetIdProtoSchema,
  type TensorProto,
  TensorProtoSchema,
  TensorShapeProto_DimensionSchema,
  TensorShapeProtoSchema,
  TypeProto_TensorSchema,
  TypeProtoSchema,
  ValueInfoProtoSchema,
} from 'onnx-buf';

/** What an attribute of a test layer may be. */
export type AttributeValue = number | string | number[] | TensorProto | { float: number };

/** `[operator, inputs, outputs, attributes]`. */
export type TestLayer = [string, string[], string[], Record<string, AttributeValue>?];

/** A small graph in words. */
export interface TestGraph {
  readonly layers: readonly TestLayer[];
  /** Sizes of the input `x`, the batch first; a word is an open size. */
  readonly input?: readonly (number | string)[];
  readonly constants?: Readonly<Record<string, TensorProto>>;
  readonly outputs?: readonly string[];
  readonly opset?: number;
}

/** A float32 tensor. */
export const floats = (dims: number[], ...floatData: number[]): TensorProto =>
  create(TensorProtoSchema, { dims: dims.map(BigInt), dataType: 1, floatData });

/** An int64 tensor of one axis. */
export const integers = (...values: number[]): TensorProto =>
  create(TensorProtoSchema, { dims: [BigInt(values.length)], dataType: 7, int64Data: values.map(BigInt) });

/** The bytes of an ONNX file; its input is `x` and its output `y`. */
export function onnxFile({
  layers,
  input = [1, 2],
  constants = {},
  outputs = ['y'],
  opset = 13,
}: TestGraph): Uint8Array {
  const graph = create(GraphProtoSchema, {
    node: layers.map(([kind, inputs, made, attributes = {}]) => {
      const [, domain = '', opType = kind] = kind.match(/^(.+)\.([^.]+)$/) ?? [];
      const attribute = Object.entries(attributes).map(attributeOf);
      return create(NodeProtoSchema, { name: made[0], domain, opType, input: inputs, output: made, attribute });
    }),
    initializer: Object.entries(constants).map(([name, tensor]) => ({ ...tensor, name })),
    input: [valueInfo('x', input)],
    output: outputs.map((name) => valueInfo(name, [])),
  });
  const opsetImport = [create(OperatorSetIdProtoSchema, { version: BigInt(opset) })];
  return toBinary(ModelProtoSchema, create(ModelProtoSchema, { irVersion: 8n, graph, opsetImport }));
}

function valueInfo(name: string, sizes: readonly (number | string)[]) {
  const dim = sizes.map((size) =>
    create(TensorShapeProto_DimensionSchema, {
      value: typeof size === 'number' ? { case: 'dimValue', value: BigInt(size) } : { case: 'dimParam', value: size },
    }),
  );
  const tensor = create(TypeProto_TensorSchema, { elemType: 1, shape: create(TensorShapeProtoSchema, { dim }) });
  const type = create(TypeProtoSchema, { value: { case: 'tensorType', value: tensor } });
  return create(ValueInfoProtoSchema, { name, type });
}

function attributeOf([name, value]: [string, AttributeValue]): AttributeProto {
  if (typeof value === 'number') return create(AttributeProtoSchema, { name, type: 2, i: BigInt(value) });
  if (typeof value === 'string') {
    return create(AttributeProtoSchema, { name, type: 3, s: new Uint8Array(new TextEncoder().encode(value)) });
  }
  if (Array.isArray(value)) return create(AttributeProtoSchema, { name, type: 7, ints: value.map(BigInt) });
  if ('float' in value) return create(AttributeProtoSchema, { name, type: 1, f: value.float });
  return create(AttributeProtoSchema, { name, type: 4, t: value });
}
