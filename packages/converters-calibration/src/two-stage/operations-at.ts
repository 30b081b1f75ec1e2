import type { Compiled, Encoder, Operations } from '@spikewright/snn-core';
import type { Outputs } from './layers.js';

/** Counts the work of a step at a node with weights, as the reference engine does. */
export function operationsAt(compiled: Compiled, name: string, outputs: Outputs, encoder: Encoder): Operations {
  const connection = compiled.connections.get(name);
  if (!connection) throw new ReferenceError(`Cannot count operations: the node must have weights: '${name}'`);
  const { node, fanOut, sources } = connection;
  const spiking = (source: string): boolean =>
    compiled.neurons.has(source) || (source === compiled.input.name && encoder.output === 'spikes');
  if (!sources.every((source) => spiking(source.node))) {
    const present = outputs.get(node.inputs[0])!.map((value) => (value === 0 ? 0 : 1));
    return { accumulates: 0, multiplyAccumulates: dot(present, fanOut) };
  }
  const accumulates = sources.reduce((sum, source) => sum + dot(outputs.get(source.node)!, source.fanOut), 0);
  return { accumulates, multiplyAccumulates: 0 };
}

const dot = (values: Float64Array, weights: Float64Array): number =>
  values.reduce((sum, value, i) => sum + value * weights[i], 0);
