import { type BalanceOptions, balance } from '@spikewright/converters-balance';
import { wasmEngine } from '@spikewright/engine-wasm';
import { type Batch, chain, type Network, type Node, referenceEngine } from '@spikewright/snn-core';
import { averageMaxPooling } from '@spikewright/snn-core/convert';
import { tinyBatch, tinyNetworks } from '@spikewright/testkit';
import fc from 'fast-check';
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

// a = x where x is above 0; b = 2 a.
const ann: Network = network(
  input(1),
  dense('one', 'input', [[1]]),
  relu('a', 'one'),
  dense('two', 'a', [[2]]),
  relu('b', 'two'),
  dense('out', 'b', [[2, -2]], [1, 3]),
);
const samples = batch([1], [3], [-4], [0]);

/** λ of a network balanced on batches. */
async function lambdas(options: BalanceOptions, whole: Network, ...batches: Batch[]) {
  const { meta } = await convert(balance(options), whole, ...batches);
  return meta.lambda;
}

describe('options', () => {
  test('balance writes out its defaults', () => {
    expect(balance().options).toEqual({
      scope: 'channel',
      constant: 1,
      updates: 50,
      initial: 0.5,
      fires: '>',
    });
    expect([balance().name, balance().role, balance.pluginName]).toEqual(['balance', 'converter', 'balance']);
  });

  test.each<[unknown, string]>([
    [{ scope: 'neuron' }, 'scope'],
    [{ constant: 0 }, 'constant'],
    [{ constant: Number.POSITIVE_INFINITY }, 'constant'],
    [{ updates: 0 }, 'updates'],
    [{ updates: 1.5 }, 'updates'],
    [{ updates: 1_000_001 }, 'updates'],
    [{ initial: 1 }, 'initial'],
    [{ initial: -0.1 }, 'initial'],
    [{ fires: '=' }, 'fires'],
    [{ passes: 3 }, 'passes'],
  ])('balance refuses the options %j', (given, key) => {
    const message = expect.stringMatching(`^Cannot use options of balance: .*: '${key}'$`);
    expect(() => balance(given as BalanceOptions)).toThrow(expect.objectContaining({ name: 'OptionsError', message }));
  });
});

describe('thresholds by hand', () => {
  test('balance grows θ by twice the mean excess, in layer order, each layer behind clipped ones', async () => {
    // 1st: a = (1, 3, 0, 0), mean 1: θ = 2. Clipped (1, 2, 0, 0); b = (2, 4, 0, 0), mean 1.5: θ = 3.
    expect(await lambdas({ updates: 1 }, ann, samples)).toEqual({ a: [2], b: [3] });
    // 2nd: only 3 is above 2, by 1; mean 1/4: θ = 2.5. b = (2, 5, 0, 0), 2 above 3; mean 1/2: θ = 4.
    expect(await lambdas({ updates: 2 }, ann, samples)).toEqual({ a: [2.5], b: [4] });
  });

  test('balance grows θ in proportion to its constant', async () => {
    // θ = 1/2 · 2 · 1 = 1. Clipped (1, 1, 0, 0); b = (2, 2, 0, 0), mean 1: θ = 1.
    expect(await lambdas({ updates: 1, constant: 0.5 }, ann, samples)).toEqual({ a: [1], b: [1] });
  });

  test('balance takes each batch as one update, and starts over', async () => {
    // (1, 3): θ = 4. (-4, 0): nothing. The 3rd is (1, 3) again: nothing is above 4.
    expect((await lambdas({ updates: 3 }, ann, batch([1], [3]), batch([-4], [0])))!.a).toEqual([4]);
    // θ = 2 after (1, 3, -4, 0), 2.5 after two.
    expect((await lambdas({ updates: 2 }, ann, samples, samples))!.a).toEqual([2.5]);
  });

  test('balance by channel takes θ of each channel, by layer one of all values', async () => {
    const two = network(input(1), dense('one', 'input', [[4, 1]]), relu('a', 'one'), dense('out', 'a', [[1], [1]]));
    // Channels (4, 12, 0, 0) and (1, 3, 0, 0): means 4 and 1; all eight values: 20 / 8.
    expect(await lambdas({ updates: 1 }, two, samples)).toEqual({ a: [8, 2] });
    expect(await lambdas({ updates: 1, scope: 'layer' }, two, samples)).toEqual({ a: [5] });
  });

  test('balance takes all places of an image as one channel', async () => {
    const image = network(
      input(2, 2, 1),
      { op: 'scale', name: 'two', inputs: ['input'], factor: tensor([], [2]) },
      relu('a', 'two'),
      { op: 'flatten', name: 'flat', inputs: ['a'] },
      dense('out', 'flat', [[1], [1], [1], [1]]),
    );
    // 2 (1 + 0 + 2 + 3) / 4 = 3, twice: 6.
    expect(await lambdas({ updates: 1 }, image, batch([1, 0, 2, 3]))).toEqual({ a: [6] });
  });

  test('balance adds up branches that were clipped on their own', async () => {
    const branches = network(
      input(1),
      dense('one', 'input', [[1]]),
      relu('a', 'one'),
      dense('two', 'input', [[2]]),
      relu('b', 'two'),
      { op: 'add', name: 'sum', inputs: ['a', 'b', 'a'] },
      relu('c', 'sum'),
    );
    // a = (1, 3, 0, 0), θ 2, clipped (1, 2, ..); b = (2, 6, ..), θ 4, clipped (2, 4, ..); c = (4, 8, 0, 0), mean 3.
    expect(await lambdas({ updates: 1 }, branches, samples)).toEqual({ a: [2], b: [4], c: [6] });
  });

  test('balance makes neurons that start at θ/2 and fire above θ', async () => {
    const spiking = await convert(balance({ updates: 1 }), ann, samples);
    expect(find(spiking, 'a', 'neuron')).toEqual({
      op: 'neuron',
      name: 'a',
      inputs: ['one'],
      threshold: tensor([], [1]),
      initial: tensor([], [0.5]),
      reset: 'subtract',
      fires: '>',
      leak: 1,
      levels: [0, 1],
    });
    // W 1 / 2; then 2 · 2 / 3; the read-out 2 · 3.
    expect([...find(spiking, 'one', 'dense').kernel.data]).toEqual([0.5]);
    expect([...find(spiking, 'two', 'dense').kernel.data]).toBeAllClose([4 / 3]);
    expect([...find(spiking, 'out', 'dense').kernel.data]).toEqual([6, -6]);
    const other = await convert(balance({ initial: 0.25, fires: '>=' }), ann, samples);
    const { initial, fires } = find(other, 'a', 'neuron');
    expect([initial.data[0], fires]).toEqual([0.25, '>=']);
  });

  test('balance never lets θ pass the bound of a clip or QCFS layer', async () => {
    for (const op of ['clip', 'qcfs'] as const) {
      const node = { op, name: 'bounded', inputs: ['one'], lambda: 1.5, levels: 4 } as Node;
      const bounded = network(input(1), dense('one', 'input', [[1]]), node, dense('out', 'bounded', [[1]]));
      // Both samples are at the bound: the rule alone would say 2 · 1.5.
      expect(await lambdas({}, bounded, batch([2], [3]))).toEqual({ bounded: [1.5] });
    }
  });
});

test('balance grows θ with every update, and stays below the largest activation where half of them are 0', async () => {
  // From θ to θ + 2 mean((a - θ)+) with at least half at 0: at most θ + max - θ.
  const positive = fc.array(fc.integer({ min: 1, max: 64 }), { minLength: 1, maxLength: 6 });
  const one = network(input(1), dense('one', 'input', [[1]]), relu('a', 'one'), dense('out', 'a', [[1]]));
  await fc.assert(
    fc.asyncProperty(positive, async (values) => {
      const data = batch(...values.flatMap((value) => [[value], [-value]]));
      const path = await Promise.all(
        [1, 2, 3, 8].map(async (updates) => (await lambdas({ updates }, one, data))!.a[0]),
      );
      path.reduce((before, theta) => {
        expect(theta).toBeGreaterThanOrEqual(before);
        expect(theta).toBeLessThanOrEqual(Math.max(...values) * (1 + 1e-12));
        return theta;
      }, 0);
    }),
    { numRuns: 20 },
  );
});

describe('warnings and refusals', () => {
  test('balance gives λ 1 to a layer that never was active, and says what to do', async () => {
    const silent = network(input(1), dense('one', 'input', [[-1]]), relu('a', 'one'), dense('out', 'a', [[1]]));
    for (const scope of ['layer', 'channel'] as const) {
      const { meta } = await convert(balance({ scope }), silent, batch([1], [2]));
      expect(meta).toEqual({
        lambda: { a: [1] },
        notes: ["balance: 'a' was never active on the calibration data; its λ is 1: give more samples"],
      });
    }
  });

  test('balance gives a bounded layer that never was active its bound where that is below 1', async () => {
    const clip: Node = { op: 'clip', name: 'a', inputs: ['one'], lambda: 0.5 };
    const silent = network(input(1), dense('one', 'input', [[-1]]), clip, dense('out', 'a', [[1]]));
    const { meta } = await convert(balance(), silent, batch([1], [2]));
    expect(meta.lambda).toEqual({ a: [0.5] });
    expect(meta.notes).toEqual([
      "balance: 'a' was never active on the calibration data; its λ is 0.5: give more samples",
    ]);
  });

  test('balance gives a silent channel the largest θ of its layer', async () => {
    const some = network(
      input(1),
      dense('one', 'input', [[4, 1, -1]]),
      relu('a', 'one'),
      dense('out', 'a', [[1], [1], [1]]),
    );
    expect(await lambdas({ updates: 1 }, some, batch([1], [0]))).toEqual({ a: [4, 1, 4] });
  });

  test('balance warns of a single image', async () => {
    const { meta } = await convert(balance(), ann, batch([1]));
    expect(meta.notes).toEqual([expect.stringMatching(/^balance: . of 1 calibration samples .*: give more samples$/)]);
  });

  test('balance warns where the answers are no longer those of the ANN', async () => {
    // Answers depend on how far a is above 8; one update leaves θ at 2 · 30 / 12 = 5, so that all answers are 0.
    const above = network(
      input(1),
      dense('one', 'input', [[1]]),
      relu('a', 'one'),
      dense('out', 'a', [[0, 1]], [8, 0]),
    );
    const data = batch([10], [10], [10], ...Array.from({ length: 9 }, () => [0]));
    const { meta } = await convert(balance({ updates: 1 }), above, data);
    expect(meta.notes).toEqual([
      "balance: 9 of 12 calibration samples keep the ANN's answer in 64 steps: give more steps or samples, or see the doctor",
    ]);
    expect((await convert(balance(), above, data)).meta.notes).toBeUndefined();
  });

  test('balance refuses max pooling and names the node, and takes it averaged', async () => {
    const { maxPool } = tinyNetworks();
    const data = tinyBatch(maxPool, 4);
    const refused = await rejection(() => convert(balance(), maxPool, data));
    expect(refused).toBeInstanceOf(TypeError);
    expect(refused.message).toMatch(/^Cannot convert node 'pool': .*averageMaxPooling\(\) first$/);
    const { nodes, meta } = await convert(chain(averageMaxPooling(), balance()), maxPool, data);
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
  ])('balance refuses %s', async (_what, given, start) => {
    const refused = await rejection(() => convert(balance(), given, samples));
    expect(refused).toBeInstanceOf(TypeError);
    expect(refused.message.startsWith(start)).toBe(true);
  });

  test('balance refuses calibration without samples, of another size, and a network that spikes', async () => {
    expect(await rejection(() => convert(balance(), ann))).toEqual(
      new RangeError('Cannot balance thresholds: calibration must hold at least 1 sample: 0 given'),
    );
    expect((await rejection(() => convert(balance(), ann, batch([1, 2])))).message).toMatch(/^Cannot run batch: /);
    const spiking = await convert(balance(), ann, samples);
    expect((await rejection(() => convert(balance(), spiking, samples))).message).toMatch(/it spikes already$/);
  });
});

test('balance frees what it compiled, also where it fails', async () => {
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
  await balance({ updates: 2 }).convert(ann, calibrationOf(engine, samples));
  await rejection(() => balance().convert(ann, calibrationOf(engine)));
  expect(alive).toBe(0);
});

test('balance on the wasm engine finds the θ of the reference engine', async () => {
  const { residualProjection } = tinyNetworks(2);
  const data = tinyBatch(residualProjection, 6);
  const found = await Promise.all(
    [referenceEngine(), wasmEngine()].map((engine) =>
      balance().convert(residualProjection, calibrationOf(engine, data)),
    ),
  );
  const [expected, actual] = found.map(({ meta }) => Object.values(meta.lambda!).flat());
  expect(actual).toBeAllClose(expected, { relative: 1e-5 });
});
