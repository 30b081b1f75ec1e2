/** What a device costs. */
export interface Device {
  /** Energy of one synaptic operation. */
  readonly synapticOperationPicojoules: number;
  /** Energy of the update of one neuron. */
  readonly neuronUpdatePicojoules: number;
  /** Whether it works on spikes only. */
  readonly spiking: boolean;
}

/**
 * The table of KerasSpiking (`ModelEnergy`). cpu, gpu, arm: Degnan, Marr and Hasler, IEEE TVLSI 2016 (i7-4960X, GTX
 * Titan Black, Cortex-A; an operation is a MAC). Loihi: Davies et al., IEEE Micro 2018. SpiNNaker and SpiNNaker 2:
 * Höppner et al., IEEE TCAS-I 2019.
 */
export const deviceTable: Readonly<Record<'cpu' | 'gpu' | 'arm' | 'loihi' | 'spinnaker' | 'spinnaker2', Device>> = {
  cpu: { synapticOperationPicojoules: 8600, neuronUpdatePicojoules: 8600, spiking: false },
  gpu: { synapticOperationPicojoules: 300, neuronUpdatePicojoules: 300, spiking: false },
  arm: { synapticOperationPicojoules: 900, neuronUpdatePicojoules: 900, spiking: false },
  loihi: { synapticOperationPicojoules: 27.1, neuronUpdatePicojoules: 81, spiking: true },
  spinnaker: { synapticOperationPicojoules: 13_300, neuronUpdatePicojoules: 26_000, spiking: true },
  spinnaker2: { synapticOperationPicojoules: 450, neuronUpdatePicojoules: 2190, spiking: true },
};
