import { availableParallelism } from 'node:os';
import { wasmEngine } from '@spikewright/engine-wasm';
import { type Engine, referenceEngine } from '@spikewright/snn-core';

/** The engines by the names that `--engine` takes. */
export const engines: Readonly<Record<'wasm' | 'reference', () => Engine>> = {
  wasm: () => wasmEngine({ workers: Math.min(availableParallelism(), 8) }),
  reference: () => referenceEngine(),
};
