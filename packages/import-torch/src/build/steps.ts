import type { Node, Shape, Tensor } from '@spikewright/snn-core';

/** What a layer of the graph computes; give it to the layers that read it. */
export interface Signal {
  /** Name of its node in the network. */
  readonly node: string;
}

type WithoutWiring<N> = N extends Node ? Omit<N, 'name' | 'inputs'> : never;

/** A node without its name and inputs. */
export type Draft = WithoutWiring<Node>;

/** What a signal is once the sizes are known. */
export interface Known {
  /** The node that computes it. */
  readonly node: string;
  readonly shape: Shape;
  /** The image `[height, width, channels]` whose flattened elements a vector holds, where PyTorch orders them otherwise. */
  readonly image?: Shape | undefined;
}

/** One layer as the user wrote it: recorded first, made into a node when all tensors are matched. */
export interface Step {
  readonly name: string;
  readonly inputs: readonly string[];
  /** Tensors it cannot do without. */
  readonly needs: readonly string[];
  /** Tensors it uses where they exist. */
  readonly takes: readonly string[];
  /** Makes the node; undefined where the input serves as it is. */
  readonly make: (inputs: readonly Known[], tensors: Readonly<Record<string, Tensor>>) => Draft | undefined;
}
