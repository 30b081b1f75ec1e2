import { tensorsOf } from './parameters.js';
import type { StepResult } from './step.js';
import type { Task } from './task.js';

/** Arrays by name, one after another in memory that threads share. */
export type SharedArrays = Readonly<Record<string, Float32Array>>;

/** What a thread puts in front of its gradients and statistics. */
const FIGURES = ['loss', 'penalty', 'correct'] as const;

/** How many numbers go back and forth. */
interface Lengths {
  readonly parameters: Readonly<Record<string, number>>;
  readonly results: Readonly<Record<string, number>>;
}

/** Works out what is shared for a task. */
export function sharedLengths({ parameters, network }: Pick<Task, 'parameters' | 'network'>): Lengths {
  const lengths = (tensors: Record<string, { data: Float32Array }>): Record<string, number> =>
    Object.fromEntries(Object.entries(tensors).map(([name, { data }]) => [name, data.length]));
  const statistics = lengths(tensorsOf(network, ['mean', 'variance']));
  const figures = Object.fromEntries(FIGURES.map((name) => [name, 1]));
  return { parameters: lengths(parameters), results: { ...figures, ...lengths(parameters), ...statistics } };
}

/** Memory for so many numbers. */
export const sharedMemory = (lengths: Readonly<Record<string, number>>): SharedArrayBuffer =>
  new SharedArrayBuffer(4 * Object.values(lengths).reduce((sum, length) => sum + length, 0));

/** The arrays in a memory. */
export function sharedArrays(memory: SharedArrayBuffer, lengths: Readonly<Record<string, number>>): SharedArrays {
  let offset = 0;
  return Object.fromEntries(
    Object.entries(lengths).map(([name, length]) => {
      const array = new Float32Array(memory, offset, length);
      offset += 4 * length;
      return [name, array];
    }),
  );
}

/** Writes a result where another thread reads it. */
export function writeResult(result: StepResult, into: SharedArrays): void {
  for (const figure of FIGURES) into[figure][0] = result[figure];
  const arrays = { ...result.gradients, ...result.statistics };
  for (const [name, values] of Object.entries(arrays)) into[name].set(values);
}

/**
 * The mean of results over the samples, and the sum of right answers. Goes through the threads in their order, so that
 * rounding does not depend on which was ready first.
 *
 * @param sizes - samples of each thread
 */
export function meanResult(results: readonly SharedArrays[], sizes: readonly number[], task: Task): StepResult {
  const samples = sizes.reduce((sum, size) => sum + size, 0);
  const mean = (name: string): Float32Array => {
    const sum = new Float32Array(results[0][name].length);
    results.forEach((result, thread) => {
      const [values, weight] = [result[name], sizes[thread] / samples];
      for (let i = 0; i < sum.length; i++) sum[i] += weight * values[i];
    });
    return sum;
  };
  const all = (names: readonly string[]): Record<string, Float32Array> =>
    Object.fromEntries(names.map((name) => [name, mean(name)]));
  return {
    loss: mean('loss')[0],
    penalty: mean('penalty')[0],
    correct: results.reduce((sum, { correct }) => sum + correct[0], 0),
    gradients: all(Object.keys(task.parameters)),
    statistics: all(Object.keys(tensorsOf(task.network, ['mean', 'variance']))),
  };
}
