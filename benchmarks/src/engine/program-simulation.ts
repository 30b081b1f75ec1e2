import { type Batch, direct, type Engine, type Frame, type Network } from '@spikewright/snn-core';
import type { Simulation } from './simulation.js';

/** Simulates a network with an engine of ours; every frame is received, as a user's loop would. */
export async function programSimulation(engine: Engine, network: Network): Promise<Simulation> {
  const program = await engine.compile(network);
  const run = async (batch: Batch, steps: number, see?: (frame: Frame) => void): Promise<void> => {
    for await (const frame of program.run(batch, { steps, encoder: direct(), seed: 0, firstStop: steps })) see?.(frame);
  };
  return {
    network,
    run: (batch, steps) => run(batch, steps),
    count: async (batch, steps) => {
      const counts = new Map<string, Float32Array>();
      const layers = network.nodes.filter(({ op }) => op === 'neuron').map(({ name }) => name);
      await run(batch, steps, (frame) => {
        for (const layer of layers) addSpikes(counts, layer, frame, batch.size);
      });
      return counts;
    },
  };
}

function addSpikes(counts: Map<string, Float32Array>, layer: string, frame: Frame, samples: number): void {
  for (let row = 0; row < frame.rows; row++) {
    const spikes = frame.spikes(layer, row);
    if (!counts.has(layer)) counts.set(layer, new Float32Array(samples * spikes.length));
    const sums = counts.get(layer)!;
    const from = frame.sampleOf(row) * spikes.length;
    for (let i = 0; i < spikes.length; i++) sums[from + i] += spikes[i];
  }
}
