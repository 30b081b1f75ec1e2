import type { Json } from '../json.js';

/** Sizes along each axis. Images are `[height, width, channels]`, vectors `[features]`. */
export type Shape = readonly number[];

/** Numbers in row-major order; a scalar has the shape `[]`. */
export interface Tensor {
  readonly shape: Shape;
  readonly data: Float32Array;
}

/** What every node has: a name of its own and the names of the nodes it reads. */
export interface NodeBase {
  readonly name: string;
  readonly inputs: readonly string[];
}

/**
 * Zeros around an image: none, as many as keep `ceil(size / stride)` positions (the odd one at the end, as in
 * TensorFlow), or `[top, bottom, left, right]`.
 */
export type Padding = 'valid' | 'same' | readonly [top: number, bottom: number, left: number, right: number];

/** Where samples enter; a network has exactly one. */
export interface Input extends NodeBase {
  readonly op: 'input';
  readonly shape: Shape;
}

/** Cross-correlation of an image with a kernel. `groups` = input channels makes it depthwise. */
export interface Conv2d extends NodeBase {
  readonly op: 'conv2d';
  /** `[kernel height, kernel width, input channels / groups, output channels]` */
  readonly kernel: Tensor;
  /** `[output channels]` */
  readonly bias?: Tensor;
  readonly strides: readonly [vertical: number, horizontal: number];
  readonly padding: Padding;
  readonly dilation: readonly [vertical: number, horizontal: number];
  readonly groups: number;
}

/** Matrix product of a vector with weights. */
export interface Dense extends NodeBase {
  readonly op: 'dense';
  /** `[input features, output features]` */
  readonly kernel: Tensor;
  /** `[output features]` */
  readonly bias?: Tensor;
}

/** Multiplies each channel by a factor of its own, then adds a bias: a diagonal connection. */
export interface Scale extends NodeBase {
  readonly op: 'scale';
  /** `[]` or `[channels]` */
  readonly factor: Tensor;
  /** `[]` or `[channels]` */
  readonly bias?: Tensor;
}

/** Mean (or maximum) over windows of an image. Padding takes no part: a mean divides by the real inputs only. */
export interface Pool2d<Op extends string> extends NodeBase {
  readonly op: Op;
  readonly size: readonly [height: number, width: number];
  readonly strides: readonly [vertical: number, horizontal: number];
  readonly padding: Padding;
}
/** Mean over windows of an image. */
export type AvgPool2d = Pool2d<'avgPool2d'>;
/** Maximum over windows of an image; an ANN operation, not allowed in a spiking network. */
export type MaxPool2d = Pool2d<'maxPool2d'>;

/** Mean of each channel over the whole image: `[h, w, c]` to `[c]`. */
export interface GlobalAvgPool extends NodeBase {
  readonly op: 'globalAvgPool';
}

/** Reads an image as a vector in the order height, width, channel. */
export interface Flatten extends NodeBase {
  readonly op: 'flatten';
}

/** Sum of inputs of one shape. */
export interface Add extends NodeBase {
  readonly op: 'add';
}

/** Joins inputs along the last axis (channels). */
export interface Concat extends NodeBase {
  readonly op: 'concat';
}

/** `gamma (x - mean) / sqrt(variance + epsilon) + beta`, per channel. */
export interface BatchNorm extends NodeBase {
  readonly op: 'batchNorm';
  readonly gamma: Tensor;
  readonly beta: Tensor;
  readonly mean: Tensor;
  readonly variance: Tensor;
  /** The framework's own: 1e-3 in Keras, 1e-5 in PyTorch. */
  readonly epsilon: number;
}

/** `max(0, x)`. */
export interface Relu extends NodeBase {
  readonly op: 'relu';
}

/** `min(max(0, x), λ)`: ReLU with a bound (ReLU6, or the trained bound of TCL and RNL). */
export interface Clip extends NodeBase {
  readonly op: 'clip';
  readonly lambda: number;
}

/** `λ clip(floor(x L / λ + 1/2) / L, 0, 1)`: quantisation, clip, floor, shift (Bu et al., ICLR 2022). */
export interface Qcfs extends NodeBase {
  readonly op: 'qcfs';
  readonly lambda: number;
  /** L, the number of quantisation levels. */
  readonly levels: number;
}

/** `exp(x) / sum exp(x)` over the last axis; an ANN operation, dropped by converters because it keeps the order of the scores. */
export interface Softmax extends NodeBase {
  readonly op: 'softmax';
}

/**
 * A layer of integrate-and-fire neurons, one for each element of its input.
 *
 * In every step: `v ← leak · v + gain · input`; the neuron fires if `v` reaches θ; it is reset; it emits its spike, of
 * height 1. Tensors hold one value for all, one a channel, or one a neuron.
 */
export interface Neuron extends NodeBase {
  readonly op: 'neuron';
  /** θ > 0. */
  readonly threshold: Tensor;
  /** v(0) in units of θ. 1/2 is the shift that TRE, OPI, RTS and QCFS share. */
  readonly initial: Tensor;
  /** After a spike s: `v ← v - s θ`, or `v ← 0`. */
  readonly reset: 'subtract' | 'zero';
  /** Whether a potential of exactly θ fires. */
  readonly fires: '>=' | '>';
  /** 1 is the plain integrate-and-fire neuron; (0, 1) forgets. */
  readonly leak: number;
  /**
   * The fewest and most spikes of one step: `[0, 1]` plain, `[-1, 1]` signed, `[0, n]` burst. A negative spike is
   * emitted only while the sum of all that was sent stays at or above 0 (Wang et al., IJCAI 2022).
   */
  readonly levels: readonly [min: number, max: number];
  /**
   * `[T]`, what the input is multiplied by in step 1, 2, ..., T: p of temporal effective batch normalisation (Duan et al.,
   * NeurIPS 2022). Such a network runs for at most T steps. Without it every step counts alike.
   */
  readonly gains?: Tensor;
  /** How many steps spikes are under way to the next layer: none if left out. */
  readonly delay?: 0 | 1;
}

/** One operation of a network. */
export type Node =
  | Input
  | Conv2d
  | Dense
  | Scale
  | AvgPool2d
  | MaxPool2d
  | GlobalAvgPool
  | Flatten
  | Add
  | Concat
  | BatchNorm
  | Relu
  | Clip
  | Qcfs
  | Softmax
  | Neuron;

/** The name of an operation. */
export type Op = Node['op'];

/** What is known of a network beside its nodes. Plain JSON. */
export interface NetworkMeta {
  readonly name?: string;
  /** How the network came to be: data, seed, versions, the command that makes it again. */
  readonly source?: Readonly<Record<string, string | number>>;
  /** How raw input becomes the network's input, in words. */
  readonly preprocessing?: string;
  readonly classNames?: readonly string[];
  /** λ of each neuron layer, one value or one a channel: a rate times λ is the ANN's activation. */
  readonly lambda?: Readonly<Record<string, readonly number[]>>;
  /** What cutoffs learnt about this network, by the plugin's name. */
  readonly fits?: Readonly<Record<string, Json>>;
  /** What converters did beyond the plain rule, one sentence each. */
  readonly notes?: readonly string[];
}

/**
 * A directed acyclic graph in evaluation order: every input of a node comes before it.
 *
 * The last node is the read-out. Without `neuron` nodes the network is an ANN, evaluated once; with them it is a
 * spiking network, evaluated over time, and the read-out's values are summed over the steps (the scores).
 */
export interface Network {
  readonly format: 1;
  readonly nodes: readonly Node[];
  readonly meta: NetworkMeta;
}
