import type { Network, Node, Scale } from '@spikewright/snn-core';

/** How intensities from 0 to 1 become the input that a network was trained with: `(factor x - mean) / std`. */
export interface InputScale {
  /** What intensities are multiplied by; 255 for a network that was trained on bytes. @defaultValue 1 */
  readonly factor?: number;
  /** One number, or one a channel. @defaultValue 0 */
  readonly mean?: readonly number[];
  /** One number, or one a channel; not 0. @defaultValue 1 */
  readonly std?: readonly number[];
}

/**
 * Puts the scaling of the input into the network, as a `scale` node after the input.
 *
 * @throws TypeError if there are as many numbers as neither 1 nor channels, RangeError for a factor or std of 0
 */
export function withInputScale(network: Network, { factor = 1, mean = [0], std = [1] }: InputScale): Network {
  if (factor === 1 && mean.every((value) => value === 0) && std.every((value) => value === 1)) return network;
  const input = network.nodes.find((node) => node.op === 'input')!;
  const channels = input.shape.at(-1)!;
  for (const [name, values] of Object.entries({ mean, std })) {
    if (values.length === 1 || values.length === channels) continue;
    const counts = channels === 1 ? 'one value' : `1 or ${channels} values`;
    throw new TypeError(`Cannot scale input: ${name} must have ${counts}: ${values.length}`);
  }
  if (factor === 0) throw new RangeError('Cannot scale input: factor must not be 0: 0');
  if (std.includes(0)) throw new RangeError('Cannot scale input: std must not be 0: 0');
  const at = (values: readonly number[], channel: number): number => values[channel % values.length];
  const vector = (value: (channel: number) => number) => ({
    shape: [channels],
    data: Float32Array.from({ length: channels }, (_, channel) => value(channel)),
  });
  const name = `${input.name}/scaled`;
  const scale: Scale = {
    op: 'scale',
    name,
    inputs: [input.name],
    factor: vector((channel) => factor / at(std, channel)),
    bias: vector((channel) => -at(mean, channel) / at(std, channel)),
  };
  const nodes = network.nodes.flatMap((node): Node[] => {
    if (node === input) return [node, scale];
    return [{ ...node, inputs: node.inputs.map((one) => (one === input.name ? name : one)) }];
  });
  return { ...network, nodes };
}
