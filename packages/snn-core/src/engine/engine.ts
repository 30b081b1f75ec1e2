import type { Network } from '../network/network.js';
import type { Encoder } from '../plugin/roles.js';

/** Samples in the form a network reads them. */
export interface Batch {
  /** How many samples. */
  readonly size: number;
  /** The samples one after another, each in row-major order. */
  readonly data: Float32Array;
  /** Class of each sample. */
  readonly labels?: Int32Array;
  /** Place of each sample in its data set: what its randomness is drawn by, whatever batch it comes in. */
  readonly indices: Uint32Array;
}

/** Additions and multiply-additions at synapses, borders and zero weights left out. */
export interface Operations {
  /** One addition for each spike that reaches a synapse (AC, SynOp). */
  readonly accumulates: number;
  /** One multiplication and addition for each non-zero analog value that reaches a synapse (MAC). */
  readonly multiplyAccumulates: number;
}

/**
 * What is seen after a step. Rows have clocks of their own: a finished sample's place is taken by the next one.
 * Views hold until the next frame.
 */
export interface Frame {
  /** How many samples took a step. */
  readonly rows: number;
  /** The place in the batch of the sample in a row. */
  sampleOf(row: number): number;
  /** The step that the row's sample has just taken, from 1. */
  stepOf(row: number): number;
  /** The read-out's values summed over the sample's steps so far. */
  scores(row: number): Float64Array;
  /** The spikes of this step: 0 or 1, negative for signed neurons, more than 1 for bursts. `node` is a neuron. */
  spikes(node: string, row: number): Int32Array;
  /** How many spikes that is, negative ones counted as well; for engines that know without writing them all out. */
  spikeCount?(node: string, row: number): number;
  /** The work of this step at the synapses of `node`, a `conv2d`, `dense` or `scale`. */
  operations(node: string, row: number): Operations;
  /** Ends the row's sample: nothing more is computed for it. */
  stop(row: number): void;
}

/** How a spiking network is run. */
export interface RunOptions {
  /** T, the most steps a sample takes, from 1 to 65,536. */
  readonly steps: number;
  readonly encoder: Encoder;
  /** The seed of all randomness, a whole number from 0 to 2^32 - 1. */
  readonly seed: number;
  /**
   * The share of spikes that get lost on their way out of every layer of neurons, from 0 to below 1; those that arrive weigh
   * 1 / (1 - share). Drawn by (seed, sample, step, layer). For calibration: with it, margins are learnt that hold with noise.
   *
   * @defaultValue 0
   */
  readonly dropout?: number;
  /**
   * The first step after which the caller may stop a sample, from 1 to `steps`. A hint, which changes no result: until then an
   * engine may compute steps together. `steps` where none is stopped.
   *
   * @defaultValue 1
   */
  readonly firstStop?: number;
}

/** Sees the output of every node for one sample of an ANN pass. The view holds until the call ends. */
export type Observe = (node: string, values: ArrayLike<number>, sample: number) => void;

/** A network made ready to run by an engine. */
export interface Program {
  readonly network: Network;
  /**
   * Evaluates an ANN.
   *
   * @returns the read-out of every sample, `[batch.size, classes]`
   */
  infer(batch: Batch, observe?: Observe): Float32Array | Promise<Float32Array>;
  /** Runs a spiking network over time. Leaving the loop stops all work. */
  run(batch: Batch, options: RunOptions): Iterable<Frame> | AsyncIterable<Frame>;
  /** Frees what the engine holds for this network. */
  dispose(): void;
}

/** Something that runs networks. All engines give the spikes of the reference engine. */
export interface Engine {
  readonly name: string;
  /** Checks the network and makes it ready. */
  compile(network: Network): Promise<Program>;
}
