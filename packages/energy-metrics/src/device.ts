import { checkNetwork, definePlugin, elements, type Network, type PluginFactory } from '@spikewright/snn-core';
import { isActivation } from '@spikewright/snn-core/convert';
import * as v from 'valibot';
import { checkBits } from './arithmetic.js';
import { deviceTable } from './device-table.js';
import {
  type EnergyCounts,
  type EnergyLine,
  type EnergyModel,
  type EnergyReport,
  energyLine,
  totalNanojoules,
} from './energy-model.js';
import { stepsRule } from './first-layer.js';
import { type SynapticWork, workOf } from './layer-work.js';
import { energy } from './schema.js';
import { synapsesOf } from './synapses.js';

/** How the synaptic events of a spiking device are counted. */
export interface DeviceOptions {
  /**
   * `executed`: additions and multiply-additions that the run executed, borders and zero weights left out. `meanRate`:
   * connections times the mean of the input, times T, as KerasSpiking does.
   *
   * @defaultValue 'executed'
   */
  readonly counting?: 'executed' | 'meanRate';
  /**
   * The mean of |x| over the network's analog input, at least 0; what `meanRate` charges the first layer by.
   *
   * @defaultValue 1
   */
  readonly meanInput?: number;
}

/** A device of {@link defineDevice}. */
export interface DeviceDefinition extends DeviceOptions {
  /** @defaultValue 'custom' */
  readonly device?: string;
  /** Energy of one synaptic operation, at least 0. */
  readonly synapticOperationPicojoules: number;
  /** Energy of the update of one neuron, at least 0. */
  readonly neuronUpdatePicojoules: number;
  /** Whether the device works on spikes only; otherwise on every synapse. */
  readonly spiking: boolean;
}

const options = v.strictObject({
  device: v.optional(v.string(), 'custom'),
  synapticOperationPicojoules: energy,
  neuronUpdatePicojoules: energy,
  spiking: v.boolean(),
  counting: v.optional(v.picklist(['executed', 'meanRate']), 'executed'),
  meanInput: v.optional(energy, 1),
});

type Complete = v.InferOutput<typeof options>;

const NAME = 'device';

/**
 * E3, the energy on a device of your own: `E = E_synapse · synaptic operations + E_neuron · neurons · T`.
 *
 * A device that is not spiking computes every synapse, in a dense pass once, of a spiking network in every step.
 *
 * @throws OptionsError for a constant that is missing, negative or not finite
 */
export const defineDevice: PluginFactory<EnergyModel, DeviceDefinition> = definePlugin({
  role: 'energy',
  name: NAME,
  options,
  create: (complete: Complete) => ({
    spiking: (counts, network) => spiking(counts, network, complete),
    dense: (network, activationBits) => dense(network, activationBits, complete),
  }),
});

/**
 * E3, the energy on a device of the table that KerasSpiking published: `cpu`, `gpu`, `arm`, `loihi`, `spinnaker` or
 * `spinnaker2`. Rough, and of different technologies: compare a device with itself.
 *
 * @throws ReferenceError for an unknown device, OptionsError for a wrong option
 */
export function device(name: string, given: DeviceOptions = {}): EnergyModel {
  if (!Object.hasOwn(deviceTable, name)) {
    const known = Object.keys(deviceTable).join(', ');
    throw new ReferenceError(`Cannot use device: it must be one of ${known} (or made by defineDevice): '${name}'`);
  }
  return defineDevice({ device: name, ...deviceTable[name as keyof typeof deviceTable], ...given });
}

function spiking(counts: EnergyCounts, network: Network, complete: Complete): EnergyReport {
  const steps = counts.meanStopStep;
  const { synapses, neurons } = workOf(counts, network);
  const layers = [
    ...synapses.map((layer) => synapseLine(layer.node.name, eventsOf(layer, steps, complete), complete)),
    ...neurons.map((layer) => neuronLine(layer.node.name, layer.neurons * steps, complete)),
  ];
  return reportOf('spiking', steps, [firstLayerOf(complete), stepsRule(steps)], layers, complete);
}

function eventsOf(layer: SynapticWork, steps: number, { spiking, counting, meanInput }: Complete): number {
  const connections = layer.outputs * layer.fanIn;
  if (!spiking) return connections * steps;
  if (counting === 'executed') return layer.accumulates + layer.multiplyAccumulates;
  return layer.spiking ? (connections * layer.arriving) / layer.inputs : connections * meanInput * steps;
}

function dense(network: Network, activationBits: number | undefined, complete: Complete): EnergyReport {
  if (activationBits !== undefined) checkBits(activationBits);
  const shapes = checkNetwork(network);
  const active = network.nodes.filter((node) => isActivation(node) || node.op === 'neuron');
  const layers = [
    ...synapsesOf(network).map(({ node, outputs, fanIn }) => synapseLine(node.name, outputs * fanIn, complete)),
    ...active.map(({ name }) => neuronLine(name, elements(shapes.get(name)!), complete)),
  ];
  const rule = 'one dense pass: every synapse and every neuron once, whatever the width of activations';
  return reportOf('dense', 1, [rule], layers, complete);
}

const synapseLine = (node: string, events: number, complete: Complete): EnergyLine =>
  energyLine(node, { synapses: events * complete.synapticOperationPicojoules });

const neuronLine = (node: string, updates: number, complete: Complete): EnergyLine =>
  energyLine(node, { neurons: updates * complete.neuronUpdatePicojoules });

function firstLayerOf({ spiking, counting, meanInput }: Complete): string {
  if (!spiking) return 'first layer: every synapse in every executed step, as all layers';
  return counting === 'executed'
    ? 'first layer: each multiply-addition of analog input is one synaptic operation, in every executed step'
    : `first layer: analog input is taken for spikes of the mean rate ${meanInput} a step`;
}

function reportOf(
  pass: EnergyReport['pass'],
  steps: number,
  rules: readonly string[],
  layers: readonly EnergyLine[],
  complete: Complete,
): EnergyReport {
  return {
    model: `${NAME} ${complete.device}`,
    options: complete,
    pass,
    steps,
    assumptions: [...rules, 'not counted: data on and off the device, pooling, biases'],
    layers,
    energyNanojoules: totalNanojoules(layers),
  };
}
