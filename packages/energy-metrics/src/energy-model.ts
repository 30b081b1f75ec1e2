import type { Evaluation, Json, Network, Plugin } from '@spikewright/snn-core';

/** What one sample did on average, until its own stop: an `Evaluation` of snn-core is one. */
export type EnergyCounts = Pick<Evaluation, 'work' | 'meanStopStep'>;

/** The energy of one node, for one sample on average. What a model does not count is 0. */
export interface EnergyLine {
  readonly node: string;
  /** Additions and multiplications at synapses. */
  readonly synapsesNanojoules: number;
  /** Updates of neurons. */
  readonly neuronsNanojoules: number;
  /** Reads and writes of inputs, weights, biases, potentials and outputs. */
  readonly memoryNanojoules: number;
  /** Finding out where values lie. */
  readonly addressingNanojoules: number;
  /** The sum of the parts. */
  readonly energyNanojoules: number;
}

/** An estimate with what it assumes. Plain JSON. */
export interface EnergyReport {
  /** The name of the model, with that of its device. */
  readonly model: string;
  readonly options: Readonly<Record<string, Json>>;
  /** `spiking`: a run over time; `dense`: one pass of the ANN. */
  readonly pass: 'spiking' | 'dense';
  /** T: the mean stop step of a run, 1 for a dense pass. */
  readonly steps: number;
  /** One sentence for each: how the first layer is charged, what T is, what is left out. */
  readonly assumptions: readonly string[];
  readonly layers: readonly EnergyLine[];
  /** One sample, all nodes. */
  readonly energyNanojoules: number;
}

/** Estimates energies. The levels E0, E2 and E3 are such models. */
export interface EnergyModel extends Plugin<'energy'> {
  /**
   * The energy of one sample of a spiking network, summed over the steps that were executed.
   *
   * @throws ReferenceError if the counts are of another network, RangeError if they are negative or not finite
   */
  spiking(counts: EnergyCounts, network: Network): EnergyReport;
  /**
   * The energy of one dense pass of an ANN, no zero skipped.
   *
   * @param activationBits - the width of activations, from 1 to 64; the model's own if left out
   * @throws RangeError for another width
   */
  dense(network: Network, activationBits?: number): EnergyReport;
}

/** The parts of a line that a model counts, in picojoules. */
export interface Picojoules {
  readonly synapses?: number;
  readonly neurons?: number;
  readonly memory?: number;
  readonly addressing?: number;
}

/** Makes a line of picojoules. */
export function energyLine(node: string, parts: Picojoules): EnergyLine {
  const { synapses = 0, neurons = 0, memory = 0, addressing = 0 } = parts;
  return {
    node,
    synapsesNanojoules: synapses / 1000,
    neuronsNanojoules: neurons / 1000,
    memoryNanojoules: memory / 1000,
    addressingNanojoules: addressing / 1000,
    energyNanojoules: (synapses + neurons + memory + addressing) / 1000,
  };
}

/** Adds up lines. */
export const totalNanojoules = (layers: readonly EnergyLine[]): number =>
  layers.reduce((sum, { energyNanojoules }) => sum + energyNanojoules, 0);
