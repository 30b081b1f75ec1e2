import { direct, type Encode, type PoissonOptions, poisson, regular } from '@spikewright/snn-core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { seeds } from './arbitraries.js';
import { batch, dense, input, network, neuron, trace } from './builders.js';

/** What an encoder puts in, step by step. */
function encoded(encode: Encode, image: number[], steps: number, sample = 0): number[][] {
  return Array.from({ length: steps }, (_, step) => {
    const into = new Float64Array(image.length);
    encode(Float32Array.from(image), sample, step + 1, into);
    return [...into];
  });
}

test('direct puts in the image itself in every step', () => {
  expect(direct().output).toBe('constant');
  expect(encoded(direct().start(0), [0.5, -2, 3], 2)).toEqual([[0.5, -2, 3], [0.5, -2, 3]]); // biome-ignore format: a table
});

test('regular spreads floor(x t) spikes evenly', () => {
  // floor(0.4 t) = 0 0 1 1 2, floor(t) = 1 2 3 4 5, floor(0.75 t) = 0 1 2 3 3
  const columns = [[0, 0, 1, 0, 1], [1, 1, 1, 1, 1], [0, 1, 1, 1, 0], [0, 0, 0, 0, 0]]; // biome-ignore format: a table
  const steps = encoded(regular().start(0), [0.4, 1, 0.75, 0], 5);
  expect(columns.map((_, place) => steps.map((spikes) => spikes[place]))).toEqual(columns);
});

test('regular has sent floor(x T) spikes after T steps, for any x and T', () => {
  const x = fc.float({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(x, fc.integer({ min: 1, max: 200 }), (intensity, steps) => {
      const sent = encoded(regular().start(0), [intensity], steps).flat();
      expect(sent.every((spike) => spike === 0 || spike === 1)).toBe(true);
      expect(sent.reduce((sum, spike) => sum + spike, 0)).toBe(Math.floor(Math.fround(intensity) * steps));
    }),
  );
});

test('poisson draws by seed, sample and step alone', () => {
  const image = [0.1, 0.5, 0.9, 0.5, 0.5];
  fc.assert(
    fc.property(seeds, seeds, (seed, sample) => {
      const encode = poisson().start(seed);
      const forward = encoded(encode, image, 4, sample);
      const into = new Float64Array(5);
      // Backwards, with other samples in between, and from another start.
      for (const step of [4, 2, 1, 3]) {
        encode(Float32Array.from(image), sample + 1, step, into);
        poisson().start(seed)(Float32Array.from(image), sample, step, into);
        expect([...into]).toEqual(forward[step - 1]);
      }
    }),
  );
});

test('poisson draws other spikes for every seed, sample and step', () => {
  const image = new Array<number>(64).fill(0.5);
  const drawn = new Set<string>();
  for (let seed = 0; seed < 4; seed++) {
    for (let sample = 0; sample < 4; sample++) {
      for (const spikes of encoded(poisson().start(seed), image, 4, sample)) drawn.add(spikes.join(''));
    }
  }
  expect(drawn.size).toBe(4 * 4 * 4);
});

test('poisson fires always at 1, never at 0, and at rate x in between', () => {
  const steps = encoded(poisson().start(1), [0, 1, 0.3], 10_000);
  const sums = [0, 1, 2].map((place) => steps.reduce((sum, spikes) => sum + spikes[place], 0));
  expect(sums.slice(0, 2)).toEqual([0, 10_000]);
  // 3000 spikes, standard deviation sqrt(10000 · 0.3 · 0.7) = 46; four of them are 183.
  expect([sums[2]]).toBeAllClose([3000], { absolute: 183, relative: 0 });
  // rate 0.5 makes it 1500, standard deviation 36.
  const half = encoded(poisson({ rate: 0.5 }).start(1), [0.3], 10_000).flat();
  expect([half.reduce((sum, spike) => sum + spike, 0)]).toBeAllClose([1500], { absolute: 143, relative: 0 });
});

test('poisson draws independently from value to value and from step to step', () => {
  const steps = encoded(poisson().start(2), [0.5, 0.5], 20_000);
  const mean = (of: (step: number) => number): number => {
    let sum = 0;
    for (let step = 1; step < steps.length; step++) sum += of(step);
    return sum / (steps.length - 1);
  };
  // Two halves meet in a quarter: standard error sqrt(3/16 / 20000) = 0.0031; four of them are 0.0123.
  const both = [mean((t) => steps[t][0] * steps[t][1]), mean((t) => steps[t][0] * steps[t - 1][0])];
  expect(both).toBeAllClose([0.25, 0.25], { absolute: 0.0123, relative: 0 });
});

test('poisson gives currents of golden vector A8', async () => {
  // Bernoulli spikes of rates r: sd = sqrt(sum w² r (1 - r)). Columns (3, 4, 0, 0) and (1, 1, 1, 1), rates .1 .2 .3 .4:
  // sqrt(9 · .09 + 16 · .16) = 1.835756 and sqrt(.09 + .16 + .21 + .24) = .83666; means 1.1 and 1.
  const whole = network(
    input(4),
    neuron('relay', 'input'), // θ = 1: passes every spike on
    dense('current', 'relay', [[3, 1], [4, 1], [0, 1], [0, 1]]), // biome-ignore format: a table
  );
  const steps = 40_000;
  const [shown] = await trace(whole, batch([0.1, 0.2, 0.3, 0.4]), { steps, encoder: poisson(), seed: 1 });
  for (const [column, mean, deviation] of [
    [0, 1.1, 1.835756],
    [1, 1, 0.83666],
  ]) {
    // biome-ignore format: a table
    const currents = shown.map(({ scores }, step) => scores[column] - (shown[step - 1]?.scores[column] ?? 0));
    const average = currents.reduce((sum, current) => sum + current, 0) / steps;
    const variance = currents.reduce((sum, current) => sum + (current - average) ** 2, 0) / steps;
    // Four standard errors of the mean, and 2 % (more than four standard errors) of the deviation.
    expect([average]).toBeAllClose([mean], { absolute: (4 * deviation) / Math.sqrt(steps), relative: 0 });
    expect([Math.sqrt(variance)]).toBeAllClose([deviation], { relative: 0.02 });
  }
});

test.each([-0.1, 1.1, Number.NaN])('poisson and regular refuse an intensity of %d', (value) => {
  for (const encoder of [poisson(), regular()]) {
    expect(() => encoded(encoder.start(0), [0.5, value], 1, 7)).toThrow(
      new RangeError(`Cannot encode sample 7 as spikes: intensities must be from 0 to 1: ${Math.fround(value)}`),
    );
  }
});

test.each<[unknown, string]>([
  [{ rate: 0 }, "'rate'"],
  [{ rate: 1.5 }, "'rate'"],
  [{ rate: Number.NaN }, "'rate'"],
  [{ rat: 1 }, "'rat'"],
])('poisson refuses the options %j', (given, key) => {
  const make = (): unknown => poisson(given as PoissonOptions);
  expect(make).toThrow(expect.objectContaining({ name: 'OptionsError', message: expect.stringContaining(key) }));
});

test('encoders write out their options', () => {
  expect([direct().options, regular().options, poisson().options]).toEqual([{}, {}, { rate: 1 }]);
  expect([direct().name, regular().name, poisson().name]).toEqual(['direct', 'regular', 'poisson']);
});
