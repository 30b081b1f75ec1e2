import { type NormOptions, norm } from '@spikewright/converters-norm';
import {
  type Batch,
  chain,
  direct,
  evaluate,
  identity,
  type Network,
  type Node,
  networkHash,
  referenceEngine,
  regular,
} from '@spikewright/snn-core';
import { foldBatchNorm, isActivation } from '@spikewright/snn-core/convert';
import { tinyBatch, tinyNetworks } from '@spikewright/testkit';
import { describe, expect, test } from 'vitest';
import {
  batch,
  calibration,
  convert,
  dense,
  find,
  input,
  network,
  rejection,
  relu,
  tensor,
} from '../../../test/hand-built.js';

// Activations of 'a': 4 x and x; of 'b': the sum of both, 5 x, less 1.
const ann: Network = network(
  input(1),
  dense('one', 'input', [[4, 1]]),
  relu('a', 'one'),
  dense('two', 'a', [[1], [1]], [-1]),
  relu('b', 'two'),
  dense('out', 'b', [[2, -2]], [1, 3]),
);
const samples = batch([0.5], [1], [-1]);

describe('options', () => {
  test('norm writes out its defaults, the strong form', () => {
    expect(norm().options).toEqual({
      rule: 'percentile',
      percentile: 99.9,
      scope: 'channel',
      initial: 0.5,
      reset: 'subtract',
    });
    expect([norm().name, norm().role, norm.pluginName]).toEqual(['norm', 'converter', 'norm']);
  });

  test.each<[unknown, string]>([
    [{ rule: 'mean' }, 'rule'],
    [{ percentile: 101 }, 'percentile'],
    [{ percentile: -1 }, 'percentile'],
    [{ percentile: Number.NaN }, 'percentile'],
    [{ scope: 'neuron' }, 'scope'],
    [{ initial: 1 }, 'initial'],
    [{ initial: -0.1 }, 'initial'],
    [{ reset: 'soft' }, 'reset'],
    [{ percentil: 99 }, 'percentil'],
  ])('norm refuses the options %j', (given, key) => {
    const message = expect.stringMatching(`^Cannot use options of norm: .*: '${key}'$`);
    expect(() => norm(given as NormOptions)).toThrow(expect.objectContaining({ name: 'OptionsError', message }));
  });
});

describe('rules by hand', () => {
  test('norm by max takes the largest activation of each layer', async () => {
    const spiking = await convert(norm({ rule: 'max', scope: 'layer' }), ann, samples);
    // x = 1: a = (4, 1), b = 4.
    expect(spiking.meta.lambda).toEqual({ a: [4], b: [4] });
    expect([...find(spiking, 'one', 'dense').kernel.data]).toEqual([1, 0.25]);
    // W 4 / 4 and b / 4; the read-out gets W 4.
    expect([...find(spiking, 'two', 'dense').kernel.data]).toEqual([1, 1]);
    expect([...find(spiking, 'two', 'dense').bias!.data]).toEqual([-0.25]);
    expect([...find(spiking, 'out', 'dense').kernel.data]).toEqual([8, -8]);
    expect([...find(spiking, 'out', 'dense').bias!.data]).toEqual([1, 3]);
    expect(find(spiking, 'a', 'neuron')).toEqual({
      op: 'neuron',
      name: 'a',
      inputs: ['one'],
      threshold: tensor([], [1]),
      initial: tensor([], [0.5]),
      reset: 'subtract',
      fires: '>=',
      leak: 1,
      levels: [0, 1],
    });
    expect(spiking.meta.notes).toBeUndefined();
  });

  test('norm by percentile leaves out the activations above it, and zeros', async () => {
    // 'a' is active 100 times: 1 to 100. 90 % do not exceed 90, 99.9 % not 100, 50 % not 50; 900 zeros play no part.
    const one = network(input(1), relu('a', 'input'), dense('out', 'a', [[1]]));
    const many = batch(...Array.from({ length: 1000 }, (_, i) => [Math.max(-5, i - 899)]));
    const lambda = async (options: NormOptions): Promise<number> => {
      const { meta } = await convert(norm(options), one, many);
      return meta.lambda!.a[0];
    };
    const found = [await lambda({ percentile: 90 }), await lambda({}), await lambda({ percentile: 50 })];
    expect(found).toBeAllClose([90, 100, 50], { relative: 0.004 });
    expect(await lambda({ percentile: 100 })).toBe(100);
    expect(await lambda({ percentile: 50, rule: 'max' })).toBe(100);
    expect(await lambda({ percentile: 50, rule: 'diehl' })).toBe(100);
  });

  test('norm by diehl takes the largest weight where it is larger than all activations', async () => {
    // x = 1/8: a = (0.5, 0.125) under a weight of 4; b = 0 under weights of 1; in 'scaled' activations win.
    const spiking = await convert(norm({ rule: 'diehl', scope: 'layer' }), ann, batch([0.125]));
    expect(spiking.meta.lambda).toEqual({ a: [4], b: [1] });
    const active = await convert(norm({ rule: 'diehl', scope: 'layer' }), ann, batch([2]));
    // x = 2: a = (8, 2), b = 9.
    expect(active.meta.lambda).toEqual({ a: [8], b: [9] });
  });

  test('norm by diehl looks at all weights that lead into a layer, through pooling and add', async () => {
    const whole = network(
      input(2),
      dense('wide', 'input', [[0, 0], [0, 5]]), // biome-ignore format: a table
      dense('narrow', 'input', [[3, 0], [-9, 0]]), // biome-ignore format: a table
      { op: 'add', name: 'sum', inputs: ['narrow', 'wide'] },
      relu('a', 'sum'),
      { op: 'scale', name: 'twice', inputs: ['a'], factor: tensor([2], [2, 7]) },
      relu('b', 'twice'),
      { op: 'concat', name: 'both', inputs: ['a', 'b'] },
      relu('c', 'both'),
    );
    // Largest weights: 5 of the two branches, 7 of the scale; none leads from activations to 'c'.
    const { meta } = await convert(norm({ rule: 'diehl', scope: 'layer' }), whole, batch([0.01, 0]));
    expect(meta.lambda!.a).toEqual([5]);
    expect(meta.lambda!.b).toEqual([7]);
    expect(meta.lambda!.c).toBeAllClose([0.06], { relative: 1e-6 });
  });

  test('norm by channel takes λ of each channel; a silent channel takes that of the layer', async () => {
    const whole = network(
      input(1),
      dense('one', 'input', [[4, 1, -1]]),
      relu('a', 'one'),
      dense('out', 'a', [[1], [1], [1]]),
    );
    const byMax = await convert(norm({ scope: 'channel', rule: 'max' }), whole, batch([1], [0.5]));
    expect(byMax.meta.lambda).toEqual({ a: [4, 1, 4] });
    expect([...find(byMax, 'one', 'dense').kernel.data]).toEqual([1, 1, -0.25]);
    expect([...find(byMax, 'out', 'dense').kernel.data]).toEqual([4, 1, 4]);
    expect(byMax.meta.notes).toBeUndefined();
    // By percentile: of 0.5, 1, 2, 4 half do not exceed 1; the third channel takes that.
    const half = await convert(norm({ scope: 'channel', percentile: 50 }), whole, batch([1], [0.5]));
    expect(half.meta.lambda!.a).toBeAllClose([2, 0.5, 1], { relative: 0.004 });
  });

  test('norm gives λ 1 to a layer that never was active, and notes it', async () => {
    const silent = network(input(1), dense('one', 'input', [[-1]]), relu('a', 'one'), dense('out', 'a', [[1]]));
    for (const options of [{}, { rule: 'max' }, { rule: 'diehl' }, { scope: 'channel' }] as const) {
      const { meta } = await convert(norm(options), silent, batch([1], [0.5]));
      expect(meta).toEqual({
        lambda: { a: [1] },
        notes: ["norm: 'a' was never active on the calibration data; its λ is 1: give more samples"],
      });
    }
    // By Diehl's rule too, which otherwise would take the largest weight, 6, and say nothing.
    const heavy = network(input(2), dense('one', 'input', [[-1], [6]]), relu('a', 'one'));
    const { meta } = await convert(norm({ rule: 'diehl', scope: 'layer' }), heavy, batch([1, 0], [0.5, 0]));
    expect(meta.lambda).toEqual({ a: [1] });
    expect(meta.notes).toHaveLength(1);
  });

  test('norm gives neurons the start and the reset that it is told', async () => {
    const weak = await convert(norm({ rule: 'max', scope: 'layer', initial: 0, reset: 'zero' }), ann, samples);
    const { initial, reset } = find(weak, 'a', 'neuron');
    expect([initial, reset]).toEqual([tensor([], [0]), 'zero']);
  });

  test('norm folds batch norms with their own epsilon', async () => {
    const batchNorm: Node = {
      op: 'batchNorm',
      name: 'norm',
      inputs: ['one'],
      gamma: tensor([1], [3]),
      beta: tensor([1], [1]),
      mean: tensor([1], [2]),
      variance: tensor([1], [1.25]),
      epsilon: 1,
    };
    // a = 3 / sqrt(2.25) = 2: 2 (x - 2) + 1; at x = 2.5 it is 2.
    const whole = network(input(1), dense('one', 'input', [[1]]), batchNorm, relu('a', 'norm'));
    const spiking = await convert(norm({ rule: 'max' }), whole, batch([2.5]));
    expect(spiking.nodes.map(({ op }) => op)).toEqual(['input', 'dense', 'neuron', 'scale']);
    expect([...find(spiking, 'one', 'dense').kernel.data]).toEqual([1]);
    expect([...find(spiking, 'one', 'dense').bias!.data]).toEqual([-1.5]);
  });
});

describe('self-check', () => {
  test('norm notes answers that are not those of the ANN', async () => {
    // λ by percentile 0 is the least activation, 1/8: rates of 1/4 and 3/4 are clipped, and the two classes are one.
    const race = network(
      input(2),
      relu('a', 'input'),
      dense('out', 'a', [[1, 0], [0, 1]]), // biome-ignore format: a table
    );
    const data = batch([0.125, 0.125], [0.25, 0.75], [0.5, 0.75], [0.25, 1]);
    const { meta } = await convert(norm({ percentile: 0, scope: 'layer' }), race, data);
    expect(meta.notes).toEqual([
      "norm: 1 of 4 calibration samples keep the ANN's answer in 64 steps: give more steps or samples, or see the doctor",
    ]);
    expect((await convert(norm({ scope: 'layer' }), race, data)).meta.notes).toBeUndefined();
  });

  test('norm refuses a network without activations', async () => {
    const linear = network(input(1), dense('out', 'input', [[1]]));
    expect((await rejection(() => convert(norm(), linear, samples))).message).toBe(
      "Cannot convert node 'out': an activation (relu, clip, qcfs) must lead to it: none",
    );
  });
});

describe('weak and strong form', () => {
  const weak = norm({ rule: 'max', scope: 'layer', initial: 0 });
  const { chain: given } = tinyNetworks(4);
  const test8 = tinyBatch(given, 8, 2);

  /** How far scores after T steps are from the ANN's outputs, on average. */
  async function error(converter: ReturnType<typeof norm>, steps: number): Promise<number> {
    const engine = referenceEngine();
    const outputs = await (await engine.compile(given)).infer(test8);
    const program = await engine.compile(await converter.convert(given, calibration(test8)));
    let sum = 0;
    for await (const frame of program.run(test8, { steps, encoder: direct(), seed: 0 })) {
      for (let row = 0; row < frame.rows; row++) {
        if (frame.stepOf(row) !== steps) continue;
        frame.scores(row).forEach((score, k) => {
          sum += Math.abs(score / steps - outputs[frame.sampleOf(row) * 3 + k]);
        });
      }
    }
    return sum / outputs.length;
  }

  test('norm from v(0) = θ/2 is nearer to the ANN than from 0 at the same few steps', async () => {
    const strong = norm({ rule: 'max' });
    for (const steps of [4, 8, 16]) expect(await error(strong, steps)).toBeLessThan(await error(weak, steps));
  });
});

test('norm keeps the bound of a clip or QCFS layer, whatever the rule says', async () => {
  // Diehl's rule alone says 3, the largest weight; the clip says 1: min(3 x, 1) / 1, not min(3 x, 3) / 3.
  const bounded = (op: 'clip' | 'qcfs') =>
    network(input(1), dense('dense', 'input', [[3]]), {
      op,
      name: 'bounded',
      inputs: ['dense'],
      lambda: 1,
      levels: 4,
    } as never);
  for (const op of ['clip', 'qcfs'] as const) {
    const { meta } = await convert(norm({ rule: 'diehl' }), bounded(op), batch([1]));
    expect(meta.lambda).toEqual({ bounded: [1] });
    const silent = await convert(norm({ rule: 'max' }), bounded(op), batch([-1]));
    expect(silent.meta.lambda!.bounded[0]).toBeLessThanOrEqual(1);
  }
});

describe('composition', () => {
  test('norm is a part of a chain, and folds nothing twice', async () => {
    const { chain: given } = tinyNetworks();
    const data = tinyBatch(given, 4);
    const alone = await convert(norm(), given, data);
    expect(await convert(chain(identity(), foldBatchNorm(), norm()), given, data)).toEqual(alone);
  });

  test('norm gives equal networks for equal calibration data, whatever their order or batches', async () => {
    const { concat } = tinyNetworks();
    const data = tinyBatch(concat, 6);
    const size = data.data.length / 6;
    const one = (place: number): Batch => ({
      size: 1,
      data: data.data.subarray(place * size, (place + 1) * size),
      indices: data.indices.subarray(place, place + 1),
    });
    const whole = await networkHash(await convert(norm(), concat, data));
    const turned = await convert(norm(), concat, ...[3, 1, 5, 0, 4, 2].map(one));
    expect(await networkHash(turned)).toBe(whole);
  });

  test('norm changes neither the network nor its meta, and keeps what meta says', async () => {
    const named = { ...ann, meta: { name: 'mine', notes: ['trained'] } };
    const copy = structuredClone(named);
    const { meta } = await convert(norm({ rule: 'max', scope: 'layer' }), named, samples);
    expect(named).toEqual(copy);
    expect(meta).toEqual({ name: 'mine', notes: ['trained'], lambda: { a: [4], b: [4] } });
  });

  test('norm refuses calibration without samples, and an unsound network', async () => {
    expect(await rejection(() => convert(norm(), ann))).toEqual(
      new RangeError('Cannot measure activations: the data must hold at least 1 sample: 0 given'),
    );
    const unsound = network(input(1), relu('a', 'ghost'));
    expect(await rejection(() => convert(norm(), unsound, samples))).toBeInstanceOf(ReferenceError);
  });
});

describe('rates approach the ANN', () => {
  const kinds: NormOptions[] = [
    { rule: 'max' },
    { rule: 'max', scope: 'channel' },
    { rule: 'diehl' },
    { percentile: 100 },
  ];
  const cases = Object.entries(tinyNetworks(5))
    .filter(([name]) => name !== 'maxPool' && name !== 'otherActivations')
    .flatMap(([name, given]) => kinds.map((options) => ({ name, given, options })));

  test.each(cases)('norm($options) of $name', async ({ given, options }) => {
    const engine = referenceEngine();
    const data = tinyBatch(given, 4, 3);
    const folded = await convert(foldBatchNorm(), given, data);
    const activations = new Map<string, number[][]>(folded.nodes.map(({ name }) => [name, []]));
    const program = await engine.compile(folded);
    const outputs = await program.infer(data, (node, values) => activations.get(node)!.push(Array.from(values)));
    const spiking = await convert(norm(options), given, data);
    const steps = 512;
    const layers = folded.nodes.filter(isActivation).map(({ name }) => name);
    const sent = new Map(layers.map((name) => [name, activations.get(name)!.map((values) => values.map(() => 0))]));
    const scores: number[] = [];
    for await (const frame of (await engine.compile(spiking)).run(data, { steps, encoder: direct(), seed: 0 })) {
      for (let row = 0; row < frame.rows; row++) {
        const sample = frame.sampleOf(row);
        for (const name of layers) {
          const counts = sent.get(name)![sample];
          frame.spikes(name, row).forEach((spike, i) => {
            counts[i] += spike;
          });
        }
        frame.scores(row).forEach((score, k) => {
          scores[sample * 3 + k] = score / steps;
        });
      }
    }
    for (const name of layers) {
      const lambda = spiking.meta.lambda![name];
      const expected = activations.get(name)!.flat();
      const rates = sent.get(name)!.flat();
      const at = (i: number): number => lambda[i % lambda.length];
      // In units of λ: a few 1/T a layer. A neuron of rate 1 never makes up for the steps before its first spike.
      const tolerance = { absolute: 24 / steps, relative: 0 };
      expect(rates.map((rate) => rate / steps)).toBeAllClose(
        expected.map((value, i) => value / at(i)),
        tolerance,
      );
    }
    const reach = outputs.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    expect(scores).toBeAllClose(outputs, { absolute: (24 / steps) * reach, relative: 0 });
  });

  test('norm gives a network whose answers can be evaluated, by steps and by counts', async () => {
    const { residualIdentity } = tinyNetworks();
    const data = tinyBatch(residualIdentity, 6);
    const outputs = await (await referenceEngine().compile(residualIdentity)).infer(data);
    // The ANN's own answers as labels.
    const labels = Int32Array.from({ length: 6 }, (_, sample) => {
      const of = [...outputs.subarray(sample * 3, sample * 3 + 3)];
      return of.indexOf(Math.max(...of));
    });
    const spiking = await convert(norm(), residualIdentity, data);
    for (const executor of ['step', 'count'] as const) {
      const program = await referenceEngine({ executor }).compile(spiking);
      const options = { steps: 256, encoder: executor === 'step' ? direct() : regular() };
      const { accuracy } = await evaluate(program, [{ ...data, labels }], options);
      expect(accuracy.at(-1)).toBeGreaterThanOrEqual(5 / 6);
    }
  });
});
