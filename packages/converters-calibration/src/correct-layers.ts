import { type Calibration, type Network, type Neuron, requireInteger } from '@spikewright/snn-core';
import { meanActivations } from './mean-activations.js';
import { meanRates } from './mean-rates.js';

/** Applies what the rates of a layer lack, in spikes a step, one number a neuron. */
export type Apply = (network: Network, layer: Neuron, lack: Float64Array) => Network;

/**
 * Goes through the neurons of a spiking network in layer order and lets `apply` make up for the difference between the
 * mean activation of the ANN, in units of λ, and the mean rate over T steps. Each layer is measured with those before it
 * corrected.
 */
export async function correctLayers(
  spiking: Network,
  ann: Network,
  calibration: Calibration,
  steps: number,
  apply: Apply,
): Promise<Network> {
  requireInteger('correct neurons', 'steps', steps, 1, 65_536);
  const means = await meanActivations(ann, calibration);
  let network = spiking;
  for (const layer of spiking.nodes) {
    if (layer.op !== 'neuron') continue;
    const mean = means.get(layer.name);
    const lambda = spiking.meta.lambda?.[layer.name];
    if (!mean || !lambda) {
      const lacks = mean ? 'its λ must be in the meta of its network' : 'the ANN must have an activation of its name';
      throw new ReferenceError(`Cannot correct neurons '${layer.name}': ${lacks}: none found`);
    }
    const rates = await meanRates(network, layer.name, calibration, steps);
    if (rates.length !== mean.length) {
      const rule = `the activation of the ANN must have as many values: ${rates.length} neurons`;
      throw new TypeError(`Cannot correct neurons '${layer.name}': ${rule}: ${mean.length}`);
    }
    const lack = rates.map((rate, i) => mean[i] / lambda[i % lambda.length] - rate);
    network = apply(network, layer, lack);
  }
  return network;
}
