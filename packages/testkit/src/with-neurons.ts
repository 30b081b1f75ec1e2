import {
  checkNetwork,
  elements,
  type Network,
  type Neuron,
  type Node,
  type Scale,
  type Shape,
  type Tensor,
} from '@spikewright/snn-core';

/** The neurons that {@link withNeurons} puts in. */
export interface NeuronSettings
  extends Partial<Pick<Neuron, 'reset' | 'fires' | 'leak' | 'levels' | 'gains' | 'delay'>> {
  /**
   * θ > 0: one value, or several that take turns.
   *
   * @defaultValue 1
   */
  readonly threshold?: number | readonly number[];
  /**
   * v(0) in units of θ: one value, or several that take turns.
   *
   * @defaultValue 0.5
   */
  readonly initial?: number | readonly number[];
  /**
   * Whether values take turns from channel to channel, or from neuron to neuron.
   *
   * @defaultValue 'channel'
   */
  readonly per?: 'channel' | 'neuron';
}

/**
 * Puts neurons in the place of activations, and leaves all weights as they are: no conversion worth the name, but a
 * spiking network for any ANN. Batch normalisation becomes a `scale`, a last softmax is dropped.
 *
 * Left-out settings are the plain neuron: θ = 1, v(0) = θ/2, reset by subtraction, fires at θ, no leak, levels [0, 1].
 *
 * @throws TypeError for max pooling, which has no spiking form
 */
export function withNeurons(network: Network, settings: NeuronSettings = {}): Network {
  const shapes = checkNetwork(network);
  const nodes = network.nodes.map((node) => spikingForm(node, shapes.get(node.name) ?? [], settings));
  return { ...network, nodes: nodes.filter(({ op }) => op !== 'softmax') };
}

function spikingForm(node: Node, shape: Shape, settings: NeuronSettings): Node {
  if (node.op === 'relu' || node.op === 'clip' || node.op === 'qcfs') return neuronFor(node, shape, settings);
  if (node.op === 'batchNorm') {
    const { gamma, beta, mean, variance, epsilon, name, inputs } = node;
    const factor = gamma.data.map((value, channel) => value / Math.sqrt(variance.data[channel] + epsilon));
    const bias = beta.data.map((value, channel) => value - mean.data[channel] * factor[channel]);
    const { shape: channels } = gamma;
    const scale: Scale = {
      op: 'scale',
      name,
      inputs,
      factor: { shape: channels, data: factor },
      bias: { shape: channels, data: bias },
    };
    return scale;
  }
  if (node.op === 'maxPool2d') {
    throw new TypeError(`Cannot put neurons into a network: max pooling has no spiking form: node '${node.name}'`);
  }
  return node;
}

function neuronFor({ name, inputs }: Node, shape: Shape, settings: NeuronSettings): Neuron {
  const { threshold = 1, initial = 0.5, per = 'channel', ...rest } = settings;
  const size = per === 'channel' ? (shape.at(-1) ?? 1) : elements(shape);
  return {
    op: 'neuron',
    name,
    inputs,
    threshold: spread(threshold, size),
    initial: spread(initial, size),
    reset: 'subtract',
    fires: '>=',
    leak: 1,
    levels: [0, 1],
    ...rest,
  };
}

function spread(value: number | readonly number[], size: number): Tensor {
  if (typeof value === 'number') return { shape: [], data: Float32Array.of(value) };
  return { shape: [size], data: Float32Array.from({ length: size }, (_, place) => value[place % value.length]) };
}

/**
 * Neurons of every kind, by a name that says what is special. Thresholds are powers of two or short sums of them, so that sums
 * stay exact.
 */
export const neuronKinds: Readonly<Record<string, NeuronSettings>> = {
  plain: {},
  'other threshold': { threshold: 0.75 },
  'threshold per channel': { threshold: [0.5, 1, 0.75], initial: [0, 0.5, 1] },
  'threshold per neuron': { threshold: [0.5, 1, 0.75, 1.25, 2], initial: [0.5, 0, 0.25], per: 'neuron' },
  'no initial potential': { initial: 0 },
  'negative initial potential': { initial: -0.5, threshold: 0.5 },
  'reset to zero': { reset: 'zero', threshold: 0.5 },
  'fires above threshold only': { fires: '>', threshold: 0.25 },
  leak: { leak: 0.5, threshold: 0.25 },
  signed: { levels: [-1, 1], threshold: 0.25, initial: 2 },
  burst: { levels: [0, 3], threshold: 0.25 },
  'signed burst above threshold only': { levels: [-2, 4], threshold: 0.25, fires: '>' },
  'gain per step': { gains: { shape: [6], data: Float32Array.of(1, 0.5, 2, 0, -1, 0.75) }, threshold: 0.25 },
  delay: { delay: 1, threshold: 0.25 },
  'signed burst with gains, leak and delay': {
    levels: [-2, 3],
    threshold: 0.25,
    leak: 0.5,
    gains: { shape: [8], data: Float32Array.of(2, 1, 0.5, 1, 2, 1, 1, 1) },
    delay: 1,
  },
  'burst reset to zero with leak': { levels: [0, 2], threshold: 0.25, reset: 'zero', leak: 0.5 },
};
