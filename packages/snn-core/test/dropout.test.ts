import { loseSpikes, type Network, poisson, randomStream, referenceEngine } from '@spikewright/snn-core';
import { tinyBatch, tinyNetworks, withNeurons } from '@spikewright/testkit';
import { describe, expect, test } from 'vitest';
import { batch, caught, dense, input, network, neuron, trace } from './builders.js';

/** What is left of spikes, and what arrives of them. */
function lose(
  spikes: readonly number[],
  options: { seed: number; dropout?: number },
  place = { sample: 0, step: 1, node: 1 },
): { left: number[]; arriving: number[] } {
  const left = Int32Array.from(spikes);
  const arriving = new Float64Array(left.length);
  loseSpikes(left, arriving, options, place);
  return { left: [...left], arriving: [...arriving] };
}

const ones = (size: number): number[] => new Array(size).fill(1);
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

describe('loseSpikes', () => {
  test.each([0.1, 0.5, 0.9])('loses a share of %d over many draws', (dropout) => {
    // 100 steps of 1,000 spikes: the share's standard deviation is at most sqrt(.25 / 100,000) = .0016.
    let kept = 0;
    for (let step = 1; step <= 100; step++) {
      kept += sum(lose(ones(1000), { seed: 3, dropout }, { sample: 0, step, node: 2 }).left);
    }
    expect(Math.abs(1 - kept / 100_000 - dropout)).toBeLessThan(0.007);
  });

  test('gives those that are left a weight of 1 / (1 - share), whole bursts and negative spikes alike', () => {
    const spikes = Array.from({ length: 200 }, (_, i) => (i % 5) - 2);
    const { left, arriving } = lose(spikes, { seed: 1, dropout: 0.75 });
    for (const [i, spike] of left.entries()) {
      expect([0, spikes[i]]).toContain(spike);
      // 1 / (1 - .75) = 4
      expect(arriving[i]).toBe(4 * spike);
    }
    expect(left).toContain(0);
    expect(left.some((spike) => spike < 0)).toBe(true);
  });

  test('draws by seed, sample, step and layer, and by nothing else', () => {
    const draw = (seed: number, sample: number, step: number, node: number): string =>
      lose(ones(64), { seed, dropout: 0.5 }, { sample, step, node }).left.join('');
    const draws = [draw(1, 2, 3, 4), draw(9, 2, 3, 4), draw(1, 9, 3, 4), draw(1, 2, 9, 4), draw(1, 2, 3, 9)];
    expect(new Set(draws).size).toBe(draws.length);
    expect(draw(1, 2, 3, 4)).toBe(draws[0]);
  });

  test('draws other numbers than an encoder, which knows seed, sample and step alone', () => {
    const { left } = lose(ones(64), { seed: 1, dropout: 0.5 }, { sample: 2, step: 3, node: 0 });
    const random = randomStream(1, 2, 3);
    expect(left).not.toEqual(ones(64).map(() => (random() < 0.5 ? 0 : 1)));
  });

  test('loses nothing without dropout', () => {
    expect(lose([1, -2, 0], { seed: 1 })).toEqual({ left: [1, -2, 0], arriving: [1, -2, 0] });
  });
});

describe('RunOptions.dropout', () => {
  /** 50 neurons that fire in every step, and a read-out of two synapses each. */
  const always: Network = network(
    input(1),
    dense('in', 'input', [ones(50)]),
    neuron('cell', 'in'),
    dense(
      'out',
      'cell',
      ones(50).map(() => [1, 0.5]),
    ),
  );

  test('shows the spikes that are left, counts their operations, and weighs what arrives', async () => {
    const [steps] = await trace(always, batch([1]), { steps: 40, dropout: 0.5, seed: 2 });
    let total = 0;
    for (const { spikes, scores, operations } of steps) {
      const left = sum(spikes.cell);
      total += left;
      expect(operations.out).toEqual({ accumulates: 2 * left, multiplyAccumulates: 0 });
      // Each weighs 2: the scores are 2 · 1 and 2 · 0.5 for each spike so far.
      expect(scores).toEqual([2 * total, total]);
    }
    // 2,000 spikes, of which half stay; the standard deviation is 22.
    expect(Math.abs(total - 1000)).toBeLessThan(100);
  });

  const spiking = withNeurons(tinyNetworks().residualIdentity, { levels: [-1, 2], threshold: 0.25 });
  const run = { steps: 5, encoder: poisson(), dropout: 0.3, seed: 4 };

  test('changes scores, and every run with the same seed alike', async () => {
    const samples = tinyBatch(spiking, 3);
    const once = await trace(spiking, samples, run);
    expect(await trace(spiking, samples, run)).toEqual(once);
    expect(await trace(spiking, samples, { ...run, seed: 5 })).not.toEqual(once);
    expect(await trace(spiking, samples, { ...run, dropout: 0 })).not.toEqual(once);
  });

  test('loses the same spikes of a sample in any batch, and with any number of rows', async () => {
    const samples = tinyBatch(spiking, 6);
    const all = await trace(spiking, samples, run);
    expect(await trace(spiking, samples, { ...run, engine: referenceEngine({ rows: 1 }) })).toEqual(all);
    const size = samples.data.length / 6;
    for (let sample = 0; sample < 6; sample++) {
      const alone = {
        size: 1,
        data: samples.data.slice(sample * size, (sample + 1) * size),
        indices: samples.indices.slice(sample, sample + 1),
      };
      expect(await trace(spiking, alone, run)).toEqual([all[sample]]);
    }
  });

  test('of 0 is none', async () => {
    const samples = tinyBatch(spiking, 2);
    const { dropout: _, ...without } = run;
    expect(await trace(spiking, samples, { ...run, dropout: 0 })).toEqual(await trace(spiking, samples, without));
  });

  test.each([-0.1, 1, 1.5, Number.NaN])('refuses %s', async (dropout) => {
    const error = await caught(() => trace(always, batch([1]), { steps: 1, dropout }));
    expect(error).toEqual(new RangeError(`Cannot run: dropout must be from 0 to below 1: ${dropout}`));
  });
});
