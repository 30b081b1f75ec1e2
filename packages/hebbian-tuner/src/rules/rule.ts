import type { Node } from '@spikewright/snn-core';
import type { Layer } from '../layer.js';

/** One step of one sample, as a layer lived it. */
export interface Sight {
  /** The place of the sample in its group. */
  readonly sample: number;
  /** From 1. */
  readonly step: number;
  /** What the layer sent. */
  readonly spikes: Int32Array;
  /** What a node with weights of the layer received. */
  received(node: string): ArrayLike<number>;
}

/** What a group of samples teaches a layer. */
export interface Lesson {
  see(sight: Sight): void;
  /** @returns the nodes that take the place of those of their names */
  learnt(): readonly Node[];
}

/** A group of samples, and what the neurons should do. */
export interface Group {
  readonly samples: number;
  /** T, the steps that are seen. */
  readonly steps: number;
  /** a, the rates of the neurons in the long run, in spikes a step. */
  target(sample: number): ArrayLike<number>;
}

/** Begins with a layer as it was before any change, and gives a lesson for each group of samples. */
export type Rule = (original: Layer) => (current: Layer, group: Group) => Lesson;
