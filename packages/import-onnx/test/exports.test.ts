import * as importOnnx from '@spikewright/import-onnx';
import { expect, test } from 'vitest';

test('the package exports these names', () => {
  expect(Object.keys(importOnnx)).toEqual(['readOnnx']);
});
