import { checkNetwork, elements, type Network } from '@spikewright/snn-core';
import { macPicojoules } from './arithmetic.js';
import type { Picojoules } from './energy-model.js';
import type { FirstLayer } from './first-layer.js';
import type { NeuronWork, SynapticWork } from './layer-work.js';
import type { Synapses } from './synapses.js';

/** What the terms are computed from. */
export interface LemaireCosts {
  readonly bits: number;
  readonly multiplyPicojoules: number;
  readonly addPicojoules: number;
  readonly queue: number;
  readonly potentials: 'everyStep' | 'published';
  readonly firstLayer: FirstLayer;
}

/**
 * e(n): the energy of one read or write in a memory of n values of b bits, a fit to 45 nm SRAM, in picojoules.
 *
 * @param values - n
 * @param bits - b
 */
export const accessPicojoules = (values: number, bits: number): number => 1.09e-5 * values * bits + 13.2;

/**
 * A layer that computes every synapse (FNN), so many times.
 *
 * @param written - whether its outputs are written; a spiking layer's currents go to the potentials instead
 */
export function formalLayer(
  layer: Synapses,
  passes: number,
  activationBits: number,
  written: boolean,
  costs: LemaireCosts,
): Picojoules {
  const { node, inputs, outputs, channels, taps, fanIn, weights, biases } = layer;
  const synapses = outputs * fanIn;
  const reads = node.op === 'dense' ? inputs : synapses;
  const memory =
    reads * accessPicojoules(inputs, activationBits) +
    synapses * accessPicojoules(weights, costs.bits) +
    (biases > 0 ? outputs * accessPicojoules(biases, costs.bits) : 0) +
    (written ? outputs * accessPicojoules(outputs, activationBits) : 0);
  const addresses = node.op === 'dense' ? synapses : inputs + outputs + channels * taps;
  return {
    synapses: passes * (synapses * macPicojoules(costs, activationBits) + outputs * costs.addPicojoules),
    memory: passes * memory,
    addressing: passes * addresses * costs.addPicojoules,
  };
}

/** The synapses of a layer that spikes reach. */
export function spikingLayer(layer: SynapticWork, steps: number, costs: LemaireCosts): Picojoules {
  const { node, arriving, outputs, taps, reach, passedTaps, weights, biases } = layer;
  const { bits, addPicojoules, multiplyPicojoules, queue, potentials } = costs;
  const everyStep = potentials === 'everyStep';
  const events = arriving * reach * taps;
  const memory =
    arriving * accessPicojoules(queue, bits) +
    events * accessPicojoules(weights, bits) +
    (biases > 0 ? (everyStep ? steps : 1) * outputs * accessPicojoules(biases, bits) : 0) +
    (everyStep ? 2 : 1) * events * accessPicojoules(outputs, bits);
  const addresses = node.op === 'conv2d' ? arriving * taps : events;
  const products = node.op === 'conv2d' ? 2 * arriving : 0;
  return {
    synapses: arriving * reach * passedTaps * addPicojoules,
    memory,
    addressing: products * (multiplyPicojoules + addPicojoules) + addresses * addPicojoules,
  };
}

/** A layer of neurons: bias and leak in every step, reset and output for each spike. */
export function neuronLayer({ node, neurons, spikes }: NeuronWork, steps: number, costs: LemaireCosts): Picojoules {
  const { bits, addPicojoules, multiplyPicojoules, queue } = costs;
  const leaks = node.leak === 1 ? 0 : steps * neurons;
  return {
    neurons: leaks * (multiplyPicojoules + addPicojoules) + (steps * neurons + spikes) * addPicojoules,
    memory: potentialPicojoules(neurons, steps, costs) + spikes * accessPicojoules(queue, bits),
  };
}

/** The sums of a read-out that does not spike. */
export function readOut(network: Network, steps: number, costs: LemaireCosts): Picojoules {
  const scores = elements(checkNetwork(network).get(network.nodes.at(-1)!.name)!);
  return { neurons: steps * scores * costs.addPicojoules, memory: potentialPicojoules(scores, steps, costs) };
}

function potentialPicojoules(neurons: number, steps: number, { bits, potentials }: LemaireCosts): number {
  return (potentials === 'everyStep' ? 2 * steps : 1) * neurons * accessPicojoules(neurons, bits);
}
