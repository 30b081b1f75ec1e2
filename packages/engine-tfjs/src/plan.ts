import { type Compiled, isWeighted, type RunOptions } from '@spikewright/snn-core';
import type { NeuronLayer } from './neuron-layer.js';
import type { Values } from './values.js';

/** A network as tensors. */
export interface Weights {
  readonly values: Values;
  /** By neuron node. */
  readonly layers: Readonly<Record<string, NeuronLayer>>;
}

/** How the steps of a run are taken. */
export interface Plan {
  readonly compiled: Compiled;
  readonly weights: Weights;
  readonly options: RunOptions;
  /** Nodes that constant input reaches without a neuron on the way. */
  readonly constant: ReadonlySet<string>;
  /** Nodes that frames may show: neurons, the read-out, and what weighted nodes read that is not only spikes. */
  readonly shown: ReadonlySet<string>;
}

/** Looks up what is constant in a run, and what its frames may show. */
export function makePlan(compiled: Compiled, weights: Weights, options: RunOptions): Plan {
  const { network, readout } = compiled;
  const [constant, spiking] = [new Set<string>(), new Set<string>()];
  for (const node of network.nodes) {
    const { name, op, inputs } = node;
    const sent = op === 'input' ? options.encoder.output : undefined;
    if (sent === 'constant' || (!sent && op !== 'neuron' && inputs.every((input) => constant.has(input)))) {
      constant.add(name);
    }
    const passes = !sent && !isWeighted(node) && inputs.every((input) => spiking.has(input));
    if (sent === 'spikes' || op === 'neuron' || passes) spiking.add(name);
  }
  const sources = [...compiled.neurons.keys(), compiled.input.name, readout.name];
  const analog = network.nodes.filter(isWeighted).flatMap(({ inputs }) => inputs.filter((name) => !spiking.has(name)));
  return { compiled, weights, options, constant, shown: new Set([...sources, ...analog]) };
}
