import { definePlugin, type Network, type PluginFactory } from '@spikewright/snn-core';
import * as v from 'valibot';
import { checkBits } from './arithmetic.js';
import { type EnergyCounts, type EnergyModel, type EnergyReport, energyLine, totalNanojoules } from './energy-model.js';
import { type FirstLayer, firstLayerRule, passesOf, stepsRule } from './first-layer.js';
import { workOf } from './layer-work.js';
import { formalLayer, type LemaireCosts, neuronLayer, readOut, spikingLayer } from './lemaire-terms.js';
import { energy, firstLayer, width } from './schema.js';
import { synapsesOf } from './synapses.js';

/** Options of {@link lemaire}. */
export interface LemaireOptions {
  /**
   * b, the width of every value in memory, from 1 to 64.
   *
   * @defaultValue 32
   */
  readonly bits?: number;
  /**
   * E_mul, at least 0.
   *
   * @defaultValue 3.1, 32-bit integers in 45 nm
   */
  readonly multiplyPicojoules?: number;
  /**
   * E_add, at least 0.
   *
   * @defaultValue 0.1
   */
  readonly addPicojoules?: number;
  /**
   * Places in the queues that spikes wait in, from 1 to 2^32.
   *
   * @defaultValue 64
   */
  readonly queue?: number;
  /**
   * `everyStep`: biases and potentials are read, and potentials written, in every step, as the authors' code does now.
   * `published`: potentials are only written, and both are charged once a sample, as in its first release.
   *
   * @defaultValue 'everyStep'
   */
  readonly potentials?: 'everyStep' | 'published';
  /**
   * How often an analog first layer is charged.
   *
   * @defaultValue 'everyStep'
   */
  readonly firstLayer?: FirstLayer;
}

const options = v.strictObject({
  bits: v.optional(width, 32),
  multiplyPicojoules: v.optional(energy, 3.1),
  addPicojoules: v.optional(energy, 0.1),
  queue: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(2 ** 32)), 64),
  potentials: v.optional(v.picklist(['everyStep', 'published']), 'everyStep'),
  firstLayer: v.optional(firstLayer, 'everyStep'),
});

const NAME = 'lemaire';

/**
 * E2, the memory-aware estimate of Lemaire et al. (ICONIP 2022): every read and write costs `1.09e-5 n b + 13.2` pJ in a
 * memory of n values of b bits, beside the operations and the computation of addresses.
 *
 * Follows the authors' released code, which documents corrections to the printed equations. A layer under analog input
 * is charged as a formal one.
 *
 * @throws OptionsError for a wrong option
 */
export const lemaire: PluginFactory<EnergyModel, LemaireOptions> = definePlugin({
  role: 'energy',
  name: NAME,
  options,
  create: (complete: LemaireCosts) => ({
    spiking: (counts, network) => spiking(counts, network, complete),
    dense: (network, activationBits = complete.bits) => dense(network, activationBits, complete),
  }),
});

function spiking(counts: EnergyCounts, network: Network, costs: LemaireCosts): EnergyReport {
  const steps = counts.meanStopStep;
  const { synapses, neurons } = workOf(counts, network);
  const last = network.nodes.at(-1)!;
  const scores = last.op === 'neuron' ? [] : [energyLine(`${last.name} (scores)`, readOut(network, steps, costs))];
  const layers = [
    ...synapses.map((layer) =>
      energyLine(
        layer.node.name,
        layer.spiking
          ? spikingLayer(layer, steps, costs)
          : formalLayer(layer, passesOf(costs.firstLayer, layer.first, steps), costs.bits, false, costs),
      ),
    ),
    ...neurons.map((layer) => energyLine(layer.node.name, neuronLayer(layer, steps, costs))),
    ...scores,
  ];
  return {
    model: NAME,
    options: { ...costs },
    pass: 'spiking',
    steps,
    assumptions: [firstLayerRule(costs.firstLayer), stepsRule(steps), POTENTIALS[costs.potentials], MEMORIES],
    layers,
    energyNanojoules: totalNanojoules(layers),
  };
}

function dense(network: Network, activationBits: number, costs: LemaireCosts): EnergyReport {
  checkBits(activationBits);
  const layers = synapsesOf(network).map((layer) =>
    energyLine(layer.node.name, formalLayer(layer, 1, activationBits, true, costs)),
  );
  return {
    model: NAME,
    options: { ...costs },
    pass: 'dense',
    steps: 1,
    assumptions: [`one dense pass, activations of ${activationBits} bits, zeros not skipped`, MEMORIES],
    layers,
    energyNanojoules: totalNanojoules(layers),
  };
}

const POTENTIALS = {
  everyStep: 'potentials: read and written for every synaptic event and in every step; biases read in every step',
  published: 'potentials: written for every synaptic event and once a sample, reads not counted; biases read once',
} as const;

const MEMORIES = 'each layer has memories of its own; pooling and addition of branches are not counted';
