import { definePlugin, denseOperations, type Network, type PluginFactory } from '@spikewright/snn-core';
import * as v from 'valibot';
import { arithmetic, checkBits, macPicojoules } from './arithmetic.js';
import { type EnergyCounts, type EnergyModel, type EnergyReport, energyLine, totalNanojoules } from './energy-model.js';
import { type FirstLayer, firstLayerRule, passesOf, stepsRule } from './first-layer.js';
import { forNetwork } from './for-network.js';
import { workOf } from './layer-work.js';
import { energy, firstLayer, width } from './schema.js';

/** Options of {@link proxy}. The tables of `arithmetic` can be spread in: `proxy({ ...arithmetic.int8 })`. */
export interface ProxyOptions {
  /**
   * Energy of a multiplication, at least 0.
   *
   * @defaultValue 3.7, 32-bit floats in 45 nm
   */
  readonly multiplyPicojoules?: number;
  /**
   * Energy of an addition, at least 0. An AC is an addition, a MAC a multiplication and an addition.
   *
   * @defaultValue 0.9
   */
  readonly addPicojoules?: number;
  /**
   * The width of numbers, from 1 to 64.
   *
   * @defaultValue 32
   */
  readonly bits?: number;
  /**
   * How often the multiply-additions of an analog first layer are charged.
   *
   * @defaultValue 'everyStep'
   */
  readonly firstLayer?: FirstLayer;
}

const options = v.strictObject({
  multiplyPicojoules: v.optional(energy, arithmetic.float32.multiplyPicojoules),
  addPicojoules: v.optional(energy, arithmetic.float32.addPicojoules),
  bits: v.optional(width, arithmetic.float32.bits),
  firstLayer: v.optional(firstLayer, 'everyStep'),
});

type Complete = v.InferOutput<typeof options>;

const NAME = 'proxy';

/**
 * E0, the estimate of most papers: `E = E_MAC · MACs + E_AC · ACs`. Memory and neurons are free, which favours the
 * spiking network: show a memory-aware estimate beside it.
 *
 * @throws OptionsError for a wrong option
 */
export const proxy: PluginFactory<EnergyModel, ProxyOptions> = definePlugin({
  role: 'energy',
  name: NAME,
  options,
  create: (complete: Complete) => ({
    spiking: (counts, network) => spiking(counts, network, complete),
    dense: (network, activationBits = complete.bits) => dense(network, activationBits, complete),
  }),
});

function spiking(counts: EnergyCounts, network: Network, complete: Complete): EnergyReport {
  const steps = counts.meanStopStep;
  const mac = macPicojoules(complete, complete.bits);
  const layers = workOf(counts, network).synapses.map(({ node, first, accumulates, multiplyAccumulates }) => {
    const multiplied = (multiplyAccumulates / steps) * passesOf(complete.firstLayer, first, steps);
    return energyLine(node.name, { synapses: multiplied * mac + accumulates * complete.addPicojoules });
  });
  return {
    model: NAME,
    options: complete,
    pass: 'spiking',
    steps,
    assumptions: [firstLayerRule(complete.firstLayer), stepsRule(steps), LEFT_OUT],
    layers,
    energyNanojoules: totalNanojoules(layers),
  };
}

const operationsOf = forNetwork(denseOperations);

function dense(network: Network, activationBits: number, complete: Complete): EnergyReport {
  checkBits(activationBits);
  const mac = macPicojoules(complete, activationBits);
  const layers = Object.entries(operationsOf(network)).map(([name, operations]) =>
    energyLine(name, { synapses: operations * mac }),
  );
  return {
    model: NAME,
    options: complete,
    pass: 'dense',
    steps: 1,
    assumptions: [`one dense pass, activations of ${activationBits} bits, zeros not skipped`, LEFT_OUT],
    layers,
    energyNanojoules: totalNanojoules(layers),
  };
}

const LEFT_OUT = 'not counted: memory, neurons, pooling, biases';
