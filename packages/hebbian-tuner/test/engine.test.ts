import { type HebbianEngineOptions, hebbianEngine } from '@spikewright/hebbian-tuner';
import { direct, type Engine, type Network, OptionsError, referenceEngine } from '@spikewright/snn-core';
import { tinyBatch, tinyNetworks, withNeurons } from '@spikewright/testkit';
import { describe, expect, test } from 'vitest';
import { conv, dense, network, neurons } from './networks.js';

/** The scores after every step, sample by sample. */
async function scoresOf(
  engine: Engine,
  given: Network,
  data: number[],
  steps: number,
  dropout = 0,
): Promise<number[][]> {
  const length = tinyBatch(given, 1).data.length;
  const size = data.length / length;
  const batch = { size, data: Float32Array.from(data), indices: Uint32Array.from({ length: size }, (_, i) => i) };
  const scores: number[][] = Array.from({ length: size }, () => []);
  const program = await engine.compile(given);
  for await (const frame of program.run(batch, { steps, encoder: direct(), seed: 1, dropout })) {
    for (let row = 0; row < frame.rows; row++) scores[frame.sampleOf(row)].push(...frame.scores(row));
  }
  program.dispose();
  return scores;
}

/** One input of 1 and two neurons from v(0) = 0, with currents 0.75 and 0.4375. The read-out counts their spikes. */
const two: Network = {
  format: 1,
  nodes: [
    { op: 'input', name: 'input', inputs: [], shape: [1] },
    dense('hidden', 'input', [1, 2], [0.75, 0.4375]),
    neurons('spikes', 'hidden'),
    dense('scores', 'spikes', [2, 2], [1, 0, 0, 1]),
  ],
  meta: {},
};

describe('H1 timing while it runs', () => {
  test('dense: weights of the sample follow its spikes', async () => {
    // d = 0: the trace is 1. η+ = 0.2, η- = 0.1, of |w0| = 0.75: ±0.15, -0.075; of 0.4375: 0.0875, -0.04375.
    // First: w, v = 0.75, 0.75; 0.675, 1.425 fires; 0.825, 1.25 fires; 0.975, 1.225 fires.
    // Second: 0.4375, 0.4375; 0.39375, 0.83125; 0.35, 1.18125 fires; 0.4375, 0.61875.
    const engine = hebbianEngine({ rule: 'timing', eta: 0.2, etaMinus: 0.1, decay: 0 });
    expect(await scoresOf(engine, two, [1], 4)).toEqual([[0, 0, 1, 0, 2, 1, 3, 1]]);
    // Without learning: 0.75, 1.5, 1.25, 1: three spikes as well; 0.4375, 0.875, 1.3125, 0.75.
    expect(await scoresOf(referenceEngine(), two, [1], 4)).toEqual([[0, 0, 1, 0, 2, 1, 3, 1]]);
    // η+ = 1 reaches 1 + ρ = 1.3: w = 0.75, 0.75, 0.975, ...: v = 0.75, 1.5, 1.475, 1.45, 1.425: fires in all but the first step.
    const fast = hebbianEngine({ rule: 'timing', eta: 1, etaMinus: 0, decay: 0 });
    const [scores] = await scoresOf(fast, two, [1], 8);
    // From step 3 on 0.975 a step: v = 1.475, 1.45, 1.425, ... The plain one has fired in 6 of 8 steps, this one in 7.
    expect(scores.at(-2)).toBe(7);
    expect((await scoresOf(referenceEngine(), two, [1], 8))[0].at(-2)).toBe(6);
  });

  test('convolution: one kernel for the sample, changed by the mean over places', async () => {
    // Pixels 1 and 0.5, a kernel of one tap, 0.75: currents 0.75 and 0.375. d = 0, η+ = 0.4, η- = 0.2.
    // Step 1: v = 0.75, 0.375: both silent. Mean of -0.2 · 1 and -0.2 · 0.5: -0.15, w = 0.75 (1 - 0.15) = 0.6375.
    // Step 2: v = 1.3875 fires, 0.69375. Mean of 0.4 and -0.1: 0.15, w = 0.75.
    // Step 3: v = 1.1375 fires, 1.06875 fires. (Plain: 1.25 and 1.125.) Mean of 0.4 and 0.2: 0.3, w = 0.975.
    // Step 4: v = 1.1125 fires, 0.55625. (Plain: 1 fires, 0.5.)
    // Step 5: mean of 0.4 and -0.1: 0.15, at most 0.975. v = 1.0875 fires, 1.04375 fires. (Plain: 0.75, 0.875: silent.)
    const given = network([1, 2, 1], 2, conv('hidden', 'input', [1, 1, 1, 1], [0.75]), neurons('spikes', 'hidden'));
    const engine = hebbianEngine({ rule: 'timing', eta: 0.4, etaMinus: 0.2, decay: 0 });
    const firsts = (scores: number[][]): number[] => scores[0].filter((_, i) => i % 2 === 0);
    expect(firsts(await scoresOf(engine, given, [1, 0.5], 5))).toEqual([0, 1, 3, 4, 6]);
    expect(firsts(await scoresOf(referenceEngine(), given, [1, 0.5], 5))).toEqual([0, 1, 3, 4, 4]);
  });
});

test('H2 gain while it runs: currents follow the rates so far', async () => {
  // Gains start at 1 and move by 0.5 (r - mean r). Step 1: v = 0.75, 0.4375: rates 0.
  // Step 2: v = 1.5 fires, 0.875: rates 1/2, 0: g = 1.125, 0.875. Step 3: v = 0.5 + 0.84375 = 1.34375 fires;
  // 0.875 + 0.3828125 = 1.2578125 fires. Rates 2/3, 1/3: g = 1.2083, 0.7917. Step 4: 0.34375 + 0.90625 = 1.25 fires; 0.604.
  // Rates 3/4, 1/4: g = 1.3 (bound), 0.7. Step 5: 0.25 + 0.975 = 1.225 fires (plain: v = 0, 0.75: silent); 0.604 + 0.306 = 0.910.
  // Step 6: 0.225 + 0.975 = 1.2 fires; 0.910 + 0.306 = 1.217 fires (plain: 0.75 + 0.4375 = 1.1875 fires in step 5).
  const engine = hebbianEngine({ rule: 'gain', eta: 0.5 });
  const [scores] = await scoresOf(engine, two, [1], 6);
  expect(scores).toEqual([0, 0, 1, 0, 2, 1, 3, 1, 4, 1, 5, 2]);
});

test.each(['timing', 'gain'] as const)('%s: every sample starts with the network as it was', async (rule) => {
  const given = withNeurons(tinyNetworks().deep, { threshold: 0.5 });
  const batch = tinyBatch(given, 2);
  const [first, second] = [[...batch.data.subarray(0, 36)], [...batch.data.subarray(36)]];
  const engine = hebbianEngine({ rule, eta: 1 });
  const [a, b, c] = await scoresOf(engine, given, [...first, ...second, ...first], 6);
  expect(c).toEqual(a);
  expect(await scoresOf(engine, given, second, 6)).toEqual([b]);
  // It does learn.
  expect(a).not.toEqual((await scoresOf(referenceEngine(), given, first, 6))[0]);
});

test.each(['timing', 'gain'] as const)('%s with rates of 0 loses the same spikes as the reference', async (rule) => {
  const given = withNeurons(tinyNetworks().deep, { threshold: 0.25 });
  const data = [...tinyBatch(given, 3).data];
  const engine = hebbianEngine({ rule, eta: 0, etaMinus: 0 });
  expect(await scoresOf(engine, given, data, 6, 0.3)).toEqual(await scoresOf(referenceEngine(), given, data, 6, 0.3));
});

test('hebbianEngine() refuses wrong options', () => {
  const wrong: [object, string][] = [
    [{ rule: 'rate' }, 'rule must be timing or gain: rate'],
    [{ rule: 'gain', eta: -1 }, 'eta must be from 0 to 10: -1'],
    [{ rule: 'timing', etaMinus: Number.NaN }, 'etaMinus must be from 0 to 10: NaN'],
    [{ rule: 'timing', decay: 1 }, 'decay must be from 0 to below 1: 1'],
    [{ rule: 'gain', bound: 1 }, 'bound must be from 0 to below 1: 1'],
  ];
  for (const [options, message] of wrong) {
    expect(() => hebbianEngine(options as HebbianEngineOptions)).toThrow(
      new OptionsError(`Cannot make the hebbian engine: ${message}`),
    );
  }
  expect(() => hebbianEngine({ rule: 'gain', rate: 1 } as never)).toThrow(OptionsError);
});
