import { checkNetwork, type Network, type Node } from '@spikewright/snn-core';
import {
  foldBatchNorm,
  integrateAndFire,
  isActivation,
  type Lambdas,
  type NeuronOptions,
  toSpiking,
} from '@spikewright/snn-core/convert';
import { tinyBatch, tinyNetworks } from '@spikewright/testkit';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { seeds } from './arbitraries.js';
import {
  activations,
  caught,
  conv,
  counts,
  dense,
  dyadic,
  images,
  infer,
  input,
  network,
  neuron,
  nothing,
  plain,
  type Shown,
  scalar,
  scale,
  tensor,
  trace,
  vector,
} from './builders.js';

const half: NeuronOptions = { ...integrateAndFire, initial: 0.5 };
const relu = (name: string, from: string): Node => plain('relu', name, from);
const find = (spiking: Network, name: string): Node => spiking.nodes.find((node) => node.name === name)!;
/** The numbers of a node, by field. */
const numbers = (node: Node): Record<string, number[]> =>
  Object.fromEntries(
    Object.entries(node).flatMap(([field, value]) =>
      value?.data instanceof Float32Array ? [[field, [...value.data]]] : [],
    ),
  );

test('isActivation tells what neurons take the place of', () => {
  const yes: Node[] = [
    relu('a', 'b'),
    { op: 'clip', name: 'a', inputs: ['b'], lambda: 1 },
    { op: 'qcfs', name: 'a', inputs: ['b'], lambda: 1, levels: 4 },
  ];
  expect([...yes, input(1), neuron('a', 'b'), plain('softmax', 'a', 'b')].map(isActivation)).toEqual([
    true,
    true,
    true,
    false,
    false,
    false,
  ]);
});

describe('by hand', () => {
  test('toSpiking rescales the weights of a chain', () => {
    const ann = network(
      input(1),
      dense('one', 'input', [[4, 8]], [2, -4]),
      relu('a', 'one'),
      dense('two', 'a', [[1], [3]], [1]),
      relu('b', 'two'),
      dense('out', 'b', [[5]], [7]),
    );
    const spiking = toSpiking(ann, { a: [2], b: [8] }, half);
    // W1 / 2, b1 / 2; W2 · 2 / 8, b2 / 8; the read-out stays in the ANN's units: W3 · 8, b3
    expect(numbers(find(spiking, 'one'))).toEqual({ kernel: [2, 4], bias: [1, -2] });
    expect(numbers(find(spiking, 'two'))).toEqual({ kernel: [0.25, 0.75], bias: [0.125] });
    expect(numbers(find(spiking, 'out'))).toEqual({ kernel: [40], bias: [7] });
    expect(find(spiking, 'a')).toEqual(neuron('a', 'one', { initial: scalar(0.5) }));
    expect(spiking.nodes.map(({ name }) => name)).toEqual(ann.nodes.map(({ name }) => name));
    expect(spiking.meta.lambda).toEqual({ a: [2], b: [8] });
  });

  test('toSpiking gives neurons the options it is given', () => {
    const options: NeuronOptions = { initial: 0.25, reset: 'zero', fires: '>', leak: 0.5, levels: [-1, 2] };
    const spiking = toSpiking(network(input(1), relu('a', 'input'), dense('out', 'a', [[1]])), { a: [1] }, options);
    expect(find(spiking, 'a')).toEqual(neuron('a', 'input', { ...options, initial: scalar(0.25) }));
    expect(integrateAndFire).toEqual({ initial: 0, reset: 'subtract', fires: '>=', leak: 1, levels: [0, 1] });
  });

  test('toSpiking takes λ by channel', () => {
    const ann = network(
      input(1, 1, 1),
      conv('one', 'input', [1, 1, 1, 2], [4, 8], { bias: vector(2, 4) }),
      relu('a', 'one'),
      conv('two', 'a', [1, 1, 1, 2], [1, 3], { groups: 2 }),
      relu('b', 'two'),
      plain('flatten', 'flat', 'b'),
      dense('out', 'flat', [[1], [1]]),
    );
    const spiking = toSpiking(ann, { a: [2, 4], b: [8, 16] }, half);
    expect(numbers(find(spiking, 'one'))).toEqual({ kernel: [2, 2], bias: [1, 1] });
    // Depthwise: channel 0 has 1 · 2 / 8, channel 1 has 3 · 4 / 16.
    expect(numbers(find(spiking, 'two'))).toEqual({ kernel: [0.25, 0.75] });
    expect(numbers(find(spiking, 'out'))).toEqual({ kernel: [8, 16] });
  });

  test('toSpiking spreads λ by channel over flattened pixels', () => {
    const ann = network(
      input(1, 2, 2),
      relu('a', 'input'),
      plain('flatten', 'flat', 'a'),
      dense('out', 'flat', [[1], [1], [1], [1]]),
    );
    const spiking = toSpiking(ann, { a: [2, 4] }, half);
    expect(numbers(find(spiking, 'out'))).toEqual({ kernel: [2, 4, 2, 4] });
    // What comes from the input has no weights to carry λ: θ = λ.
    expect(numbers(find(spiking, 'a'))).toEqual({ threshold: [2, 4], initial: [0.5] });
  });

  test('toSpiking scales the spikes of an identity shortcut', () => {
    const ann = network(
      input(1),
      dense('one', 'input', [[1]]),
      relu('a', 'one'),
      dense('two', 'a', [[1]]),
      plain('add', 'sum', 'two', 'a'),
      relu('b', 'sum'),
      dense('out', 'b', [[1]]),
    );
    const spiking = toSpiking(ann, { a: [2], b: [8] }, half);
    expect(spiking.nodes.map(({ name, inputs }) => `${name} <- ${inputs.join(' ')}`)).toEqual([
      'input <- ',
      'one <- input',
      'a <- one',
      'two <- a',
      'a/sum <- a',
      'sum <- two a/sum',
      'b <- sum',
      'out <- b',
    ]);
    // Both branches carry λa / λb = 2 / 8.
    expect(numbers(find(spiking, 'two'))).toEqual({ kernel: [0.25] });
    expect(numbers(find(spiking, 'a/sum'))).toEqual({ factor: [0.25] });
    expect(numbers(find(spiking, 'b')).threshold).toEqual([1]);
  });

  test('toSpiking leaves branches of one λ unscaled, and gives θ what has no weights', () => {
    const ann = network(
      input(1),
      dense('one', 'input', [[1]]),
      relu('a', 'one'),
      dense('two', 'input', [[1]]),
      relu('b', 'two'),
      plain('add', 'sum', 'a', 'b'),
      relu('c', 'sum'),
      dense('out', 'c', [[1]]),
    );
    const spiking = toSpiking(ann, { a: [2], b: [2], c: [8] }, half);
    expect(spiking.nodes.map(({ name }) => name)).toEqual(ann.nodes.map(({ name }) => name));
    // A spike of a or b is worth 2 of the ANN, one of c is worth 8.
    expect(numbers(find(spiking, 'c')).threshold).toEqual([4]);
  });

  test('toSpiking scales an input that is added twice once', () => {
    const ann = network(
      input(1),
      dense('one', 'input', [[1]]),
      relu('a', 'one'),
      plain('add', 'sum', 'a', 'input', 'a'),
      relu('b', 'sum'),
      dense('out', 'b', [[1]]),
    );
    const spiking = toSpiking(ann, { a: [2], b: [4] }, half);
    expect(find(spiking, 'sum').inputs).toEqual(['a/sum', 'input', 'a/sum']);
    expect(numbers(find(spiking, 'a/sum'))).toEqual({ factor: [2] });
  });

  test('toSpiking keeps the weights of a convolution that feeds neurons of different λ, with θ = λ', () => {
    const ann = network(
      input(1),
      dense('one', 'input', [[3]]),
      relu('a', 'one'),
      relu('b', 'one'),
      plain('concat', 'both', 'a', 'b'),
      dense('out', 'both', [[1], [1]]),
    );
    const spiking = toSpiking(ann, { a: [2], b: [8] }, half);
    expect(numbers(find(spiking, 'one'))).toEqual({ kernel: [3] });
    expect([find(spiking, 'a'), find(spiking, 'b')].map((node) => numbers(node).threshold)).toEqual([[2], [8]]);
    expect(numbers(find(spiking, 'out'))).toEqual({ kernel: [2, 8] });
  });

  test('toSpiking keeps the weights of a convolution whose pixels have a λ each', () => {
    const ann = network(
      input(1, 2, 1),
      conv('one', 'input', [1, 1, 1, 1], [3]),
      plain('flatten', 'flat', 'one'),
      relu('a', 'flat'),
      dense('out', 'a', [[1], [1]]),
    );
    // One weight serves both pixels, so that it cannot be divided by 2 and by 4; by one λ it can.
    const each = toSpiking(ann, { a: [2, 4] }, half);
    expect([numbers(find(each, 'one')).kernel, numbers(find(each, 'a')).threshold]).toEqual([[3], [2, 4]]);
    const one = toSpiking(ann, { a: [2] }, half);
    expect([numbers(find(one, 'one')).kernel, numbers(find(one, 'a')).threshold]).toEqual([[1.5], [1]]);
  });

  test('toSpiking divides the branches of a concat each by its own λ', () => {
    const ann = network(
      input(1, 1, 1),
      conv('one', 'input', [1, 1, 1, 1], [4]),
      conv('two', 'input', [1, 1, 1, 2], [4, 6]),
      plain('concat', 'both', 'one', 'two'),
      relu('a', 'both'),
      conv('out', 'a', [1, 1, 3, 1], [1, 1, 1]),
    );
    const spiking = toSpiking(ann, { a: [2, 4, 3] }, half);
    expect(numbers(find(spiking, 'one'))).toEqual({ kernel: [2] });
    expect(numbers(find(spiking, 'two'))).toEqual({ kernel: [1, 2] });
    expect(numbers(find(spiking, 'out'))).toEqual({ kernel: [2, 4, 3] });
    expect(numbers(find(spiking, 'a')).threshold).toEqual([1]);
  });

  test('toSpiking ends pooling and neurons with a scale, so that scores are in the units of the ANN', () => {
    const pooled = network(input(1, 2, 2), relu('a', 'input'), plain('globalAvgPool', 'mean', 'a'));
    const spiking = toSpiking(pooled, { a: [2, 4] }, half);
    expect(spiking.nodes.at(-1)).toEqual({ ...scale('mean/scores', 'mean', [2, 4]) });
    const ends = toSpiking(network(input(1), relu('a', 'input')), { a: [2] }, half);
    expect(ends.nodes.at(-1)).toEqual({ ...scale('a/scores', 'a', [2]), factor: scalar(2) });
    // Nothing to scale where λ is 1.
    expect(toSpiking(network(input(1), relu('a', 'input')), { a: [1] }, half).nodes).toHaveLength(2);
  });

  test('toSpiking replaces clip and qcfs like relu, and drops a final softmax', () => {
    const ann = network(
      input(1),
      dense('one', 'input', [[1]]),
      { op: 'clip', name: 'a', inputs: ['one'], lambda: 2 },
      dense('two', 'a', [[1]]),
      { op: 'qcfs', name: 'b', inputs: ['two'], lambda: 4, levels: 8 },
      dense('out', 'b', [[1, 2]]),
      plain('softmax', 'p', 'out'),
    );
    const spiking = toSpiking(ann, { a: [2], b: [4] }, half);
    expect(spiking.nodes.map(({ op }) => op)).toEqual(['input', 'dense', 'neuron', 'dense', 'neuron', 'dense']);
    expect(numbers(find(spiking, 'two'))).toEqual({ kernel: [0.5] });
  });

  test('toSpiking carries λ into a scale behind neurons', () => {
    const ann = network(
      input(2),
      relu('a', 'input'),
      scale('norm', 'a', [3], [1]),
      relu('b', 'norm'),
      dense('out', 'b', [[1], [1]]),
    );
    // 3 · 2 / 4 and 3 · 4 / 12; the bias is divided only.
    const spiking = toSpiking(ann, { a: [2, 4], b: [4, 12] }, half);
    const { factor, bias } = numbers(find(spiking, 'norm'));
    expect(factor).toEqual([1.5, 1]);
    expect(bias).toBeAllClose([1 / 4, 1 / 12]);
  });

  test('toSpiking merges λ into the meta that is there, and changes nothing of the ANN', () => {
    const ann: Network = {
      ...network(input(1), dense('one', 'input', [[1]]), relu('a', 'one')),
      meta: { name: 'n', lambda: { z: [1] } },
    };
    const copy = structuredClone(ann);
    expect(toSpiking(ann, { a: [2] }, half).meta).toEqual({ name: 'n', lambda: { z: [1], a: [2] } });
    expect(ann).toEqual(copy);
  });
});

describe('refusals', () => {
  const image = input(2, 2, 2);
  const one = vector(1, 1);
  const table: [what: string, ann: Network, lambdas: Lambdas, error: Error][] = [
    ['no λ', network(input(1), relu('odd', 'input')), {}, new ReferenceError("Cannot convert node 'odd': every activation needs its λ: none given")],
    ['two λ for three channels', network(input(3), relu('odd', 'input')), { odd: [1, 2] }, new TypeError("Cannot convert node 'odd': λ must have 1 or 3 values: 2")],
    ['λ = 0', network(input(1), relu('odd', 'input')), { odd: [0] }, new RangeError("Cannot use node 'odd': threshold must be above 0: 0")],
    ['λ = NaN', network(input(1), relu('odd', 'input')), { odd: [Number.NaN] }, new RangeError("Cannot use node 'odd': threshold must be finite: NaN at 0")],
    ['λ of no activation', network(input(1), relu('odd', 'input')), { odd: [1], stranger: [1] }, new ReferenceError("Cannot convert: λ must belong to an activation: 'stranger'")],
    ['λ above the bound of a clip', network(input(1), { op: 'clip', name: 'odd', inputs: ['input'], lambda: 2 }), { odd: [3] }, new RangeError("Cannot convert node 'odd': λ must not exceed its bound 2: 3")],
    ['the name that a scale node needs', network(input(1), relu('r', 'input'), dense('x', 'input', [[1]]), scale('r/sum', 'x', [1]), plain('add', 'sum', 'r', 'r/sum')), { r: [2] }, new TypeError("Cannot convert node 'r/sum': the name is needed for a scale node: rename it")],
    ['max pooling', network(image, { op: 'maxPool2d', name: 'odd', inputs: ['input'], size: [2, 2], strides: [2, 2], padding: 'valid' }), {}, new TypeError("Cannot convert node 'odd': max pooling has no exact spiking form: train with average pooling, or use averageMaxPooling() first")],
    ['a batch norm', network(image, { op: 'batchNorm', name: 'odd', inputs: ['input'], gamma: one, beta: one, mean: one, variance: one, epsilon: 0 }), {}, new TypeError("Cannot convert node 'odd': batch normalisation must be folded first: use foldBatchNorm()")],
    ['a softmax on the way', network(input(2), plain('softmax', 'odd', 'input'), dense('out', 'odd', [[1], [1]])), {}, new TypeError("Cannot convert node 'odd': softmax has a spiking form only as the last node, where it is dropped: it is not")],
    ['no activation', network(input(1), dense('odd', 'input', [[1]])), {}, new TypeError("Cannot convert node 'odd': an activation (relu, clip, qcfs) must lead to it: none")],
    ['neurons', network(input(2), neuron('odd', 'input')), {}, new TypeError("Cannot convert node 'odd': the network must be an ANN: it spikes already")],
  ]; // biome-ignore format: a table
  test.each(table)('toSpiking refuses %s', async (_, ann, lambdas, error) => {
    expect(await caught(() => toSpiking(ann, lambdas, half))).toEqual(error);
  });
});

describe('laws', () => {
  test('moving θ into the weights changes no spike', async () => {
    // λ are powers of two, so that nothing is rounded. The network with θ kept has spikes that are worth λ: its weights
    // are those of the ANN times the λ before them.
    const powers = fc.constantFrom(0.25, 0.5, 1, 2, 4);
    await fc.assert(
      fc.asyncProperty(seeds, powers, powers, powers, powers, async (seed, a, b0, b1, b2) => {
        const draw = dyadic(seed, 2);
        const rows = (inputs: number, outputs: number): number[][] =>
          Array.from({ length: inputs }, () => [...draw(outputs)]);
        const [w1, w2, w3, bias] = [rows(3, 4), rows(4, 3), rows(3, 2), [...draw(4)]];
        const ann = network(
          input(3),
          dense('one', 'input', w1, bias),
          relu('a', 'one'),
          dense('two', 'a', w2),
          relu('b', 'two'),
          dense('out', 'b', w3),
        );
        const b = [b0, b1, b2];
        const kept = network(
          input(3),
          dense('one', 'input', w1, bias),
          neuron('a', 'one', { threshold: scalar(a), initial: scalar(0.5) }),
          dense(
            'two',
            'a',
            w2.map((row) => row.map((weight) => weight * a)),
          ),
          neuron('b', 'two', { threshold: tensor([3], b), initial: scalar(0.5) }),
          dense(
            'out',
            'b',
            w3.map((row, i) => row.map((weight) => weight * b[i])),
          ),
        );
        const spiking = toSpiking(ann, { a: [a], b }, half);
        const thresholds = ['a', 'b'].flatMap((name) => numbers(find(spiking, name)).threshold);
        expect(new Set(thresholds)).toEqual(new Set([1]));
        const samples = images([3], 3, seed);
        const spikes = (shown: Shown[][]): unknown =>
          shown.map((steps) => steps.map((step) => [step.spikes, step.scores]));
        expect(spikes(await trace(spiking, samples, { steps: 12 }))).toEqual(
          spikes(await trace(kept, samples, { steps: 12 })),
        );
      }),
    );
  });

  const scopes = ['layer', 'channel'] as const;
  const cases = Object.entries(tinyNetworks(3))
    .filter(([name]) => name !== 'maxPool')
    .flatMap(([name, ann]) => scopes.map((scope) => ({ name, scope, ann: withoutSoftmax(ann) })));

  test.each(cases)('rates of $name approach the activations, λ by $scope', async ({ scope, ann: given }) => {
    const ann = await foldBatchNorm().convert(given, nothing);
    const samples = tinyBatch(ann, 4, 5);
    const seen = await activations(ann, samples);
    const lambdas = largest(ann, seen, scope);
    const spiking = toSpiking(ann, lambdas, half);
    const steps = 512;
    const shown = await trace(spiking, samples, { steps });
    for (const { name } of ann.nodes.filter(isActivation)) {
      const lambda = lambdas[name];
      shown.forEach((frames, sample) => {
        // In units of λ: a few 1/T a layer. A neuron of rate 1 never makes up for the steps before its first spike.
        const rates = counts(frames, name).map((count) => count / steps);
        const expected = seen.get(name)![sample].map((value, i) => value / lambda[i % lambda.length]);
        expect(rates).toBeAllClose(expected, { absolute: 24 / steps, relative: 0 });
      });
    }
    const outputs = await infer(ann, samples);
    const reach = outputs.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const scores = shown.flatMap((frames) => frames.at(-1)!.scores.map((score) => score / steps));
    expect(scores).toBeAllClose(outputs, { absolute: (24 / steps) * reach, relative: 0 });
  });
});

/** The ANN whose outputs the scores approach. Quantised activations are approached by the relu they quantise. */
function withoutSoftmax(ann: Network): Network {
  const nodes = ann.nodes.map((node): Node => (node.op === 'qcfs' ? relu(node.name, node.inputs[0]) : node));
  return { ...ann, nodes: nodes.filter(({ op }) => op !== 'softmax') };
}

/** The largest activation of each layer or channel; that of the layer, or 1, for those that never were active. */
function largest(ann: Network, seen: ReadonlyMap<string, number[][]>, scope: 'layer' | 'channel'): Lambdas {
  const shapes = checkNetwork(ann);
  return Object.fromEntries(
    ann.nodes.filter(isActivation).map(({ name }) => {
      const values = seen.get(name)!.flat();
      const layer = Math.max(...values) || 1;
      if (scope === 'layer') return [name, [layer]];
      const channels = shapes.get(name)!.at(-1)!;
      const most = Array.from({ length: channels }, (_, c) => Math.max(...values.filter((_, i) => i % channels === c)));
      return [name, most.map((value) => value || layer)];
    }),
  );
}
