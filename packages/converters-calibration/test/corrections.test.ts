import { calibration, correctBiases, correctPotentials } from '@spikewright/converters-calibration';
import { type Batch, type Network, type Node, referenceEngine } from '@spikewright/snn-core';
import { integrateAndFire, toSpiking } from '@spikewright/snn-core/convert';
import { tinyBatch, tinyNetworks } from '@spikewright/testkit';
import { describe, expect, test } from 'vitest';
import {
  batch,
  calibrationOf,
  dense,
  find,
  input,
  network,
  rejection,
  relu,
  tensor,
  traceOf,
} from '../../../test/hand-built.js';

const fromHalf = { ...integrateAndFire, initial: 0.5 };
const on = (...samples: number[][]) => calibrationOf(referenceEngine(), batch(...samples));

// a = 0.6 x and b = a.
const ann: Network = network(
  input(1),
  dense('one', 'input', [[0.6]]),
  relu('a', 'one'),
  dense('two', 'a', [[1]]),
  relu('b', 'two'),
  dense('out', 'b', [[1]]),
);
const spiking = toSpiking(ann, { a: [1], b: [1] }, fromHalf);

describe('by hand', () => {
  test('correctBiases adds what a layer lacks, and measures the next one behind it', async () => {
    const corrected = await correctBiases(spiking, ann, on([1]), 1);
    // T = 1. a: 0.5 + 0.6 fires, rate 1 for 0.6: bias -0.4. Now 0.5 + 0.2 is silent, b's rate is 0 for 0.6: bias 0.6.
    expect([...find(corrected, 'one', 'dense').bias!.data]).toBeAllClose([-0.4]);
    expect([...find(corrected, 'two', 'dense').bias!.data]).toBeAllClose([0.6]);
    expect(find(corrected, 'a', 'neuron')).toEqual(find(spiking, 'a', 'neuron'));
    expect(find(corrected, 'out', 'dense')).toEqual(find(spiking, 'out', 'dense'));
    expect(spiking.nodes.some((node) => 'bias' in node)).toBe(false);
  });

  test('correctPotentials adds T times what a neuron lacks to its start', async () => {
    const once = await correctPotentials(spiking, ann, on([1]), 1);
    // a: 0.5 - 0.4, and 0.1 + 0.6 is silent; b: 0.5 + 0.6.
    expect([...find(once, 'a', 'neuron').initial.data]).toBeAllClose([0.1]);
    expect([...find(once, 'b', 'neuron').initial.data]).toBeAllClose([1.1]);
    // T = 4: a has 0.5 + 2.4 = 2.9, 2 spikes of 2.4, rate 0.5: 0.5 + 4 · 0.1.
    const often = await correctPotentials(spiking, ann, on([1]), 4);
    expect([...find(often, 'a', 'neuron').initial.data]).toBeAllClose([0.9]);
  });

  test('corrections take means over samples, biases over places too', async () => {
    // T = 1 on x = 1 and x = 0: a has rates 1 and 0 for 0.6 and 0: it lacks -0.2.
    const corrected = await correctBiases(spiking, ann, on([1], [0]), 1);
    expect([...find(corrected, 'one', 'dense').bias!.data]).toBeAllClose([-0.2]);
    const image = network(
      input(1, 2, 1),
      { op: 'scale', name: 'same', inputs: ['input'], factor: tensor([], [1]) },
      relu('a', 'same'),
      { op: 'flatten', name: 'flat', inputs: ['a'] },
      dense('out', 'flat', [[1], [1]]),
    );
    const spikes = toSpiking(image, { a: [1] }, fromHalf);
    // Places 0.6 and 0.2: rates 1 and 0. They lack -0.4 and 0.2, -0.1 on average.
    const shifted = await correctBiases(spikes, image, on([0.6, 0.2]), 1);
    expect([...find(shifted, 'same', 'scale').bias!.data]).toBeAllClose([-0.1]);
    const started = await correctPotentials(spikes, image, on([0.6, 0.2]), 1);
    expect(find(started, 'a', 'neuron').initial.shape).toEqual([2]);
    expect([...find(started, 'a', 'neuron').initial.data]).toBeAllClose([0.1, 0.7]);
  });

  test('correctBiases counts a current in units of θ', async () => {
    const neurons: Node = {
      ...find(spiking, 'a', 'neuron'),
      threshold: tensor([], [2]),
    };
    const loud = network(input(1), dense('one', 'input', [[0.6]]), relu('a', 'one'), dense('out', 'a', [[1]]));
    const given: Network = { ...loud, nodes: loud.nodes.with(2, neurons), meta: { lambda: { a: [1] } } };
    // v = 1 + 0.6 is silent: it lacks 0.6 spikes, a current of 1.2.
    const corrected = await correctBiases(given, loud, on([1]), 1);
    expect([...find(corrected, 'one', 'dense').bias!.data]).toBeAllClose([1.2]);
  });
});

describe('where a bias goes', () => {
  const weights = (name: string, from: string) => dense(name, from, [[0.6]]);
  const layer: Node = { ...find(spiking, 'a', 'neuron'), inputs: ['last'] };
  const rest = [dense('out', 'a', [[1]])];
  /** Corrects a spiking network of which all nodes before its neurons are given; their activation is 0.6, the rate 1. */
  async function corrected(...before: Node[]): Promise<Network> {
    const whole = network(...before, relu('a', 'last'), ...rest);
    const snn: Network = { ...whole, nodes: [...before, layer, ...rest], meta: { lambda: { a: [1] } } };
    return correctBiases(snn, whole, on([1]), 1);
  }

  test('correctBiases adds to the bias that there is', async () => {
    const own = await corrected(input(1), dense('last', 'input', [[0.5]], [0.1]));
    expect([...find(own, 'last', 'dense').bias!.data]).toBeAllClose([-0.3]);
  });

  test('correctBiases goes through add, to the first branch that nothing else reads', async () => {
    const sum = await corrected(input(1), dense('left', 'input', [[0.3]]), dense('right', 'input', [[0.3]]), {
      op: 'add',
      name: 'last',
      inputs: ['left', 'right'],
    });
    expect([...find(sum, 'left', 'dense').bias!.data]).toBeAllClose([-0.4]);
    expect(find(sum, 'right', 'dense').bias).toBeUndefined();
  });

  test('correctBiases adds a scale node where weights are shared or there are none', async () => {
    const shared = await corrected(input(1), dense('half', 'input', [[0.3]]), {
      op: 'add',
      name: 'last',
      inputs: ['half', 'half'],
    });
    expect(find(shared, 'a/bias', 'scale')).toMatchObject({ inputs: ['last'], factor: tensor([], [1]) });
    expect([...find(shared, 'a/bias', 'scale').bias!.data]).toBeAllClose([-0.4]);
    expect(find(shared, 'a', 'neuron').inputs).toEqual(['a/bias']);
    expect(find(shared, 'half', 'dense').bias).toBeUndefined();
  });

  test('correctBiases goes through average pooling', async () => {
    const { globalPool } = tinyNetworks();
    const [image, conv, , pool, scores] = globalPool.nodes;
    const nodes = [
      image,
      conv,
      { ...pool, inputs: [conv.name] },
      relu('a', pool.name),
      { ...scores, inputs: ['a'] },
    ] as Node[];
    const whole = network(...nodes);
    const snn = toSpiking(whole, { a: [2] }, fromHalf);
    const after = await correctBiases(snn, whole, calibrationOf(referenceEngine(), tinyBatch(whole, 4)), 2);
    expect(after.nodes.map(({ name }) => name)).toEqual(snn.nodes.map(({ name }) => name));
    expect(find(after, 'conv', 'conv2d').bias).not.toEqual(find(snn, 'conv', 'conv2d').bias);
  });

  test('correctBiases refuses a network in which the name of its scale node is taken', async () => {
    const refused = await rejection(() => corrected(input(1), weights('a/bias', 'input'), relu('last', 'a/bias')));
    expect(refused.message).toMatch(/over time|is needed/);
    const taken = dense('a/bias', 'input', [[0.3]]);
    const add: Node = { op: 'add', name: 'last', inputs: ['a/bias', 'a/bias'] };
    expect(await rejection(() => corrected(input(1), taken, add))).toEqual(
      new TypeError("Cannot correct neurons 'a': the name is needed for a scale node: 'a/bias'"),
    );
  });
});

describe('mean rates', () => {
  const steps = 4;
  const cases = Object.entries(tinyNetworks(4)).filter(([name]) => !['chain', 'maxPool'].includes(name));

  /** How far mean rates are from mean activations in units of λ, over all neurons. */
  async function distance(snn: Network, given: Network, data: Batch): Promise<number> {
    const layers = snn.nodes.filter(({ op }) => op === 'neuron').map(({ name }) => name);
    const means = new Map(layers.map((name) => [name, [] as number[]]));
    const add = (name: string, values: ArrayLike<number>, by: number): void => {
      const mean = means.get(name)!;
      for (let i = 0; i < values.length; i++) mean[i] = (mean[i] ?? 0) + (by * values[i]) / data.size;
    };
    const program = await referenceEngine().compile(given);
    await program.infer(data, (name, values) => {
      const lambda = snn.meta.lambda![name];
      if (means.has(name))
        add(
          name,
          Array.from(values, (value, i) => value / lambda[i % lambda.length]),
          1,
        );
    });
    for (const [, , spikes] of await traceOf(referenceEngine(), snn, data, steps)) {
      layers.forEach((name, layer) => {
        add(name, spikes[layer], -1 / steps);
      });
    }
    return [...means.values()].flat().reduce((sum, difference) => sum + Math.abs(difference), 0);
  }

  test.each(cases)('corrections bring those of %s nearer to the activations', async (_name, given) => {
    const data = tinyBatch(given, 16, 3);
    const look = calibrationOf(referenceEngine(), data);
    const uncorrected = calibration({ thresholds: 'percentile', percentile: 100, bias: false, initial: 0 });
    const start = await uncorrected.convert(given, look);
    const before = await distance(start, given, data);
    const light = await correctBiases(start, given, look, steps);
    const advanced = await correctPotentials(start, given, look, steps);
    expect(await distance(light, given, data)).toBeLessThan(before);
    expect(await distance(advanced, given, data)).toBeLessThan(before);
  });
});

describe('refusals', () => {
  test('corrections refuse neurons without activation or λ, and say which', async () => {
    const other: Network = { ...ann, nodes: [...ann.nodes.slice(0, 4), relu('c', 'two'), dense('out', 'c', [[1]])] };
    expect(await rejection(() => correctBiases(spiking, other, on([1]), 1))).toEqual(
      new ReferenceError("Cannot correct neurons 'b': the ANN must have an activation of its name: none found"),
    );
    expect(await rejection(() => correctPotentials({ ...spiking, meta: {} }, ann, on([1]), 1))).toEqual(
      new ReferenceError("Cannot correct neurons 'a': its λ must be in the meta of its network: none found"),
    );
  });

  test('corrections refuse an ANN of another size, no samples, and steps out of range', async () => {
    const wide = network(
      input(1),
      dense('one', 'input', [[1, 1]]),
      relu('a', 'one'),
      dense('two', 'a', [[1], [1]]),
      relu('b', 'two'),
    );
    expect(await rejection(() => correctBiases(spiking, wide, on([1]), 1))).toEqual(
      new TypeError("Cannot correct neurons 'a': the activation of the ANN must have as many values: 1 neurons: 2"),
    );
    const none = calibrationOf(referenceEngine());
    expect(await rejection(() => correctBiases(spiking, ann, none, 1))).toEqual(
      new RangeError('Cannot correct neurons: calibration must hold at least 1 sample: 0 given'),
    );
    for (const steps of [0, 1.5, 65_537, Number.NaN]) {
      expect(await rejection(() => correctPotentials(spiking, ann, on([1]), steps))).toBeInstanceOf(RangeError);
    }
  });
});
