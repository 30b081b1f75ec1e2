import type { Compiled, Encoder, Operations } from '@spikewright/snn-core';

/**
 * Counts the work of a step at a node with weights, as the reference engine does. What learning costs is not counted.
 *
 * @throws ReferenceError if the node has no weights
 */
export function operationsAt(
  compiled: Compiled,
  name: string,
  sent: (node: string) => ArrayLike<number>,
  encoder: Encoder,
): Operations {
  const connection = compiled.connections.get(name);
  if (!connection) throw new ReferenceError(`Cannot count operations: the node must have weights: '${name}'`);
  const { node, fanOut, sources } = connection;
  const spiking = (source: string): boolean =>
    compiled.neurons.has(source) || (source === compiled.input.name && encoder.output === 'spikes');
  if (sources.every((source) => spiking(source.node))) {
    const accumulates = sources.reduce((sum, source) => sum + reached(sent(source.node), source.fanOut, Math.abs), 0);
    return { accumulates, multiplyAccumulates: 0 };
  }
  const multiplyAccumulates = reached(sent(node.inputs[0]), fanOut, (value) => (value === 0 ? 0 : 1));
  return { accumulates: 0, multiplyAccumulates };
}

function reached(values: ArrayLike<number>, fanOut: Float64Array, events: (value: number) => number): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += events(values[i]) * fanOut[i];
  return sum;
}
