import { type TwoStageOptions, twoStageEngine } from '@spikewright/converters-calibration';
import {
  direct,
  type Encoder,
  evaluate,
  type Network,
  type Neuron,
  poisson,
  referenceEngine,
} from '@spikewright/snn-core';
import { neuronKinds, tinyBatch, tinyNetworks, withNeurons } from '@spikewright/testkit';
import { describe, expect, test } from 'vitest';
import { batch, dense, input, network, relu, tensor, traceOf } from '../../../test/hand-built.js';

/** One neuron from θ/2, θ = 2, that gets one of four currents in each step, over and over. */
function neuronWith(...currents: number[]): Network {
  const neuron: Neuron = {
    op: 'neuron',
    name: 'neuron',
    inputs: ['weights'],
    threshold: tensor([], [2]),
    initial: tensor([], [0.5]),
    reset: 'subtract',
    fires: '>=',
    leak: 1,
    levels: [0, 1],
  };
  const rows = currents.map((current) => [2 * current]);
  return network(input(4), dense('weights', 'input', rows), neuron, dense('out', 'neuron', [[1, 3]]));
}
const inTurn: Encoder = {
  role: 'encoder',
  spec: 1,
  name: 'in-turn',
  options: {},
  output: 'spikes',
  start: () => (_image, _sample, step, into) => {
    into.fill(0);
    into[(step - 1) % 4] = 1;
  },
};

/** Step, spike, first score, additions at weights and read-out of every frame shown. */
async function frames(options: TwoStageOptions, whole: Network, steps: number): Promise<number[][]> {
  const program = await twoStageEngine(options).compile(whole);
  const shown: number[][] = [];
  for await (const frame of program.run(batch([0, 0, 0, 0]), { steps, encoder: inTurn, seed: 0 })) {
    const [into, out] = ['weights', 'out'].map((name) => frame.operations(name, 0).accumulates);
    shown.push([frame.stepOf(0), frame.spikes('neuron', 0)[0], frame.scores(0)[0], into, out]);
  }
  return shown;
}

describe('by hand', () => {
  test('twoStageEngine by residual silences a neuron that sent 2 spikes for inputs that add up to 0', async () => {
    // From 1/2: 1.5 fires, 1.5 fires, -0.5, -1.5: not above 0.
    expect(await frames({ rule: 'residual', first: 4 }, neuronWith(1, 1, -1, -1), 8)).toEqual([
      [1, 1, 1, 1, 2],
      [2, 1, 2, 1, 2],
      [3, 0, 2, 1, 0],
      [4, 0, 2, 1, 0],
      // Scores start again; two synapses of the read-out hear nothing.
      [5, 0, 0, 1, 0],
      [6, 0, 0, 1, 0],
      [7, 0, 0, 1, 0],
      [8, 0, 0, 1, 0],
    ]);
    // A quarter of a spike is left of (1, 1, 0, -0.25): it is heard, from 1/2 again.
    const heard = await frames({ rule: 'residual', first: 4 }, neuronWith(1, 1, 0, -0.25), 8);
    expect(heard.map(([, spike]) => spike)).toEqual([1, 1, 0, 0, 1, 1, 0, 0]);
  });

  test('twoStageEngine by offset takes back a spike too many', async () => {
    // Left: -1.5 after 2 spikes, both fired from 1.5: v(0) = 1/2 - max(1, 0.501) = -1/2; then 0.5, 1.5 fires.
    expect(await frames({ rule: 'offset', first: 4 }, neuronWith(1, 1, -1, -1), 8)).toEqual([
      // The first stage adds 4 inputs, and 1 spike that the read-out of two waits for, to the first step shown.
      [5, 0, 0, 1 + 4, 0 + 2],
      [6, 1, 1, 1, 2],
      [7, 0, 1, 1, 0],
      [8, 0, 1, 1, 0],
    ]);
  });

  test('twoStageEngine by offset adds a spike too few', async () => {
    // -0.5, -1.5, 0.5, 2.5 fires, 1.5 left; highest silent 0.5: v(0) = 1/2 + 1. Then 0.5, -0.5, 1.5 fires, 2.5 fires.
    const shown = await frames({ rule: 'offset', first: 4 }, neuronWith(-1, -1, 2, 2), 8);
    expect(shown.map(([, spike]) => spike)).toEqual([0, 0, 1, 1]);
    // Nothing lies between -1 and -1, 1, 1: half a spike is left.
    const silent = await frames({ rule: 'offset', first: 4 }, neuronWith(-1, -1, 1, 1), 8);
    expect(silent.map(([, spike]) => spike)).toEqual([0, 0, 0, 0]);
    // A neuron that fired in every step starts as it did, though 1.25 are left.
    const always = await frames({ rule: 'offset', first: 3 }, neuronWith(1.25, 1.25, 1.25, -4), 7);
    expect(always.map(([, spike]) => spike)).toEqual([1, 1, 1, 0]);
  });

  test('twoStageEngine by offset goes on after the steps of the first stage', async () => {
    const shown = await frames({ rule: 'offset', first: 2 }, neuronWith(1, 1, -1, -1), 6);
    // Two steps leave 1/2: nothing to correct; then as in a plain run.
    expect(shown.map(([step, spike, score]) => [step, spike, score])).toEqual([
      [3, 1, 1],
      [4, 1, 2],
      [5, 0, 2],
      [6, 0, 2],
    ]);
  });
});

describe('laws', () => {
  const { maxPool: _, ...able } = tinyNetworks(2);
  const all = Object.entries(able).map(([name, ann]): [string, Network] => [name, withNeurons(ann)]);

  test.each(all)('twoStageEngine by residual runs %s plainly in its first stage', async (_name, whole) => {
    const data = tinyBatch(whole, 3);
    for (const encoder of [direct(), poisson()]) {
      const options = { steps: 3, encoder, seed: 5 };
      const plain = await evaluate(await referenceEngine().compile(whole), [data], options);
      const engine = twoStageEngine({ rule: 'residual', first: 3 });
      const both = await evaluate(await engine.compile(whole), [data], { ...options, steps: 6 });
      expect(both.accuracy.slice(0, 3)).toEqual(plain.accuracy);
      // Spikes and operations of every step.
      expect(both.workByStep.slice(0, 3)).toEqual(plain.workByStep);
    }
  });

  const single = all.filter(([, { nodes }]) => nodes.filter(({ op }) => op === 'neuron').length === 1);

  test.each(single)(
    'twoStageEngine by offset changes no spike of %s, whose current is constant',
    async (_name, whole) => {
      const data = tinyBatch(whole, 3);
      const plain = await traceOf(referenceEngine(), whole, data, 5);
      const corrected = await traceOf(twoStageEngine({ rule: 'offset', first: 3 }), whole, data, 8);
      expect(corrected.map(([sample, step, ...rest]) => [sample, step - 3, ...rest])).toEqual(plain);
    },
  );

  test('twoStageEngine by offset counts the first stage with its first step', async () => {
    const [, whole] = all.find(([name]) => name === 'deep')!;
    const data = tinyBatch(whole, 2);
    const [short, long] = await Promise.all(
      [1, 4].map(async (first) => {
        const program = await twoStageEngine({ rule: 'offset', first }).compile(whole);
        return evaluate(program, [data], { steps: 8, encoder: direct() });
      }),
    );
    expect(short.accuracy.slice(0, 1)).toEqual([null]);
    expect(long.accuracy.slice(0, 4)).toEqual([null, null, null, null]);
    expect(long.accuracy.slice(4).every((share) => share !== null)).toBe(true);
    // conv1 multiplies the image in each of 8 steps, whichever stage they belong to.
    const plain = await evaluate(await referenceEngine().compile(whole), [data], { steps: 8, encoder: direct() });
    const multiplied = [plain, short, long].map(({ work }) => work.multiplyAccumulates.conv1);
    expect(multiplied).toEqual([multiplied[0], multiplied[0], multiplied[0]]);
  });

  test('twoStageEngine ends a sample that is stopped, and not the others', async () => {
    const [, whole] = all[0];
    for (const rule of ['residual', 'offset'] as const) {
      const program = await twoStageEngine({ rule, first: 2 }).compile(whole);
      const steps: number[][] = [];
      for await (const frame of program.run(tinyBatch(whole, 2), { steps: 5, encoder: direct(), seed: 0 })) {
        steps.push([frame.sampleOf(0), frame.stepOf(0)]);
        if (frame.sampleOf(0) === 0 && frame.stepOf(0) === 3) frame.stop(0);
      }
      const last = [3, 4, 5].map((step) => [1, step]);
      expect(steps.slice(-4)).toEqual([[0, 3], ...(rule === 'residual' ? [[1, 2]] : []), ...last].slice(-4));
      expect(steps.filter(([sample]) => sample === 0).at(-1)).toEqual([0, 3]);
    }
  });

  test('twoStageEngine evaluates an ANN as the reference engine does', async () => {
    const { chain } = tinyNetworks();
    const data = tinyBatch(chain, 2);
    const engine = twoStageEngine({ rule: 'offset', first: 1 });
    expect(engine.name).toBe('two-stage-offset-1');
    expect(await (await engine.compile(chain)).infer(data)).toEqual(
      await (await referenceEngine().compile(chain)).infer(data),
    );
  });
});

describe('refusals', () => {
  test.each<[unknown, string]>([
    [{ rule: 'srp', first: 4 }, 'Cannot make the two-stage engine: rule must be residual or offset: srp'],
    [{ rule: 'offset', first: 0 }, 'Cannot make the two-stage engine: first must be whole, from 1 to 256: 0'],
    [{ rule: 'offset', first: 257 }, 'Cannot make the two-stage engine: first must be whole, from 1 to 256: 257'],
    [{ rule: 'offset' }, 'Cannot make the two-stage engine: first must be whole, from 1 to 256: undefined'],
    [
      { rule: 'offset', first: 4, tau: 4 },
      "Cannot make the two-stage engine: the option must be one of rule, first: 'tau'",
    ],
  ])('twoStageEngine refuses the options %j', (options, message) => {
    expect(() => twoStageEngine(options as TwoStageOptions)).toThrow(
      expect.objectContaining({ name: 'OptionsError', message }),
    );
  });

  const run = async (whole: Network, steps = 3, dropout = 0) => {
    const program = await twoStageEngine({ rule: 'residual', first: 2 }).compile(whole);
    return program.run(tinyBatch(whole, 1), { steps, encoder: direct(), seed: 0, dropout });
  };

  test('twoStageEngine refuses dropout', async () => {
    await expect(run(neuronWith(1, 1, 1, 1), 3, 0.5)).rejects.toThrow(
      new TypeError('Cannot run in two stages: there is no dropout: 0.5'),
    );
  });

  test('twoStageEngine refuses runs without a second stage', async () => {
    await expect(run(neuronWith(1, 1, 1, 1), 2)).rejects.toThrow(
      new RangeError('Cannot run in two stages: steps must be more than the 2 of the first stage: 2'),
    );
  });

  test('twoStageEngine refuses neurons that are not plain, and ANNs', async () => {
    const { dense: ann } = tinyNetworks();
    const odd = Object.values(neuronKinds).map((kind) => withNeurons(ann, kind));
    const refused = odd.filter(({ nodes }) =>
      nodes.some(
        (node) =>
          node.op === 'neuron' &&
          (node.reset === 'zero' || node.leak < 1 || node.levels.join() !== '0,1' || node.gains || node.delay),
      ),
    );
    expect(refused.length).toBeGreaterThan(2);
    for (const whole of refused) {
      await expect(run(whole)).rejects.toThrow(/^Cannot run neurons 'relu1' in two stages: they must be plain /);
    }
    await expect(run(network(input(1), relu('a', 'input')))).rejects.toThrow(/over time/);
  });

  test('twoStageEngine names the node whose spikes or operations there are not', async () => {
    for await (const frame of await run(neuronWith(1, 1, 1, 1))) {
      expect(() => frame.spikes('out', 0)).toThrow(
        new ReferenceError("Cannot show spikes: the node must be a neuron: 'out'"),
      );
      expect(() => frame.operations('neuron', 0)).toThrow(
        new ReferenceError("Cannot count operations: the node must have weights: 'neuron'"),
      );
    }
  });
});
