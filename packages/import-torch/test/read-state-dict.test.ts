import { readStateDict } from '@spikewright/import-torch';
import { expect, test } from 'vitest';
import { fixture } from './fixture.js';

const values = [0.5, -1.25, 3, 100, 0, -7];

test.each(['types.pt', 'types-legacy.pt', 'types.safetensors'])(
  'readStateDict() reads every number type of %s',
  async (name) => {
    const tensors = await readStateDict(fixture(name));
    const whole = values.map(Math.trunc).map((value) => value + 0);
    for (const type of ['float64', 'float32', 'float16', 'bfloat16']) {
      expect(tensors[type], type).toEqual({ shape: [2, 3], data: Float32Array.from(values) });
    }
    for (const type of ['int64', 'int32', 'int16', 'int8']) {
      expect(Array.from(tensors[type].data), type).toEqual(whole);
    }
    expect(Array.from(tensors.uint8.data)).toEqual([0, 1, 3, 100, 0, 7]);
    expect(Array.from(tensors.bool.data)).toEqual([1, 0, 1, 1, 0, 0]);
    // 2^-24 is the smallest half, 2^-15 is subnormal as well.
    expect(Array.from(tensors.small.data)).toEqual([2 ** -24, -(2 ** -15), Number.POSITIVE_INFINITY, Number.NaN]);
  },
);

test.each(['types.pt', 'types-legacy.pt'])('readStateDict() follows the strides of views in %s', async (name) => {
  const tensors = await readStateDict(fixture(name));
  // [[0.5, -1.25, 3], [100, 0, -7]] transposed
  expect(tensors.transposed).toEqual({ shape: [3, 2], data: Float32Array.of(0.5, 100, -1.25, 0, 3, -7) });
  expect(tensors.column).toEqual({ shape: [2], data: Float32Array.of(-1.25, 0) });
  expect(tensors.scalar).toEqual({ shape: [], data: Float32Array.of(4) });
  expect(tensors.parameter).toEqual({ shape: [2, 3], data: Float32Array.from(values) });
});

test('readStateDict() gives the same tensors from every format', async () => {
  const [zip, legacy, safe] = await Promise.all(
    ['small.pt', 'small-legacy.pth', 'small.safetensors'].map((name) => readStateDict(fixture(name))),
  );
  expect(Object.keys(zip)).toContain('conv1.weight');
  expect(zip['conv1.weight'].shape).toEqual([4, 2, 3, 3]);
  expect(legacy).toEqual(zip);
  // safetensors sorts its names by number type
  expect(Object.entries(safe).sort()).toEqual(Object.entries(zip).sort());
});

test.each(['checkpoint.pt', 'checkpoint-legacy.th'])('readStateDict() finds the state dict in %s', async (name) => {
  const tensors = await readStateDict(fixture(name));
  expect(Object.keys(tensors).every((key) => key.startsWith('module.'))).toBe(true);
});

test('readStateDict() refuses a whole model and says what to save', async () => {
  await expect(readStateDict(fixture('whole-model.pt'))).rejects.toThrow(
    /only tensors and plain containers may be in it, as torch.save\(model.state_dict\(\), path\).*__main__.Small/,
  );
});

test('readStateDict() refuses what is no such file', async () => {
  await expect(readStateDict('small.pt' as never)).rejects.toThrow('it must be bytes: string');
  await expect(readStateDict(new Uint8Array(0))).rejects.toThrow('it must be a .pt, .pth, .th or .safetensors file');
  await expect(readStateDict(new TextEncoder().encode('<!DOCTYPE html> not found'))).rejects.toThrow(TypeError);
});
