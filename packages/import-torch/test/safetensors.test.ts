import { readStateDict } from '@spikewright/import-torch';
import { expect, test } from 'vitest';

function safetensors(header: unknown, data: readonly number[] = []): Uint8Array {
  const text = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + text.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  bytes.set(data, 8 + text.length);
  return bytes;
}

const byte = { dtype: 'U8', shape: [2], data_offsets: [0, 2] };

test('readStateDict() reads safetensors', async () => {
  const tensors = await readStateDict(safetensors({ __metadata__: { format: 'pt' }, a: byte }, [3, 4]));
  expect(Object.keys(tensors)).toEqual(['a']);
  expect(tensors.a).toEqual({ shape: [2], data: Float32Array.of(3, 4) });
});

test.each([
  ['a header of another form', '[]', [], 'its header must be a JSON object'],
  ['a header that is no JSON', '{"a":', [], 'its header must be a JSON object'],
  ['an entry of null', { a: null }, [], "tensor 'a' must state dtype, shape and data_offsets"],
  ['a shape below 0', { a: { ...byte, shape: [-2] } }, [3, 4], "tensor 'a' must state dtype, shape and data_offsets"],
  ['an unknown type', { a: { ...byte, dtype: 'C64' } }, [3, 4], "tensor 'a' must be of type F64, F32"],
  ['a type of Object', { a: { ...byte, dtype: 'constructor' } }, [3, 4], "tensor 'a' must be of type F64, F32"],
  ['a wrong size', { a: { ...byte, shape: [3] } }, [3, 4], "tensor 'a' must have 3 bytes: 2"],
  [
    'a gap',
    { a: { ...byte, data_offsets: [1, 3] } },
    [0, 3, 4],
    "tensor 'a' must begin where the one before it ends, at 0: 1",
  ],
  ['an overlap', { a: byte, b: byte }, [3, 4], "tensor 'b' must begin where the one before it ends, at 2: 0"],
  ['a short file', { a: byte }, [3], 'tensors must fill the 1 bytes after the header: 2'],
])('readStateDict() refuses safetensors with %s', async (_, header, data, message) => {
  await expect(readStateDict(safetensors(header, data))).rejects.toThrow(`Cannot read the PyTorch file: ${message}`);
});
