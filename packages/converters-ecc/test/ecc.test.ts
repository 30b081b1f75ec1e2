import { type EccOptions, ecc } from '@spikewright/converters-ecc';
import { direct, type Network, referenceEngine, regular } from '@spikewright/snn-core';
import { isActivation } from '@spikewright/snn-core/convert';
import { tinyBatch, tinyNetworks } from '@spikewright/testkit';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  batch,
  convert,
  dense,
  find,
  input,
  kernel,
  network,
  pairs,
  plain,
  rejection,
  run,
  tensor,
  threshold,
} from './tiny.js';

// Activations of 'a': 4 x and x; of 'b': their sum less 1.
const ann = network(
  input(1),
  dense('one', 'input', [[4, 1]]),
  plain('relu', 'a', 'one'),
  dense('two', 'a', [[1], [1]], [-1]),
  plain('relu', 'b', 'two'),
  dense('out', 'b', [[2, -2]], [1, 3]),
);
const samples = batch([0.5], [1], [0]);

describe('options', () => {
  test('ecc writes out its defaults', () => {
    expect(ecc().options).toEqual({
      percentile: 100,
      scope: 'layer',
      initial: 0.5,
      amplification: 1,
      bits: 0,
      pooling: 'spiking',
      readout: 'current',
    });
    expect([ecc().name, ecc().role, ecc.pluginName]).toEqual(['ecc', 'converter', 'ecc']);
  });

  test.each<[unknown, string]>([
    [{ percentile: 101 }, 'percentile'],
    [{ percentile: -1 }, 'percentile'],
    [{ percentile: Number.NaN }, 'percentile'],
    [{ initial: 1 }, 'initial'],
    [{ initial: -0.1 }, 'initial'],
    [{ amplification: 0 }, 'amplification'],
    [{ amplification: Number.POSITIVE_INFINITY }, 'amplification'],
    [{ bits: 1 }, 'bits'],
    [{ bits: 17 }, 'bits'],
    [{ bits: 7.5 }, 'bits'],
    [{ bits: '8' }, 'bits'],
    [{ pooling: 'max' }, 'pooling'],
    [{ readout: 'softmax' }, 'readout'],
    [{ tau: 0.5 }, 'tau'],
  ])('ecc refuses the options %j', (given, key) => {
    const message = expect.stringMatching(`^Cannot use options of ecc: .*: '${key}'$`);
    expect(() => ecc(given as EccOptions)).toThrow(expect.objectContaining({ name: 'OptionsError', message }));
  });
});

describe('current normalisation', () => {
  test('ecc takes the largest activation of a layer over all batches', async () => {
    const spiking = await convert(ecc(), ann, batch([0.5]), batch([1], [0]));
    // x = 1: a = (4, 1), b = 4.
    expect(spiking.meta.lambda).toEqual({ a: [4], b: [4] });
    expect(kernel(spiking, 'one')).toEqual([1, 0.25]);
    expect(kernel(spiking, 'two')).toEqual([1, 1]);
    expect(kernel(spiking, 'out')).toEqual([8, -8]);
    expect(find(spiking, 'b', 'neuron')).toEqual({
      op: 'neuron',
      name: 'b',
      inputs: ['two'],
      threshold: tensor([], [1]),
      initial: tensor([], [0.5]),
      reset: 'subtract',
      fires: '>=',
      leak: 1,
      levels: [0, 1],
    });
    expect(spiking.meta.notes).toBeUndefined();
  });

  test('ecc with a percentile leaves out the activations above it', async () => {
    const one = network(input(1), plain('relu', 'a', 'input'), dense('out', 'a', [[1]]));
    const many = batch(...Array.from({ length: 100 }, (_, i) => [(i + 1) / 100]));
    const { meta } = await convert(ecc({ percentile: 90 }), one, many);
    expect(meta.lambda!.a).toBeAllClose([0.9], { relative: 0.004 });
  });

  test('ecc by channel takes the largest value of each; one that never was active takes the largest of the layer', async () => {
    // x = 0.5 and 1 by 2, 1 and -1: channels reach 2, 1 and 0
    const wide = network(
      input(1),
      dense('w', 'input', [[2, 1, -1]]),
      plain('relu', 'a', 'w'),
      dense('out', 'a', [[1], [1], [1]]),
    );
    const { meta } = await convert(ecc({ scope: 'channel' }), wide, batch([0.5], [1]));
    expect(meta.lambda!.a).toEqual([2, 1, 2]);
  });

  test('ecc by channel lets layers that meet in an addition share λ channel by channel', async () => {
    // y = x (1, 2) and z = x (3, 1) add up to (4, 3) at x = 1
    const residual = network(
      input(1),
      dense('v', 'input', [[1, 2]]),
      plain('relu', 'y', 'v'),
      dense('w', 'input', [[3, 1]]),
      plain('relu', 'z', 'w'),
      plain('add', 'sum', 'y', 'z'),
      dense('out', 'sum', [[1], [1]]),
    );
    const spiking = await convert(ecc({ scope: 'channel' }), residual, batch([0.5], [1]));
    expect(spiking.meta.lambda).toEqual({ y: [4, 3], z: [4, 3] });
    expect(spiking.nodes.some(({ op }) => op === 'scale')).toBe(false);
  });

  test('ecc starts neurons at τ θ', async () => {
    const spiking = await convert(ecc({ initial: 0.25 }), ann, samples);
    expect(find(spiking, 'a', 'neuron').initial).toEqual(tensor([], [0.25]));
  });

  test('ecc gives λ 1 to a layer that never was active, and notes it', async () => {
    const silent = network(
      input(1),
      dense('one', 'input', [[-1]]),
      plain('relu', 'a', 'one'),
      dense('out', 'a', [[1]]),
    );
    const { meta } = await convert(ecc(), silent, samples);
    expect(meta).toEqual({
      lambda: { a: [1] },
      notes: ["ecc: 'a' was never active on the calibration data; its λ is 1: give more samples"],
    });
  });

  test('ecc keeps the bound of a clip', async () => {
    const bounded = (lambda: number) =>
      network(input(1), dense('one', 'input', [[3]]), { op: 'clip', name: 'a', inputs: ['one'], lambda });
    expect((await convert(ecc(), bounded(2), samples)).meta.lambda).toEqual({ a: [2] });
    expect((await convert(ecc(), bounded(0.5), batch([0], [0]))).meta.lambda).toEqual({ a: [0.5] });
  });
});

describe('average pooling', () => {
  const image = network(
    input(4, 1, 1),
    plain('relu', 'a', 'input'),
    pairs('pool', 'a'),
    plain('flatten', 'flat', 'pool'),
    dense('out', 'flat', [[1], [1]]),
  );
  // Largest: 1 of 'a', mean (1 + 0) / 2 or (0.75 + 0.5) / 2 of 'pool'.
  const images = batch([1, 0, 0.5, 0], [0.75, 0.5, 0, 0]);

  test('ecc gives average pooling of spikes neurons of its own, of θ = λ(pool) / λ(before)', async () => {
    const spiking = await convert(ecc(), image, images);
    expect(spiking.meta.lambda).toEqual({ a: [1], pool: [0.625] });
    expect(spiking.nodes.map(({ name, op }) => [name, op])).toEqual([
      ['input', 'input'],
      ['a', 'neuron'],
      ['pool/mean', 'avgPool2d'],
      ['pool', 'neuron'],
      ['flat', 'flatten'],
      ['out', 'dense'],
    ]);
    expect(threshold(spiking, 'pool')).toEqual([0.625]);
    expect(kernel(spiking, 'out')).toEqual([0.625, 0.625]);
    // T = 10, count: (10, 0, 5, 0) spikes, means 5 and 2.5: floor(5 / 0.625 + 1/2) = 8, floor(4 + 1/2) = 4.
    const { spikes } = await run(spiking, images, { steps: 10, encoder: regular(), executor: 'count' });
    expect(spikes('pool')[0]).toEqual([8, 4]);
  });

  test('ecc leaves pooling linear where it is told to', async () => {
    const spiking = await convert(ecc({ pooling: 'linear' }), image, images);
    expect(spiking.meta.lambda).toEqual({ a: [1] });
    expect(find(spiking, 'pool', 'avgPool2d').inputs).toEqual(['a']);
  });

  test('ecc leaves pooling of analog values and of the read-out linear', async () => {
    const analog = network(
      input(4, 1, 1),
      pairs('early', 'input'),
      plain('relu', 'a', 'early'),
      plain('globalAvgPool', 'late', 'a'),
      plain('softmax', 'softmax', 'late'),
    );
    const spiking = await convert(ecc(), analog, images);
    expect(Object.keys(spiking.meta.lambda!)).toEqual(['a']);
    expect(find(spiking, 'early', 'avgPool2d').inputs).toEqual(['input']);
    expect(find(spiking, 'late', 'globalAvgPool').inputs).toEqual(['a']);
  });

  test('ecc gives pooling of joined spikes one θ a channel', async () => {
    const joined = network(
      input(2, 1, 1),
      plain('relu', 'a', 'input'),
      { op: 'scale', name: 'twice', inputs: ['a'], factor: tensor([], [4]) },
      plain('relu', 'b', 'twice'),
      plain('concat', 'both', 'a', 'b'),
      pairs('pool', 'both'),
      plain('flatten', 'flat', 'pool'),
      dense('out', 'flat', [[1], [1]]),
    );
    const spiking = await convert(ecc(), joined, batch([1, 1], [0, 1]));
    // λ = 1, 4 and, for both channels of the pooling, 4: θ = 4 / 1 and 4 / 4.
    expect(spiking.meta.lambda).toEqual({ a: [1], b: [4], pool: [4] });
    expect(threshold(spiking, 'pool')).toEqual([4, 1]);
  });
});

describe('weight bits', () => {
  test('ecc cuts weights towards 0 to steps of max |W| / 2^(bits - 1), layer by layer', async () => {
    const whole = network(
      input(3),
      dense('one', 'input', [[8], [5.9], [-3.9]]),
      plain('relu', 'a', 'one'),
      dense('out', 'a', [[0]]),
    );
    // m = 8, 3 bits: steps of 2; λ = 8 · 1.
    const spiking = await convert(ecc({ bits: 3 }), whole, batch([1, 0, 0], [0, 1, 0]));
    expect(spiking.meta.lambda).toEqual({ a: [8] });
    expect(kernel(spiking, 'one')).toEqual([8 / 8, 4 / 8, -2 / 8]);
    expect(kernel(spiking, 'out')).toEqual([0]);
  });

  test('ecc with bits is the network of θ = κ / m, whatever m and κ', async () => {
    // The tool's form: trunc(W 2^q / m) / 2^q, b / m, and θ = κ / m (not m κ).
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(0.25, 1, 4), fc.constantFrom(1, 64), async (m, kappa) => {
        const rows = [[m, -m / 4], [m * 0.7, m * 0.9]]; // biome-ignore format: a table
        const given = network(
          input(2),
          dense('one', 'input', rows, [0.1, -0.2]),
          plain('relu', 'a', 'one'),
          dense('out', 'a', [[1], [1]]),
        );
        const data = batch([0.25, 0.75], [1, 0.5], [0, 1]);
        const spiking = await convert(ecc({ bits: 8, amplification: kappa }), given, data);
        const [lambda] = spiking.meta.lambda!.a;
        const inTool = (w: number): number => (kappa * (Math.trunc((Math.fround(w) * 128) / m) / 128)) / lambda;
        const nodes = spiking.nodes.map((node) => {
          if (node.name === 'one') {
            const currents = [0.1, -0.2].map((b) => (kappa * b) / (lambda * m));
            return dense('one', 'input', rows.map((row) => row.map(inTool)), currents); // biome-ignore format: short
          }
          return node.op === 'neuron' ? { ...node, threshold: tensor([], [kappa / m]) } : node;
        });
        const running = { steps: 16, encoder: regular(), executor: 'count' } as const;
        const [ours, theirs] = [await run(spiking, data, running), await run({ ...spiking, nodes }, data, running)];
        expect(ours.spikes('a')).toEqual(theirs.spikes('a'));
        expect(Math.max(...ours.spikes('a').flat())).toBe(16);
      }),
      { numRuns: 6 },
    );
  });
});

describe('read-out', () => {
  test('ecc with a counting read-out has neurons in the place of the softmax', async () => {
    const classes = network(...ann.nodes, plain('softmax', 'softmax', 'out'));
    const spiking = await convert(ecc({ readout: 'count' }), classes, samples);
    // out = 2 b + 1 = 9 at x = 1, and 3 - 2 b = 3 where b = 0.
    expect(spiking.meta.lambda).toEqual({ a: [4], b: [4], 'out/count': [9] });
    expect(spiking.nodes.slice(-2).map(({ name, op }) => [name, op])).toEqual([
      ['out/count', 'neuron'],
      ['out/count/scores', 'scale'],
    ]);
    const { scores } = await run(spiking, samples, { steps: 9, encoder: direct(), executor: 'count' });
    expect(scores[1]).toEqual([81, 0]);
  });

  test('ecc counts the activations of a network that ends in them', async () => {
    const ending = network(...ann.nodes.slice(0, 3));
    const spiking = await convert(ecc({ readout: 'count' }), ending, samples);
    expect(spiking).toEqual(await convert(ecc(), ending, samples));
  });
});

describe('amplification', () => {
  test('ecc leaves neurons alone that spikes reach without weights, and weights that others read', async () => {
    const whole = network(
      input(2),
      dense('one', 'input', [[1, 0], [0, 1]]), // biome-ignore format: a table
      plain('relu', 'a', 'one'),
      { op: 'scale', name: 'twice', inputs: ['a'], factor: tensor([], [2]), bias: tensor([], [0.5]) },
      plain('relu', 'b', 'twice'),
      plain('add', 'sum', 'b', 'one'),
      plain('relu', 'c', 'sum'),
      dense('out', 'c', [[1], [1]]),
    );
    const spiking = await convert(ecc({ amplification: 10 }), whole, batch([1, 0], [0, 1]));
    // λ: a 1; b and c share that of the sum, 2.5 + 1.
    expect(spiking.meta.lambda).toEqual({ a: [1], b: [3.5], c: [3.5] });
    expect(threshold(spiking, 'a')).toEqual([1]);
    expect(kernel(spiking, 'one')).toEqual([1, 0, 0, 1]);
    const { factor, bias } = find(spiking, 'twice', 'scale');
    expect([...threshold(spiking, 'b'), ...factor.data, ...bias!.data]).toBeAllClose([10, 20 / 3.5, 5 / 3.5]);
    expect(kernel(spiking, 'out')).toEqual([3.5, 3.5]);
  });
});

describe('laws', () => {
  test('count and step give one layer of constant current the same spikes', async () => {
    const weights = fc.array(fc.integer({ min: -32, max: 32 }), { minLength: 4, maxLength: 4 });
    const steps = fc.integer({ min: 1, max: 40 });
    await fc.assert(
      fc.asyncProperty(weights, fc.constantFrom(0, 0.25, 0.5), steps, async (numbers, initial, T) => {
        const [w1, w2, w3, w4] = numbers.map((n) => n / 16);
        // The third neuron reaches the bound, so λ = 1 and all sums are exact: ties at θ fall the same way.
        const clip = { op: 'clip', name: 'a', inputs: ['one'], lambda: 1 } as const;
        const rows = [[w1, w2, 1], [w3, w4, 1]]; // biome-ignore format: a table
        const data = batch([1, 0.5], [0.25, 0.75]);
        const spiking = await convert(ecc({ initial }), network(input(2), dense('one', 'input', rows), clip), data);
        expect(spiking.meta.lambda).toEqual({ a: [1] });
        const inTime = await run(spiking, data, { steps: T, encoder: direct() });
        const whole = await run(spiking, data, { steps: T, encoder: direct(), executor: 'count' });
        expect(inTime.spikes('a')).toEqual(whole.spikes('a'));
      }),
      { numRuns: 60 },
    );
  });

  const networks = Object.entries(tinyNetworks(5)).filter(([name]) => !['maxPool', 'otherActivations'].includes(name));
  test.each(networks)('ecc of %s counts what the ANN computes, in the unit of λ', async (_, given) => {
    const data = tinyBatch(given, 4, 3);
    const program = await referenceEngine().compile(given);
    const activations = new Map<string, number[][]>(given.nodes.map(({ name }) => [name, []]));
    const outputs = await program.infer(data, (node, values) => activations.get(node)!.push(Array.from(values)));
    const spiking = await convert(ecc(), given, data);
    const steps = 1024;
    const { spikes, scores } = await run(spiking, data, { steps, encoder: direct(), executor: 'count' });
    for (const { name } of given.nodes.filter(isActivation)) {
      const [lambda] = spiking.meta.lambda![name];
      const rates = spikes(name)
        .flat()
        .map((count) => count / steps);
      // No activation is above λ but that of a branch that its sum makes smaller.
      const expected = activations
        .get(name)!
        .flat()
        .map((value) => Math.min(1, value / lambda));
      expect(rates).toBeAllClose(expected, { absolute: 8 / steps, relative: 0 });
    }
    const reach = outputs.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    expect(scores.flat().map((score) => score / steps)).toBeAllClose(outputs, {
      absolute: (16 / steps) * reach,
      relative: 0,
    });
  });
});

describe('refusals', () => {
  const pool = {
    op: 'maxPool2d',
    name: 'pool',
    inputs: ['a'],
    size: [2, 1],
    strides: [2, 1],
    padding: 'valid',
  } as const;
  test.each<[what: string, given: Network, message: RegExp]>([
    ['max pooling', network(input(2, 1, 1), plain('relu', 'a', 'input'), pool), /^Cannot convert node 'pool': max pooling .*average pooling/],
    ['no activation', network(input(1), dense('out', 'input', [[1]])), /^Cannot convert node 'out': an activation \(relu, clip, qcfs\) must lead to it/],
    ['softmax on the way', network(input(1), plain('softmax', 'odd', 'input'), plain('relu', 'a', 'odd')), /^Cannot convert node 'odd': softmax/],
    ['an unknown input', network(input(1), plain('relu', 'a', 'ghost')), /'a'.*ghost/],
    ['a name that neurons of pooling need', network(input(2, 1, 1), plain('relu', 'a', 'input'), plain('relu', 'pool/mean', 'a'), pairs('pool', 'a'), plain('flatten', 'out', 'pool')), /'pool\/mean'/],
  ])('ecc refuses %s', async (_, given, message) => {
    expect((await rejection(() => convert(ecc(), given, batch([1, 1], [0, 1])))).message).toMatch(message);
  }); // biome-ignore format: a table

  test('ecc refuses calibration without samples', async () => {
    const error = await rejection(() => convert(ecc(), ann));
    expect(error).toBeInstanceOf(RangeError);
    expect(error.message).toMatch(/^Cannot measure activations: .* must hold at least 1 sample: 0 given$/);
  });
});

describe('self-check', () => {
  test('ecc notes a single calibration sample', async () => {
    expect((await convert(ecc(), ann, batch([1]))).meta.notes).toEqual([
      "ecc: 1 of 1 calibration samples keep the ANN's answer in 64 steps: give more samples",
    ]);
  });

  test('ecc notes answers that are not those of the ANN', async () => {
    // λ by percentile 0 is 1/8: all rates are clipped to 1, and the two classes are one.
    const race = network(input(2), plain('relu', 'a', 'input'), dense('out', 'a', [[1, 0], [0, 1]])); // biome-ignore format: short
    const data = batch([0.125, 0.125], [0.25, 0.75], [0.5, 0.75], [0.25, 1]);
    expect((await convert(ecc({ percentile: 0 }), race, data)).meta.notes).toEqual([
      "ecc: 1 of 4 calibration samples keep the ANN's answer in 64 steps: give more steps or samples, or see the doctor",
    ]);
  });
});
