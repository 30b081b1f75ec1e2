import { checkNetwork, elements, isWeighted, type Network, type Weighted } from '@spikewright/snn-core';
import { forNetwork } from './for-network.js';

/** The sizes of a layer that energy models count with. Borders are left out, as those models do. */
export interface Synapses {
  readonly node: Weighted;
  /** Values that the node reads. */
  readonly inputs: number;
  /** N_out, values that it puts out. */
  readonly outputs: number;
  /** C_out. */
  readonly channels: number;
  /** K = k_h k_w, positions of the kernel; 1 for dense and scale. */
  readonly taps: number;
  /** Outputs that a spike reaches through one tap. */
  readonly reach: number;
  /** ceil(k_h / stride) ceil(k_w / stride): taps that a spike really passes on average. */
  readonly passedTaps: number;
  /** Synapses of one output. */
  readonly fanIn: number;
  readonly weights: number;
  /** How many biases; 0 if there are none. */
  readonly biases: number;
}

/** The sizes of all weighted nodes. */
export const synapsesOf: (network: Network) => readonly Synapses[] = forNetwork((network) => {
  const shapes = checkNetwork(network);
  return network.nodes.filter(isWeighted).map((node) => {
    const output = shapes.get(node.name)!;
    return {
      node,
      inputs: elements(shapes.get(node.inputs[0])!),
      outputs: elements(output),
      channels: output.at(-1)!,
      biases: node.bias?.data.length ?? 0,
      ...kernelSizes(node),
    };
  });
});

function kernelSizes(node: Weighted): Pick<Synapses, 'taps' | 'reach' | 'passedTaps' | 'fanIn' | 'weights'> {
  if (node.op === 'scale') return { taps: 1, reach: 1, passedTaps: 1, fanIn: 1, weights: node.factor.data.length };
  const weights = node.kernel.data.length;
  if (node.op === 'dense') {
    const [inputs, outputs] = node.kernel.shape;
    return { taps: 1, reach: outputs, passedTaps: 1, fanIn: inputs, weights };
  }
  const [height, width, groupInputs, channels] = node.kernel.shape;
  const [down, across] = node.strides;
  return {
    taps: height * width,
    reach: channels / node.groups,
    passedTaps: Math.ceil(height / down) * Math.ceil(width / across),
    fanIn: height * width * groupInputs,
    weights,
  };
}
