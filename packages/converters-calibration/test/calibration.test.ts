import { type CalibrationOptions, calibration } from '@spikewright/converters-calibration';
import { type Batch, chain, type Network, type Node, referenceEngine } from '@spikewright/snn-core';
import { averageMaxPooling } from '@spikewright/snn-core/convert';
import { tinyBatch, tinyNetworks } from '@spikewright/testkit';
import { describe, expect, test } from 'vitest';
import {
  batch,
  calibrationOf,
  convert,
  dense,
  find,
  input,
  network,
  rejection,
  relu,
  tensor,
} from '../../../test/hand-built.js';

// a = x where x is above 0.
const one: Network = network(input(1), dense('one', 'input', [[1]]), relu('a', 'one'), dense('out', 'a', [[1, -1]]));

/** λ of a network calibrated on batches, nothing corrected. */
async function lambdas(options: CalibrationOptions, whole: Network, ...batches: Batch[]) {
  return (await convert(calibration({ bias: false, ...options }), whole, ...batches)).meta.lambda!;
}

describe('options', () => {
  test('calibration writes out its defaults, the light form', () => {
    expect(calibration().options).toEqual({
      steps: 16,
      thresholds: 'mmse',
      percentile: 99.9,
      scope: 'channel',
      bias: true,
      potentials: false,
      initial: 0.5,
    });
    expect([calibration().name, calibration().role]).toEqual(['calibration', 'converter']);
  });

  test.each<[unknown, string]>([
    [{ steps: 0 }, 'steps'],
    [{ steps: 1.5 }, 'steps'],
    [{ steps: 65_537 }, 'steps'],
    [{ thresholds: 'max' }, 'thresholds'],
    [{ percentile: 101 }, 'percentile'],
    [{ percentile: Number.NaN }, 'percentile'],
    [{ scope: 'neuron' }, 'scope'],
    [{ bias: 1 }, 'bias'],
    [{ potentials: 'yes' }, 'potentials'],
    [{ initial: 1 }, 'initial'],
    [{ initial: -0.1 }, 'initial'],
    [{ momentum: 0.9 }, 'momentum'],
  ])('calibration refuses the options %j', (given, key) => {
    const message = expect.stringMatching(`^Cannot use options of calibration: .*: '${key}'$`);
    expect(() => calibration(given as CalibrationOptions)).toThrow(
      expect.objectContaining({ name: 'OptionsError', message }),
    );
  });
});

describe('thresholds by hand', () => {
  test('calibration takes the θ with which T steps show the activations best', async () => {
    // T = 1 shows 0 or θ. θ = 1: 0 + 2 (1/2)² = 1/2; θ = 1/2: (1/2)² + 0 = 1/4; 0.49: 0.51² + 2 · 0.01² = 0.2603.
    expect(await lambdas({ steps: 1 }, one, batch([1], [0.5], [0.5], [-3]))).toEqual({ a: [0.5] });
    // T = 2 shows 0, θ/2 and θ: θ = 1 shows all of them.
    expect(await lambdas({ steps: 2 }, one, batch([1], [0.5], [0.5]))).toEqual({ a: [1] });
  });

  test('calibration shows the largest activation without error, whatever the rounding of θ / T', async () => {
    // x / (x / 7) is 6.999... in float64, x · 7 / x is 7.
    const x = Math.fround(0.12);
    expect(x / (x / 7)).toBeLessThan(7);
    expect(await lambdas({ steps: 7 }, one, batch([x]))).toEqual({ a: [x] });
  });

  test('calibration takes the larger θ where two are as good', async () => {
    // T = 1. θ = 1: (1/2)²; θ = 1/2: (1/2)².
    expect(await lambdas({ steps: 1 }, one, batch([1], [0.5]))).toEqual({ a: [1] });
  });

  test('calibration tries thresholds down to 0.06 of the largest activation', async () => {
    // T = 1, one of 100 and 5,000 of 4: θ = 4 would be best; 6 shows 0 for 4: error 94² + 5000 · 16; 100: 5000 · 16.
    // None of the candidates is at most 4, so the largest is best.
    const few = batch([100], ...Array.from({ length: 5000 }, () => [4]));
    expect(await lambdas({ steps: 1 }, one, few)).toEqual({ a: [100] });
    // 5,000 of 6: θ = 6 has 94² alone.
    const more = batch([100], ...Array.from({ length: 5000 }, () => [6.001]));
    expect((await lambdas({ steps: 1 }, one, more)).a).toBeAllClose([6], { relative: 1e-9 });
  });

  test('calibration averages over batches; one in which a channel is silent does not count', async () => {
    const [half, whole, silent] = [batch([1], [0.5], [0.5]), batch([1]), batch([-1], [0])];
    // 0.5, then 0.9 · 0.5 + 0.1 · 1.
    expect((await lambdas({ steps: 1 }, one, silent, half, silent, whole, silent)).a).toBeAllClose([0.55]);
  });

  test('calibration by channel takes θ of each channel, by layer one of all values', async () => {
    const two = network(
      input(1),
      dense('one', 'input', [[4, 1, -1]]),
      relu('a', 'one'),
      dense('out', 'a', [[1], [1], [1]]),
    );
    // The third channel is silent and takes the largest θ of the layer.
    expect(await lambdas({}, two, batch([1]))).toEqual({ a: [4, 1, 4] });
    expect(await lambdas({ scope: 'layer', steps: 4 }, two, batch([1]))).toEqual({ a: [4] });
  });

  test('calibration by percentile takes that of the activations above 0', async () => {
    const options = { thresholds: 'percentile', percentile: 100 } as const;
    expect(await lambdas(options, one, batch([1], [3], [-5]))).toEqual({ a: [3] });
    expect((await lambdas({ ...options, percentile: 50 }, one, batch([1], [3], [-5]))).a[0]).toBeLessThan(1.01);
    const two = network(input(1), dense('one', 'input', [[4, 1]]), relu('a', 'one'), dense('out', 'a', [[1], [1]]));
    expect(await lambdas(options, two, batch([1]))).toEqual({ a: [4, 1] });
    expect(await lambdas({ ...options, scope: 'layer' }, two, batch([1]))).toEqual({ a: [4] });
  });

  test('calibration never lets θ pass the bound of a clip or QCFS layer', async () => {
    for (const op of ['clip', 'qcfs'] as const) {
      const node = { op, name: 'bounded', inputs: ['one'], lambda: 0.3, levels: 4 } as Node;
      const bounded = network(input(1), dense('one', 'input', [[1]]), node, dense('out', 'bounded', [[1]]));
      for (const thresholds of ['mmse', 'percentile'] as const) {
        const { bounded: found } = await lambdas({ thresholds }, bounded, batch([2], [3]), batch([2]), batch([3]));
        expect(found).toBeAllClose([0.3], { relative: 1e-6 });
        expect(found[0]).toBeLessThanOrEqual(0.3);
      }
    }
  });
});

describe('corrections', () => {
  // Activations 0.6 and 0.6, θ = λ = 0.6 in one step: currents of 1; from θ/2 each neuron fires once.
  const data = batch([0.6], [0.6]);

  test('calibration corrects nothing where rates are right', async () => {
    const spiking = await convert(calibration({ steps: 1, potentials: true }), one, data);
    expect([...find(spiking, 'one', 'dense').bias!.data]).toBeAllClose([0], { absolute: 1e-6 });
    expect([...find(spiking, 'a', 'neuron').initial.data]).toBeAllClose([0.5], { absolute: 1e-6 });
  });

  test('calibration corrects biases, or potentials, or both, or neither', async () => {
    const { deep } = tinyNetworks();
    const samples = tinyBatch(deep, 6);
    const parts = async (options: CalibrationOptions) => {
      const spiking = await convert(calibration({ steps: 2, ...options }), deep, samples);
      return { bias: find(spiking, 'conv2', 'conv2d').bias!.data, start: find(spiking, 'relu2', 'neuron').initial };
    };
    const neither = await parts({ bias: false });
    const [light, advanced, both] = [
      await parts({}),
      await parts({ bias: false, potentials: true }),
      await parts({ potentials: true }),
    ];
    expect(neither.start).toEqual(tensor([], [0.5]));
    expect(light.start).toEqual(neither.start);
    expect(light.bias).not.toEqual(neither.bias);
    expect(advanced.bias).toEqual(neither.bias);
    // One of each of the 6 x 6 x 3 neurons.
    expect(advanced.start.shape).toEqual([108]);
    expect(both.bias).toEqual(light.bias);
    expect(both.start).not.toEqual(advanced.start);
  });

  test('calibration starts where it is told', async () => {
    const spiking = await convert(calibration({ initial: 0.25 }), one, data);
    expect(find(spiking, 'a', 'neuron').initial).toEqual(tensor([], [0.25]));
  });
});

describe('warnings and refusals', () => {
  test('calibration gives λ 1 to a layer that never was active, and says what to do', async () => {
    const silent = network(input(1), dense('one', 'input', [[-1]]), relu('a', 'one'), dense('out', 'a', [[1]]));
    for (const options of [{}, { scope: 'layer' }, { thresholds: 'percentile', potentials: true }] as const) {
      const { meta } = await convert(calibration(options), silent, batch([1], [2]));
      expect(meta).toEqual({
        lambda: { a: [1] },
        notes: ["calibration: 'a' was never active on the calibration data; its λ is 1: give more samples"],
      });
    }
  });

  test('calibration gives a bounded layer that never was active its bound where that is below 1', async () => {
    const clip: Node = { op: 'clip', name: 'a', inputs: ['one'], lambda: 0.5 };
    const silent = network(input(1), dense('one', 'input', [[-1]]), clip, dense('out', 'a', [[1]]));
    for (const thresholds of ['mmse', 'percentile'] as const) {
      const { meta } = await convert(calibration({ thresholds }), silent, batch([1], [2]));
      expect(meta.lambda).toEqual({ a: [0.5] });
      expect(meta.notes).toEqual([
        "calibration: 'a' was never active on the calibration data; its λ is 0.5: give more samples",
      ]);
    }
  });

  test('calibration warns of a single image', async () => {
    const { meta } = await convert(calibration(), one, batch([1]));
    expect(meta.notes).toEqual([
      "calibration: 1 of 1 calibration samples keep the ANN's answer in 16 steps: give more samples",
    ]);
  });

  test('calibration warns where T steps are too few for the answers of the ANN', async () => {
    const { deep } = tinyNetworks(2);
    const samples = tinyBatch(deep, 16);
    const { meta } = await convert(calibration({ steps: 1, bias: false }), deep, samples);
    expect(meta.notes).toEqual([expect.stringMatching(/^calibration: \d+ of 16 .* in 1 steps: give more steps/)]);
    expect((await convert(calibration({ steps: 64 }), deep, samples)).meta.notes).toBeUndefined();
  });

  test('calibration refuses max pooling and names the node, and takes it averaged', async () => {
    const { maxPool } = tinyNetworks();
    const samples = tinyBatch(maxPool, 4);
    const refused = await rejection(() => convert(calibration(), maxPool, samples));
    expect(refused).toBeInstanceOf(TypeError);
    expect(refused.message).toMatch(/^Cannot convert node 'pool': .*averageMaxPooling\(\) first$/);
    const { nodes, meta } = await convert(chain(averageMaxPooling(), calibration()), maxPool, samples);
    expect(nodes.find(({ name }) => name === 'pool')!.op).toBe('avgPool2d');
    expect(meta.notes![0]).toBe("max pooling 'pool' became average pooling, which the ANN was not trained with");
  });

  test.each<[string, Network, string]>([
    ['a network without activations', network(input(1), dense('out', 'input', [[1]])), "Cannot convert node 'out': "],
    [
      'softmax before the end',
      network(input(1), { op: 'softmax', name: 'soft', inputs: ['input'] }, relu('a', 'soft')),
      "Cannot convert node 'soft': softmax",
    ],
  ])('calibration refuses %s', async (_what, given, start) => {
    const refused = await rejection(() => convert(calibration(), given, batch([1])));
    expect(refused).toBeInstanceOf(TypeError);
    expect(refused.message.startsWith(start)).toBe(true);
  });

  test('calibration refuses data without samples', async () => {
    expect(await rejection(() => convert(calibration(), one))).toEqual(
      new RangeError('Cannot find thresholds: calibration must hold at least 1 sample: 0 given'),
    );
    expect(await rejection(() => convert(calibration({ thresholds: 'percentile' }), one))).toBeInstanceOf(RangeError);
  });
});

test('calibration frees what it compiled, also where it fails', async () => {
  let alive = 0;
  const dispose = (): void => {
    alive -= 1;
  };
  const { name, compile } = referenceEngine();
  const engine = {
    name,
    compile: async (whole: Network) => {
      alive += 1;
      return { ...(await compile(whole)), dispose };
    },
  };
  await calibration({ potentials: true }).convert(one, calibrationOf(engine, batch([1], [2])));
  await rejection(() => calibration().convert(one, calibrationOf(engine)));
  await rejection(() => calibration().convert(one, calibrationOf(engine, batch([1, 2]))));
  expect(alive).toBe(0);
});
