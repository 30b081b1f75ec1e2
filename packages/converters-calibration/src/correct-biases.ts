import { type Calibration, checkNetwork, type Network, type Neuron } from '@spikewright/snn-core';
import { addBias } from './add-bias.js';
import { correctLayers } from './correct-layers.js';

/**
 * Adds to the bias of every channel what its neurons lack on average (the light form of Li et al. 2021):
 * `b ← b + θ (E[a] / λ - E[r])`, a the activation in the ANN and r the rate over T steps of the spiking network, the
 * means over calibration data and all places.
 *
 * @param spiking - any spiking network whose neurons have the names of the ANN's activations and their λ in its meta, as
 * `toSpiking` makes them
 * @param ann - the network that it was made from
 * @param steps - T
 * @throws ReferenceError for neurons without activation or λ, RangeError for calibration without samples
 */
export function correctBiases(
  spiking: Network,
  ann: Network,
  calibration: Calibration,
  steps: number,
): Promise<Network> {
  const shapes = checkNetwork(spiking);
  return correctLayers(spiking, ann, calibration, steps, (network, layer, lack) =>
    addBias(network, layer, meanByChannel(layer, lack, shapes.get(layer.name)!.at(-1)!)),
  );
}

/** What the currents of each channel lack: the rates, times θ. */
function meanByChannel({ threshold: { data } }: Neuron, lack: Float64Array, channels: number): Float64Array {
  const means = new Float64Array(channels);
  const places = lack.length / channels;
  for (let i = 0; i < lack.length; i++) means[i % channels] += (lack[i] * data[i % data.length]) / places;
  return means;
}
