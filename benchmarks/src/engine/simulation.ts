import type { Batch, Network } from '@spikewright/snn-core';

/** The spikes of each neuron over a run, by the name of its layer: one sample after another. */
export type SpikeCounts = ReadonlyMap<string, Float32Array>;

/** A network made ready by one engine. */
export interface Simulation {
  /** The network that runs: the one given, or the one that the engine made of it. */
  readonly network: Network;
  /** Runs the samples for some steps; this is what is timed. */
  run(batch: Batch, steps: number): Promise<void>;
  /** Runs the samples and counts their spikes. */
  count(batch: Batch, steps: number): Promise<SpikeCounts>;
}
