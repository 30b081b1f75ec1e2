import { type Network, referenceEngine } from '@spikewright/snn-core';
import { programSimulation } from './program-simulation.js';
import type { Simulation } from './simulation.js';
import { tfjsSimulation } from './tfjs-simulation.js';
import { useTfjs } from './use-tfjs.js';

/** Makes a network ready in this process. */
export async function simulate(engine: string, network: Network, threads: number): Promise<Simulation> {
  if (engine === 'reference') return programSimulation(referenceEngine(), network);
  if (engine === 'tfjs') {
    await useTfjs();
    return tfjsSimulation(network);
  }
  const { quantizeWeights, wasmEngine } = await import('@spikewright/engine-wasm');
  const wasm = wasmEngine({ workers: threads });
  if (engine === 'wasm-f32') return programSimulation(wasm, network);
  const bits = engine === 'wasm-s7' ? 7 : 8;
  const quantised = await quantizeWeights({ bits }).convert(network, { batches: noBatches, engine: referenceEngine() });
  return programSimulation(wasm, quantised);
}

/** Quantising looks at no data. */
async function* noBatches(): AsyncGenerator<never> {}
