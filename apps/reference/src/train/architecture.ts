import type { Network, Neuron, Node, Shape, Tensor } from '@spikewright/snn-core';
import type { DataSetName } from './data-sets.js';

/** The activation of every block of an ANN. λ of `clip` and `qcfs` is where training starts. */
export type Activation =
  | { readonly op: 'relu' }
  | { readonly op: 'clip'; readonly lambda: number }
  | { readonly op: 'qcfs'; readonly lambda: number; readonly levels: number };

/** What every block ends in: an activation, or the neurons of a network that is trained as a spiking one. */
export type BlockEnd = Activation | Omit<Neuron, 'name' | 'inputs'>;

/** A number stands for a block of so many channels: 3x3 convolution, batch normalisation, activation or neurons. */
interface Plan {
  readonly shape: Shape;
  readonly layers: readonly (number | 'pool')[];
}

/** 54,778 parameters and 1.70 million multiply-additions an image, padding left out. */
const SMALL: Plan = { shape: [28, 28, 1], layers: [16, 'pool', 32, 'pool', 64] };
/** 307,946 parameters and 38.65 million multiply-additions an image, padding counted. */
const VGG: Plan = { shape: [32, 32, 3], layers: [32, 32, 'pool', 64, 64, 'pool', 128, 128, 'pool'] };
const PLANS: Readonly<Record<DataSetName, Plan>> = { mnist: SMALL, 'fashion-mnist': SMALL, cifar10: VGG };

/**
 * The network that is trained on a data set, without weights: blocks of 3x3 convolution, batch normalisation and
 * activation or neurons, 2x2 average pooling, and a dense layer to ten scores.
 */
export function architecture(dataSet: DataSetName, end: BlockEnd): Network {
  const { shape, layers } = PLANS[dataSet];
  const nodes: Node[] = [{ name: 'input', op: 'input', inputs: [], shape }];
  let [side, , channels] = shape;
  const place = { block: 0, pool: 0 };
  for (const layer of layers) {
    const input = nodes[nodes.length - 1].name;
    if (layer === 'pool') {
      nodes.push(pool(++place.pool, input));
      side /= 2;
    } else {
      nodes.push(...block(++place.block, input, channels, layer, end));
      channels = layer;
    }
  }
  nodes.push(
    { name: 'flatten', op: 'flatten', inputs: [nodes[nodes.length - 1].name] },
    { name: 'dense', op: 'dense', inputs: ['flatten'], kernel: zeros(side * side * channels, 10), bias: zeros(10) },
  );
  return { format: 1, nodes, meta: {} };
}

function block(place: number, input: string, from: number, to: number, end: BlockEnd): Node[] {
  const [conv, norm] = [`conv${place}`, `bn${place}`];
  return [
    {
      name: conv,
      op: 'conv2d',
      inputs: [input],
      kernel: zeros(3, 3, from, to),
      strides: [1, 1],
      padding: 'same',
      dilation: [1, 1],
      groups: 1,
    },
    {
      name: norm,
      op: 'batchNorm',
      inputs: [conv],
      gamma: zeros(to),
      beta: zeros(to),
      mean: zeros(to),
      variance: zeros(to),
      epsilon: 1e-3,
    },
    { name: `${end.op === 'neuron' ? 'lif' : end.op}${place}`, inputs: [norm], ...end },
  ];
}

const pool = (place: number, input: string): Node => ({
  name: `pool${place}`,
  op: 'avgPool2d',
  inputs: [input],
  size: [2, 2],
  strides: [2, 2],
  padding: 'valid',
});

const zeros = (...shape: number[]): Tensor => ({
  shape,
  data: new Float32Array(shape.reduce((product, size) => product * size, 1)),
});
