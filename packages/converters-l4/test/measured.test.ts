import { l4 } from '@spikewright/converters-l4';
import type { Calibration } from '@spikewright/snn-core';
import { describe, expect, test } from 'vitest';
import { batch, calibration, convert, dense, input, network, rejection, relu, weights } from './tiny.js';

const C = l4({ rule: 'sigma', clamp: null });

describe('sigma', () => {
  test('sigma gives all neurons of a layer the same deviation: A8, Bernoulli', async () => {
    const golden = network(
      input(4),
      dense('hidden', 'input', [
        [3, 1],
        [4, 1],
        [0, 1],
        [0, 1],
      ]), // biome-ignore format: a table
      relu('relu', 'hidden'),
      dense('scores', 'relu', [[1], [1]]),
    );
    // Mean rates .1, .2, .3, .4: q = (1.835756, 0.836660), c = sqrt(q1 q2), s = (sqrt(q2 / q1), sqrt(q1 / q2)).
    const s = Math.sqrt(0.83666 / 1.835756);
    const samples = [batch([0.2, 0.4, 0, 0.4]), batch([0, 0, 0.6, 0.4])];
    const adjusted = await convert(C, golden, ...samples);
    expect(weights(adjusted, 'hidden').slice(0, 2)).toBeAllClose([3 * s, 1 / s], { relative: 2e-6 });
    expect(weights(adjusted, 'scores')).toBeAllClose([1 / s, s], { relative: 2e-6 });
  });

  test('sigma takes hidden rates as mean activations divided by the largest of the layer', async () => {
    const two = network(
      input(2),
      dense('one', 'input', [
        [1, 0],
        [0, 1],
      ]), // biome-ignore format: a table
      relu('r1', 'one'),
      dense('two', 'r1', [
        [1, 0],
        [0, 1],
      ]), // biome-ignore format: a table
      relu('r2', 'two'),
      dense('scores', 'r2', [[1], [1]]),
    );
    // Input means (0.5, 0.1), first layer: q² = (0.25, 0.09), q = (0.5, 0.3), c = sqrt(0.15), s = (sqrt(0.6), sqrt(5 / 3)).
    // Then means (0.5, 0.1) s = (0.387298, 0.129099), largest (0.8, 0.2) s = (0.619677, 0.258199): λ = 0.619677.
    // m (λ - m) = (0.090000, 0.063333); weights 1 / s = (1.290994, 0.774597):
    // q = (0.387298, 0.194936), c = 0.274768, s = (0.709447, 1.409528).
    const adjusted = await convert(C, two, batch([0.8, 0.2], [0.2, 0]));
    expect(weights(adjusted, 'one')).toBeAllClose([0.774597, 0, 0, 1.290994], { relative: 2e-6 });
    expect(weights(adjusted, 'two')).toBeAllClose([1.290994 * 0.709447, 0, 0, 0.774597 * 1.409528], { relative: 2e-5 });
    expect(weights(adjusted, 'scores')).toBeAllClose([1 / 0.709447, 1 / 1.409528], { relative: 2e-5 });
  });

  test('sigma takes the input through flatten as rates', async () => {
    const image = network(
      input(1, 1, 2),
      { op: 'flatten', name: 'flat', inputs: ['input'] },
      dense('one', 'flat', [
        [1, 0],
        [0, 1],
      ]), // biome-ignore format: a table
      relu('r1', 'one'),
      dense('scores', 'r1', [[1], [1]]),
    );
    // Rates (0.5, 0.1): q = (0.5, 0.3), as above.
    const adjusted = await convert(C, image, batch([0.5, 0.1]));
    expect(weights(adjusted, 'one')).toBeAllClose([Math.sqrt(0.6), 0, 0, Math.sqrt(5 / 3)]);
  });
});

describe('the largest activation', () => {
  const ann = network(
    input(1),
    dense('one', 'input', [[1, 4, -1]]),
    relu('r', 'one'),
    dense('two', 'r', [[1], [1], [1]]),
  );

  test('norm max makes the largest activation of every channel the same; a silent one is left', async () => {
    // Activations 2 and 8: c = 4, s = 2, 1/2.
    const adjusted = await convert(l4({ norm: 'max' }), ann, batch([0.5], [2]), batch([1]));
    expect(weights(adjusted, 'one')).toEqual([2, 2, -1]);
    expect(weights(adjusted, 'two')).toEqual([0.5, 2, 1]);
  });

  test('measuring refuses calibration without samples, and frees the engine', async () => {
    const rule = new RangeError('Cannot measure activations: calibration must hold at least 1 sample: 0 given');
    for (const options of [{ norm: 'max' }, { rule: 'sigma' }] as const) {
      let open = 0;
      const close = () => {
        open -= 1;
      };
      const { engine, batches } = calibration();
      const counted: Calibration = {
        batches,
        engine: {
          ...engine,
          compile: async (network) => {
            const program = await engine.compile(network);
            open += 1;
            return { ...program, dispose: close };
          },
        },
      };
      expect(await rejection(() => l4(options).convert(ann, counted))).toEqual(rule);
      expect(open).toBe(0);
    }
  });
});

test('rule A reads no calibration data', async () => {
  const ann = network(input(1), dense('one', 'input', [[1, 4]]), relu('r', 'one'), dense('two', 'r', [[1], [1]]));
  expect(weights(await convert(l4(), ann), 'one')).toEqual([2, 2]);
});
