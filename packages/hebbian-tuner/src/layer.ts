import {
  type Conv2d,
  consumers,
  type Dense,
  elements,
  type Network,
  type Neuron,
  type Shape,
  type Shapes,
} from '@spikewright/snn-core';

/** A layer of neurons and the weights that are its own. */
export interface Layer {
  readonly neuron: Neuron;
  /** How many neurons. */
  readonly size: number;
  /** How many channels; of a vector, how many neurons. */
  readonly channels: number;
  /** The convolutions and dense nodes whose output reaches these neurons and nothing else, at most through additions. */
  readonly weights: readonly OwnWeights[];
}

/** A node with weights that one layer of neurons reads. */
export interface OwnWeights {
  readonly node: Conv2d | Dense;
  /** Of its input. */
  readonly shape: Shape;
}

/** The layers of neurons of a spiking network, in order, with their weights as they are now. */
export function layersOf(network: Network, shapes: Shapes): Layer[] {
  const readers = consumers(network);
  const byName = new Map(network.nodes.map((node) => [node.name, node]));
  const weightsAbove = (name: string): OwnWeights[] => {
    const node = byName.get(name)!;
    if (readers.get(name)!.length !== 1) return [];
    if (node.op === 'conv2d' || node.op === 'dense') return [{ node, shape: shapes.get(node.inputs[0])! }];
    return node.op === 'add' ? node.inputs.flatMap(weightsAbove) : [];
  };
  return network.nodes.flatMap((neuron) => {
    if (neuron.op !== 'neuron') return [];
    const shape = shapes.get(neuron.name)!;
    return [{ neuron, size: elements(shape), channels: shape.at(-1)!, weights: weightsAbove(neuron.inputs[0]) }];
  });
}
