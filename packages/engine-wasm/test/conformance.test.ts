import { wasmEngine } from '@spikewright/engine-wasm';
import { engineChecks } from '@spikewright/testkit';
import { describe, test } from 'vitest';

describe('wasmEngine', () => {
  for (const [name, check] of engineChecks(wasmEngine())) test(name, check);
});

describe('wasmEngine with 64-bit sums', () => {
  for (const [name, check] of engineChecks(wasmEngine({ floats: 'float64' }))) test(name, check);
});
