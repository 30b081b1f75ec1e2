import { checkNetwork, type Network, type Neuron } from '@spikewright/snn-core';
import { isActivation } from '@spikewright/snn-core/convert';

/** An activation of the ANN and the neurons that took its place. */
export interface Layer {
  readonly name: string;
  /** The node of the ANN that the activation reads. */
  readonly annInput: string;
  readonly neuron: Neuron;
  readonly channels: number;
  /** λ: one value, or one a channel. */
  readonly lambda: readonly number[];
}

/**
 * Finds the layers that an ANN and its spiking network share, in evaluation order.
 *
 * @throws ReferenceError for neurons without λ in the network's meta
 */
export function sharedLayers(ann: Network, snn: Network): Layer[] {
  const shapes = checkNetwork(ann);
  const neurons = new Map(snn.nodes.filter((node) => node.op === 'neuron').map((node) => [node.name, node]));
  return ann.nodes.filter(isActivation).flatMap(({ name, inputs }) => {
    const neuron = neurons.get(name);
    if (!neuron) return [];
    const lambda = snn.meta.lambda?.[name];
    if (!lambda) {
      throw new ReferenceError(`Cannot diagnose node '${name}': the spiking network's meta must have its λ: none`);
    }
    return [{ name, annInput: inputs[0], neuron, channels: shapes.get(name)!.at(-1)!, lambda }];
  });
}

/** λ of a value in a row of channels. */
export const lambdaAt = ({ lambda, channels }: Layer, place: number): number =>
  lambda.length === 1 ? lambda[0] : lambda[place % channels];

/** θ of a value in a row of channels. */
export const thresholdAt = ({ neuron, channels }: Layer, place: number): number => {
  const { data } = neuron.threshold;
  return data.length === 1 ? data[0] : data[place % channels];
};

/** The neurons whose spikes, scaled or not, are the scores of an ANN that ends in none of its activations. */
export function scoreNeurons(ann: Network, { nodes }: Network): Neuron | undefined {
  const last = nodes.at(-1)!;
  const read = last.op === 'scale' ? nodes.find(({ name }) => name === last.inputs[0])! : last;
  const stands = ann.nodes.some((node) => node.name === read.name && isActivation(node));
  return read.op === 'neuron' && !stands ? read : undefined;
}
