import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { readOnnx } from '@spikewright/import-onnx';
import { ModelProtoSchema, type TensorProto, TensorProtoSchema } from 'onnx-buf';
import { describe, expect, test } from 'vitest';
import { fuzz } from '../../../test/damaged-files.js';
import { fixture } from './fixture.js';
import { floats, onnxFile, type TestGraph, type TestLayer } from './onnx-file.js';

const RUNS = Number(process.env.FUZZ_RUNS ?? 600);

const relu: TestLayer = ['Relu', ['x'], ['y']];
const withConstant = (tensor: TensorProto): TestGraph => ({
  layers: [['Add', ['x', 'c'], ['y']]],
  constants: { c: tensor },
});

describe('readOnnx() refuses', () => {
  test.each<[string, TestGraph, string]>([
    [
      'a cycle',
      {
        layers: [
          ['Add', ['x', 'b'], ['a']],
          ['Relu', ['a'], ['b']],
          ['Relu', ['b'], ['y']],
        ],
      },
      "Cannot import layer 'a': each of its inputs must be computed by an earlier layer (the graph must have no cycle): 'b'",
    ],
    ['a layer that reads itself', { layers: [['Add', ['x', 'y'], ['y']]] }, 'must have no cycle'],
    [
      'two layers of one output',
      { layers: [relu, relu] },
      "Cannot import layer 'y': it must compute a value of its own: 'y'",
    ],
    ['an output of nowhere', { layers: [relu], outputs: ['z'] }, "its output must be computed from its input: 'z'"],
    ['two outputs', { layers: [relu], outputs: ['x', 'y'] }, 'one input and one output: 1 and 2'],
    ['no layers', { layers: [] }, 'it must hold a graph: none found'],
    [
      'an old operator set',
      { layers: [relu], opset: 6 },
      'its operator set must be 7 to 22 (opset_version of torch.onnx.export): 6',
    ],
    ['a new operator set', { layers: [relu], opset: 23 }, 'its operator set must be 7 to 22'],
    ['an image of open size', { layers: [relu], input: ['N', 3, 'H', 'W'] }, 'of fixed sizes: [?,3,?,?]'],
    [
      'an input of three axes',
      { layers: [relu], input: [1, 3, 4] },
      '[batch, channels, height, width] of fixed sizes: [1,3,4]',
    ],
    ['an input without end', { layers: [relu], input: [1, 2 ** 40] }, 'its output must have at most'],
    [
      'fewer numbers than the shape says',
      withConstant(floats([3], 1, 2)),
      "Cannot read tensor 'c' of the ONNX file: its shape [3] must hold 3 numbers: 2",
    ],
    [
      'a shape without end',
      withConstant(floats([2 ** 40, 2 ** 40], 1)),
      'its sizes must be whole numbers of at least 0',
    ],
    ['a size below 0', withConstant(floats([-1], 1)), 'its sizes must be whole numbers of at least 0: -1'],
    [
      'text',
      withConstant(create(TensorProtoSchema, { dataType: 8 })),
      'it must hold floats, whole numbers or booleans: type 8',
    ],
    [
      'a piece of a tensor',
      withConstant(create(TensorProtoSchema, { dataType: 1, segment: { begin: 0n, end: 1n } })),
      'its numbers must be in one piece',
    ],
    ['NaN', withConstant(floats([2], Number.NaN, 1)), 'must be finite'],
    [
      'weights in another file',
      withConstant(
        create(TensorProtoSchema, {
          dims: [2n],
          dataType: 1,
          dataLocation: 1,
          externalData: [{ key: 'location', value: '../../etc/passwd' }],
        }),
      ),
      "Cannot read tensor 'c' of the ONNX file: its numbers must be in the file itself (onnx.save writes one file unless told otherwise): ../../etc/passwd",
    ],
    [
      'signals that double',
      {
        layers: [
          ...Array.from(
            { length: 40 },
            (_, i): TestLayer => [
              'Concat',
              [`a${i - 1}`, `a${i - 1}`].map((name) => (i ? name : 'x')),
              [`a${i}`],
              { axis: 1 },
            ],
          ),
          ['Relu', ['a39'], ['y']],
        ],
      },
      'its output must have at most 16777216 values',
    ],
    [
      'constants that double',
      {
        layers: [
          ...Array.from(
            { length: 40 },
            (_, i): TestLayer => [
              'Concat',
              [`a${i - 1}`, `a${i - 1}`].map((name) => (i ? name : 'c')),
              [`a${i}`],
              { axis: 0 },
            ],
          ),
          ['Add', ['x', 'a39'], ['y']],
        ],
        constants: { c: floats([2], 1, 2) },
      },
      'its inputs must be lists of at most 4096 numbers together',
    ],
    [
      'one tensor a thousand times',
      {
        layers: Array.from(
          { length: 9 },
          (_, i): TestLayer => ['MatMul', [i ? `a${i - 1}` : 'x', 'm'], [i === 8 ? 'y' : `a${i}`]],
        ),
        input: [1, 600],
        constants: {
          m: create(TensorProtoSchema, { dims: [600n, 600n], dataType: 3, rawData: new Uint8Array(360_000) }),
        },
      },
      'its weights must not be many times those that the file holds',
    ],
    [
      'a constant turned round a thousand times',
      {
        layers: Array.from(
          { length: 9 },
          (_, i): TestLayer => ['Transpose', [i ? `a${i - 1}` : 'm'], [i === 8 ? 'y' : `a${i}`]],
        ),
        constants: {
          m: create(TensorProtoSchema, { dims: [600n, 600n], dataType: 3, rawData: new Uint8Array(360_000) }),
        },
      },
      'the file must not turn its constants round that often',
    ],
    [
      'a constant computed a thousand times',
      {
        layers: Array.from(
          { length: 9 },
          (_, i): TestLayer => ['Add', [i ? `a${i - 1}` : 'm', 'm'], [i === 8 ? 'y' : `a${i}`]],
        ),
        constants: {
          m: create(TensorProtoSchema, { dims: [360_000n], dataType: 3, rawData: new Uint8Array(360_000) }),
        },
      },
      'the file must not compute that many constants',
    ],
  ])('%s', async (_, graph, message) => {
    await expect(readOnnx(onnxFile(graph))).rejects.toThrow(message);
  });

  test('anything but sound protobuf', async () => {
    await expect(readOnnx('model.onnx' as never)).rejects.toThrow('it must be bytes: string');
    await expect(readOnnx(new Uint8Array(0))).rejects.toThrow('it must hold a graph');
    await expect(readOnnx(new TextEncoder().encode('<!DOCTYPE html>'))).rejects.toThrow(
      'it must be a sound protobuf file',
    );
    await expect(readOnnx(fixture('plain.onnx').slice(0, -9))).rejects.toThrow('it must be a sound protobuf file');
  });

  test('sparse tensors', async () => {
    const model = fromBinary(ModelProtoSchema, onnxFile({ layers: [relu] }));
    model.graph!.sparseInitializer.push({ $typeName: 'onnx.SparseTensorProto', dims: [] } as never);
    await expect(readOnnx(toBinary(ModelProtoSchema, model))).rejects.toThrow(
      'its tensors must be dense: 1 are sparse',
    );
  });

  test('a million layers of two bytes each, before they become objects', async () => {
    // Field 7 of a model is its graph, field 1 of a graph a node: 0x0a 0x00 is an empty one.
    const nodes = Uint8Array.from({ length: 2_000_000 }, (_, i) => (i % 2 === 0 ? 0x0a : 0));
    await expect(readOnnx(message(7, nodes))).rejects.toThrow('it must have at most 262144 parts');
  });

  test('whole numbers of one byte each, before they become objects', async () => {
    // model.graph.initializer.int64_data
    const bytes = message(7, message(5, message(7, new Uint8Array(10_000_000))));
    await expect(readOnnx(bytes)).rejects.toThrow('it must have at most 262144 parts');
  });

  test('graphs within graphs', async () => {
    // graph.node.attribute.g, over and over
    let graph = new Uint8Array(0);
    for (let depth = 0; depth < 200; depth++) graph = message(1, message(5, message(6, graph)));
    await expect(readOnnx(message(7, graph))).rejects.toThrow('its parts must be nested at most 32 deep');
  });

  test('a part that reaches beyond its whole', async () => {
    await expect(readOnnx(Uint8Array.of(0x3a, 2, 0x0a, 9))).rejects.toThrow('a part must not reach beyond its whole');
  });
});

test('readOnnx() gives a result or a plain error for damaged files', async () => {
  const files = ['plain', 'residual-opset13', 'pools', 'curves-opset11', 'channels-last', 'number-types'];
  const keys = Reflect.ownKeys(Object.prototype).length;
  const { refused, slowest, memory } = await fuzz(
    files.map((name) => fixture(`${name}.onnx`)),
    RUNS,
    readOnnx,
  );
  expect(refused).toBeGreaterThan(RUNS / 4);
  expect(slowest).toBeLessThan(2000);
  expect(memory).toBeLessThan(512 * 2 ** 20);
  expect(Reflect.ownKeys(Object.prototype).length).toBe(keys);
}, 600_000);

/** A field of bytes: its number, their length, and the bytes. */
function message(field: number, content: Uint8Array): Uint8Array<ArrayBuffer> {
  const length: number[] = [];
  for (let rest = content.length; length.length === 0 || rest > 0; rest >>>= 7)
    length.push((rest & 127) | (rest > 127 ? 128 : 0));
  const bytes = new Uint8Array(1 + length.length + content.length);
  bytes.set([field * 8 + 2, ...length]);
  bytes.set(content, 1 + length.length);
  return bytes;
}
