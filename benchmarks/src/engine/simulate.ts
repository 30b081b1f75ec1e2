import { type Network, referenceEngine } from '@spikewright/snn-core';
import { programSimulation } from './program-simulation.js';
import type { Simulation } from './simulation.js';

/** Makes a network ready in this process, which loads no other engine than its own: memory is measured. */
export async function simulate(engine: string, network: Network, threads: number): Promise<Simulation> {
  if (engine === 'reference') return programSimulation(referenceEngine(), network);
  if (engine === 'tfjs') {
    const [{ tfjsSimulation }, { useTfjs }] = await Promise.all([
      import('./tfjs-simulation.js'),
      import('./use-tfjs.js'),
    ]);
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
