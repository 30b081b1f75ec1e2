import { type Compiled, elements } from '@spikewright/snn-core';

/**
 * What a node puts out in a step, given what the neurons before it and the input put out.
 *
 * @param sent - asked for neurons and the input only
 */
export function valuesAt(
  compiled: Compiled,
  name: string,
  sent: (source: string) => ArrayLike<number>,
): ArrayLike<number> {
  const node = compiled.network.nodes.find((other) => other.name === name)!;
  if (node.op === 'neuron' || node.op === 'input') return sent(name);
  const inputs = node.inputs.map((input) => valuesAt(compiled, input, sent));
  const output = new Float64Array(elements(compiled.shapes.get(name)!));
  compiled.forward.get(name)!(inputs, output, 1);
  return output;
}
