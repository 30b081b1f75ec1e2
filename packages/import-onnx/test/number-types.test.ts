import { create } from '@bufbuild/protobuf';
import { readOnnx } from '@spikewright/import-onnx';
import { type TensorProto, TensorProtoSchema } from 'onnx-buf';
import { expect, test } from 'vitest';
import { infer } from './fixture.js';
import { onnxFile } from './onnx-file.js';

/** What the two numbers of a tensor are read as. */
async function numbers(tensor: TensorProto): Promise<number[]> {
  const { network } = await readOnnx(onnxFile({ layers: [['Add', ['x', 'c'], ['y']]], constants: { c: tensor } }));
  return infer(network, [0, 0]);
}

const bytesOf = (values: ArrayBufferView<ArrayBuffer>): Uint8Array<ArrayBuffer> => new Uint8Array(values.buffer);

test.each<[string, number, ArrayBufferView<ArrayBuffer>]>([
  ['float', 1, Float32Array.of(1, 2)],
  ['uint8', 2, Uint8Array.of(1, 2)],
  ['int8', 3, Int8Array.of(1, 2)],
  ['uint16', 4, Uint16Array.of(1, 2)],
  ['int16', 5, Int16Array.of(1, 2)],
  ['int32', 6, Int32Array.of(1, 2)],
  ['int64', 7, BigInt64Array.of(1n, 2n)],
  ['float16: exponent bias 15, 10 bits of mantissa', 10, Uint16Array.of(15 << 10, 16 << 10)],
  ['double', 11, Float64Array.of(1, 2)],
  ['uint32', 12, Uint32Array.of(1, 2)],
  ['uint64', 13, BigUint64Array.of(1n, 2n)],
  ['bfloat16: exponent bias 127, 7 bits', 16, Uint16Array.of(127 << 7, 128 << 7)],
  ['float8e4m3fn: exponent bias 7, 3 bits', 17, Uint8Array.of(7 << 3, 8 << 3)],
  ['float8e4m3fnuz: exponent bias 8, 3 bits', 18, Uint8Array.of(8 << 3, 9 << 3)],
  ['float8e5m2: exponent bias 15, 2 bits', 19, Uint8Array.of(15 << 2, 16 << 2)],
  ['float8e5m2fnuz: exponent bias 16, 2 bits', 20, Uint8Array.of(16 << 2, 17 << 2)],
])('readOnnx() reads initializers of type %s', async (_, dataType, values) => {
  const raw = create(TensorProtoSchema, { dims: [2n], dataType, rawData: bytesOf(values) });
  expect(await numbers(raw)).toEqual([1, 2]);
});

test('readOnnx() reads booleans', async () => {
  const raw = create(TensorProtoSchema, { dims: [2n], dataType: 9, rawData: Uint8Array.of(1, 0) });
  expect(await numbers(raw)).toEqual([1, 0]);
});

test('readOnnx() reads small, subnormal and negative halves', async () => {
  // -(1 + 512/1024) 2^(16-15), and 3/1024 · 2^-14
  const halves = create(TensorProtoSchema, { dims: [2n], dataType: 10, int32Data: [0x8000 | (16 << 10) | 512, 3] });
  expect(await numbers(halves)).toEqual([-3, 3 * 2 ** -24]);
});

test.each<[string, number, number, string]>([
  ['infinity of float16', 10, 31 << 10, 'Infinity at 0'],
  ['NaN of float16', 10, (31 << 10) | 1, 'NaN at 0'],
  ['NaN of float8e4m3fn', 17, 0x7f, 'NaN at 0'],
  ['NaN of float8e4m3fnuz', 18, 0x80, 'NaN at 0'],
])('readOnnx() sees %s', async (_, dataType, bits, message) => {
  await expect(numbers(create(TensorProtoSchema, { dims: [2n], dataType, int32Data: [bits, 0] }))).rejects.toThrow(
    message,
  );
});

test('readOnnx() reads 448, the largest float8e4m3fn', async () => {
  expect(await numbers(create(TensorProtoSchema, { dims: [2n], dataType: 17, int32Data: [0x7e, 0] }))).toEqual([
    448, 0,
  ]);
});
