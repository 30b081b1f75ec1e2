import * as engine from '@spikewright/engine-tfjs';
import { expect, test } from 'vitest';

test('engine-tfjs exports these names', () => {
  expect(Object.keys(engine).sort()).toEqual(['forward', 'simulate', 'tfjsEngine', 'valueName', 'valuesOf']);
});
