import * as engine from '@spikewright/engine-wasm';
import { expect, test } from 'vitest';

test('engine-wasm exports these names', () => {
  expect(Object.keys(engine).sort()).toEqual(['quantizeWeights', 'wasmEngine']);
});
