import type { AnnResponse, SpikingResponse } from '@spikewright/training';
import { tensor, tensor2d, tensor3d } from '@tensorflow/tfjs-core';

/** Scores by which the samples of class 0 that are marked are answered rightly. */
const answers = (right: readonly boolean[]): number[][] => right.map((isRight) => (isRight ? [1, 0] : [0, 1]));

/** What an ANN gave: for each layer its pre-activations, `[batch, features]`. */
export function ann(layers: Record<string, number[][]>, right: readonly boolean[]): AnnResponse {
  const preactivations = Object.fromEntries(Object.entries(layers).map(([name, z]) => [name, tensor2d(z)]));
  return { kind: 'ann', outputs: {}, preactivations, scores: tensor2d(answers(right)) };
}

/**
 * What a spiking network gave: for each layer the responses r of each step, `[steps, batch, features]`. A whole 1 is a spike,
 * what is left is potential; answers are given for each step.
 */
export function spiking(layers: Record<string, number[][][]>, right: readonly boolean[][]): SpikingResponse {
  const shape = (r: number[][][]): [number, number, number] => [r.length, r[0].length, r[0][0].length];
  const part = (of: (value: number) => number) =>
    Object.fromEntries(Object.entries(layers).map(([name, r]) => [name, tensor(r.flat(2).map(of), shape(r))]));
  const spikes = part((value) => (value >= 1 ? 1 : 0));
  const potentials = part((value) => (value >= 1 ? value - 1 : value));
  return { kind: 'spiking', spikes, potentials, scores: tensor3d(right.map(answers)) };
}

/** A value at each of some steps and samples. */
export const times = <T>(count: number, value: T): T[] => new Array<T>(count).fill(value);
