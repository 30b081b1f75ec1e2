import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'vitest';

/** Runs the same computation on the cpu and the wasm back end and expects it to agree within 1e-5 of its largest value. */
export async function expectSameOnBothBackends(compute: () => tf.Tensor[]): Promise<void> {
  const results: Float32Array[][] = [];
  for (const backend of ['cpu', 'wasm']) {
    await tf.setBackend(backend);
    const outputs = tf.tidy(compute);
    results.push(outputs.map((output) => output.dataSync() as Float32Array));
    tf.dispose(outputs);
  }
  const [expected, actual] = results;
  expect(actual.map(({ length }) => length)).toEqual(expected.map(({ length }) => length));
  expected.forEach((values, output) => {
    const scale = values.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
    expect(scale, 'a comparison of zeros proves nothing').toBeGreaterThan(0);
    expect(actual[output]).toBeAllClose(values, { relative: 0, absolute: 1e-5 * scale });
  });
}

/** Uniform numbers from -1 to 1, equal for equal seeds. */
export const random = (shape: number[], seed: number): tf.Tensor => tf.randomUniform(shape, -1, 1, 'float32', seed);
