import type { Batch, Engine, Frame } from '../engine/engine.js';
import type { Json } from '../json.js';
import type { Network } from '../network/network.js';

/** What every plugin says of itself. A plugin is an object literal; `definePlugin` is sugar. */
export interface Plugin<Role extends string = string> {
  readonly role: Role;
  /** The version of the role's contract. */
  readonly spec: 1;
  /** The name it is found by when a manifest is read. */
  readonly name: string;
  /** Every option with its value, defaults written out. */
  readonly options: Readonly<Record<string, Json>>;
}

/** Samples that a plugin may look at before the run, and the engine to look with. */
export interface Calibration {
  /** Starts over at each call. */
  batches(): AsyncIterable<Batch>;
  readonly engine: Engine;
}

/** Turns a network into another; pure: the given network is not changed. */
export interface Converter extends Plugin<'converter'> {
  /** @returns the new network */
  convert(network: Network, calibration: Calibration): Promise<Network>;
}

/** Writes the input of one step of one sample. Pure in (seed, sample, step). */
export type Encode = (image: Float32Array, sample: number, step: number, into: Float64Array) => void;

/** Turns samples into input over time. */
export interface Encoder extends Plugin<'encoder'> {
  /** `constant`: the same analog values in every step. `spikes`: 0 or 1, and steps differ. */
  readonly output: 'constant' | 'spikes';
  /** `sample` is the sample's place in the data set, `step` counts from 1. */
  start(seed: number): Encode;
}

/** Adjusts a converted network by looking at its spikes. */
export interface Tuner extends Plugin<'tuner'> {
  /** @returns the adjusted network; the given one is not changed */
  tune(network: Network, calibration: Calibration): Promise<Network>;
}

/** Where scores come from. What was learnt from scores holds for scores from the same source. */
export interface ScoreSource {
  /** SHA-256 of the network's nodes, in hexadecimal; what is known beside them does not count. */
  readonly network: string;
  /** Name and options of the encoder, as canonical JSON. */
  readonly encoder: string;
  /** T, the most steps of a sample. */
  readonly steps: number;
}

/** The scores of calibration samples after every step: the read-out's values summed over the steps so far. */
export interface Recording extends ScoreSource {
  readonly classes: number;
  /** `[samples, steps, classes]` */
  readonly scores: Float64Array;
  readonly labels: Int32Array;
}

/** Decides, sample by sample, when the answer is safe. */
export interface CutoffPolicy extends Plugin<'cutoff'> {
  /** The share of spikes that get lost while the recording for `fit` is made. @defaultValue 0 */
  readonly dropout?: number;
  /** What is learnt from a recording; absent where there is nothing to learn. */
  fit?(recording: Recording): Json;
  /**
   * Looks at each frame and calls `frame.stop(row)`. `fitted` is what `fit` returned, or null.
   *
   * @throws TypeError if `fitted` was learnt from another source
   */
  start(fitted: Json, source: ScoreSource): (frame: Frame) => void;
  /**
   * The first step after which what `start` returns may stop a sample, where that is known: engines are faster until then.
   *
   * @returns from 1 to `source.steps`
   */
  firstStop?(fitted: Json, source: ScoreSource): number;
}

/** A metric at work. */
export interface MetricRun {
  /** Sees what a step did. */
  observe(frame: Frame): void;
  /** What was measured, once the run is over. */
  report(): Json;
}

/** Measures a run. */
export interface Metric extends Plugin<'metric'> {
  /** Begins a run: `observe` sees every frame, `report` says what came of it. */
  start(network: Network): MetricRun;
}
