import type { Calibration, Network, Neuron, Tensor } from '@spikewright/snn-core';
import { correctLayers } from './correct-layers.js';

/**
 * Starts every neuron at what its layer lacks over T steps (the advanced form of Li et al. 2021, potentials only):
 * `v(0) ← v(0) + T θ (E[a] / λ - E[r])`, a the activation in the ANN and r the rate of the spiking network on calibration
 * data, neuron by neuron.
 *
 * @param spiking - any spiking network whose neurons have the names of the ANN's activations and their λ in its meta, as
 * `toSpiking` makes them
 * @param ann - the network that it was made from
 * @param steps - T, for which the network then is made
 * @throws ReferenceError for neurons without activation or λ, RangeError for calibration without samples
 */
export const correctPotentials = (
  spiking: Network,
  ann: Network,
  calibration: Calibration,
  steps: number,
): Promise<Network> =>
  correctLayers(spiking, ann, calibration, steps, (network, layer, lack) => ({
    ...network,
    nodes: network.nodes.map((node) => (node === layer ? { ...layer, initial: started(layer, lack, steps) } : node)),
  }));

function started({ initial: { data } }: Neuron, lack: Float64Array, steps: number): Tensor {
  return { shape: [lack.length], data: Float32Array.from(lack, (rate, i) => data[i % data.length] + steps * rate) };
}
