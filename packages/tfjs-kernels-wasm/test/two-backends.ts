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
    expectClose(actual[output], values);
  });
}

/** Expects values to agree within a share of the largest. */
export function expectClose(actual: ArrayLike<number>, expected: Float32Array, share = 1e-5): void {
  const scale = expected.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
  expect(scale, 'a comparison of zeros proves nothing').toBeGreaterThan(0);
  expect(actual).toBeAllClose(expected, { relative: 0, absolute: share * scale });
}

/** Uniform numbers from -1 to 1, equal for equal seeds. */
export const random = (shape: number[], seed: number): tf.Tensor => tf.randomUniform(shape, -1, 1, 'float32', seed);

/**
 * Expects the gradient of `sum(weights · compute(x))` to be that of central differences, at some places of x.
 *
 * @param step - how far apart; the error of float32 sums is divided by it
 */
export function expectNumericalGradient(compute: (x: tf.Tensor) => tf.Tensor, x: tf.Tensor, step = 1e-2): void {
  tf.tidy(() => {
    const weights = random(compute(x).shape, 99);
    const gradient = tf
      .grad((input: tf.Tensor) => tf.sum(tf.mul(weights, compute(input))))(x)
      .dataSync<'float32'>();
    const scale = gradient.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
    expect(scale, 'a comparison of zeros proves nothing').toBeGreaterThan(0);
    const values = x.dataSync<'float32'>();
    const [product, at] = [weights.dataSync<'float32'>(), Math.max(1, Math.floor(values.length / 17))];
    const outputAt = (moved: Float32Array): number => {
      const output = compute(tf.tensor(moved, x.shape)).dataSync<'float32'>();
      return output.reduce((sum, value, place) => sum + value * product[place], 0);
    };
    for (let place = 0; place < values.length; place += at) {
      const [up, down] = [values.slice(), values.slice()];
      up[place] += step;
      down[place] -= step;
      const slope = (outputAt(up) - outputAt(down)) / (up[place] - down[place]);
      expect(Math.abs(gradient[place] - slope), `gradient at ${place}`).toBeLessThan(2e-3 * Math.max(1, scale));
    }
  });
}
