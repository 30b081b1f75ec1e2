import { type Neuron, referenceEngine } from '@spikewright/snn-core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  batch,
  caught,
  counts,
  dense,
  input,
  network,
  neuron,
  scalar,
  tableEncoder,
  trace,
  train,
  vector,
} from './builders.js';

/** The spikes of one neuron that receives a current a step. */
async function spikesOf(currents: readonly number[], changes: Partial<Neuron>): Promise<number[]> {
  const alone = network(input(1), neuron('cell', 'input', changes));
  const encoder = tableEncoder(currents.map((current) => [current]));
  return train(await trace(alone, batch([0]), { steps: currents.length, encoder }), 'cell');
}

const constant = (current: number, steps: number): number[] => new Array(steps).fill(current);

describe('golden vectors', () => {
  // A2: θ = 2, v(0) = 1. For z = 0.9, v before each spike is 1.9, 2.8, 1.7, 2.6.
  test.each([
    [0.9, [0, 1, 0, 1], 1.0],
    [1.2, [1, 0, 1, 0], 1.0],
    [1.7, [1, 1, 1, 0], 1.5],
    [2.6, [1, 1, 1, 1], 2.0],
    [-0.3, [0, 0, 0, 0], 0.0],
  ])('neuron with θ 2 from v(0) 1 turns a current of %d into its QCFS level', async (z, spikes, output) => {
    const actual = await spikesOf(constant(z, 4), { threshold: scalar(2), initial: scalar(0.5) });
    expect(actual).toEqual(spikes);
    expect((actual.reduce((sum, spike) => sum + spike, 0) / 4) * 2).toBe(output);
  });

  // A3: the sum of the input is 0, so that the ideal count is 0.
  test.each([
    [
      [1, 1, -1, -1],
      [1, 1, 0, 0],
    ],
    [
      [-1, -1, 1, 1],
      [0, 0, 0, 0],
    ],
  ])('neuron shows the unevenness error for %j', async (currents, spikes) => {
    expect(await spikesOf(currents, { initial: scalar(0.5) })).toEqual(spikes);
  });

  test.each([
    [
      [1, 1, -1, -1],
      [1, 1, -1, -1],
    ],
    [
      [-1, -1, 1, 1],
      [0, 0, 0, 0],
    ],
  ])('neuron of levels [-1, 1] takes spikes back for %j, and ends at v = 0', async (currents, spikes) => {
    const signed = { levels: [-1, 1] as const };
    // A fifth current finds out v: 1 fires, the float32 number below 1 does not.
    expect(await spikesOf([...currents, 1], signed)).toEqual([...spikes, 1]);
    expect(await spikesOf([...currents, 1 - 2 ** -24], signed)).toEqual([...spikes, 0]);
  });

  test('neuron of levels [0, 5] bursts', async () => {
    // v: 2.7 -> 2 spikes, 0.7; 0.8; -0.2; 0.3. A fifth current finds out v = 0.3: 0.71 fires, 0.69 does not.
    const burst = { levels: [0, 5] as const };
    expect(await spikesOf([2.7, 0.1, -1, 0.5, 0.69], burst)).toEqual([2, 0, 0, 0, 0]);
    expect(await spikesOf([2.7, 0.1, -1, 0.5, 0.71], burst)).toEqual([2, 0, 0, 0, 1]);
  });
});

describe('options', () => {
  interface Row {
    what: string;
    currents: number[];
    changes: Partial<Neuron>;
    spikes: number[];
  }
  const rows: Row[] = [
    // v: .5, 1 fires, .5, 1 fires
    { what: 'fires at θ with >=', currents: constant(0.5, 5), changes: {}, spikes: [0, 1, 0, 1, 0] },
    // v: .5, 1 waits, 1.5 fires, 1 waits, 1.5 fires
    { what: 'waits at θ with >', currents: constant(0.5, 5), changes: { fires: '>' }, spikes: [0, 0, 1, 0, 1] },
    // v: .75, 1.5 fires, 1.25 fires, 1 fires, .75
    { what: 'keeps what is above θ', currents: constant(0.75, 5), changes: {}, spikes: [0, 1, 1, 1, 0] },
    // v: .75, 1.5 fires, 0.75, 1.5 fires, .75
    { what: 'resets to zero', currents: constant(0.75, 5), changes: { reset: 'zero' }, spikes: [0, 1, 0, 1, 0] },
    // v: .75, .375 + .75 = 1.125 fires, .0625 + .75, .40625 + .75 = 1.15625 fires
    { what: 'leaks', currents: constant(0.75, 4), changes: { leak: 0.5 }, spikes: [0, 1, 0, 1] },
    // v: .5, .75, .875, .9375: never
    { what: 'forgets what comes too slowly', currents: constant(0.5, 4), changes: { leak: 0.5 }, spikes: [0, 0, 0, 0] },
    // the leak comes before the input: .5 * 1 + .5 = 1 fires
    {
      what: 'leaks its start as well',
      currents: [0.5],
      changes: { leak: 0.5, initial: scalar(1) },
      spikes: [1],
    },
    // v: 2, 4 fires
    {
      what: 'has θ 4',
      currents: constant(2, 4),
      changes: { threshold: scalar(4) },
      spikes: [0, 1, 0, 1],
    },
    // v(0) = 3: 5 fires, 3, 5 ...: v 5 -> 1, 3, 5 -> 1, 3
    {
      what: 'starts at 3/4 of θ 4',
      currents: constant(2, 4),
      changes: { threshold: scalar(4), initial: scalar(0.75) },
      spikes: [1, 0, 1, 0],
    },
    // v(0) = -1: 0, 1 fires
    { what: 'starts below 0', currents: constant(1, 3), changes: { initial: scalar(-1) }, spikes: [0, 1, 1] },
    // v(0) = 2: 2 fires, 1 fires, 0
    { what: 'starts above θ', currents: [0, 0, 0], changes: { initial: scalar(2) }, spikes: [1, 1, 0] },
    // without levels below 0 the potential sinks and has to climb again: -2, -1, 0, 1 fires
    { what: 'stays silent below 0', currents: [-2, 1, 1, 1], changes: {}, spikes: [0, 0, 0, 1] },
    // nothing sent yet, so nothing to take back; v = -3, -1, 1 fires, then -1 is taken back
    {
      what: 'takes back no more than it sent',
      currents: [-3, 2, 2, -1, -1],
      changes: { levels: [-1, 1] },
      spikes: [0, 0, 1, -1, 0],
    },
    // with > a potential of exactly -θ takes nothing back: v 1.5 -> 1, .5; -1 waits; -1.5 fires
    {
      what: 'takes back above θ only with >',
      currents: [1.5, -1.5, -0.5],
      changes: { levels: [-1, 1], fires: '>' },
      spikes: [1, 0, -1],
    },
    // v 3.5 -> 3, .5; -4.5 -> -min(4, 2, 3 sent), -2.5; -2.5 -> -min(2, 2, 1 sent), -1.5; 0 left
    {
      what: 'takes back in bursts',
      currents: [3.5, -5, 0, 0],
      changes: { levels: [-2, 4] },
      spikes: [3, -2, -1, 0],
    },
    // v 7.5 -> 5, 2.5 -> 2, .5
    { what: 'bursts up to its level', currents: [7.5, 0, 0], changes: { levels: [0, 5] }, spikes: [5, 2, 0] },
    // v 3 -> 2, 1 -> 0 (not above 1), 1.5 -> 1
    {
      what: 'bursts above θ only with >',
      currents: [3, 0, 0.5],
      changes: { levels: [0, 5], fires: '>' },
      spikes: [2, 0, 1],
    },
    // v 2.75 -> 2, 0 left; .5; 1.25 -> 1
    {
      what: 'bursts and resets to zero',
      currents: [2.75, 0.5, 0.75],
      changes: { levels: [0, 5], reset: 'zero' },
      spikes: [2, 0, 1],
    },
  ];
  test.each(rows)('neuron $what', async ({ currents, changes, spikes }) => {
    expect(await spikesOf(currents, changes)).toEqual(spikes);
  });

  test('neuron has a threshold and a start for all, for each channel or for each neuron', async () => {
    // An image [1, 2, 2]: places (pixel 0, channel 0), (0, 1), (1, 0), (1, 1). Constant current 1, four steps.
    const table: [Partial<Neuron>, number[]][] = [
      [{ threshold: scalar(2) }, [2, 2, 2, 2]],
      [{ threshold: vector(1, 4) }, [4, 1, 4, 1]],
      [{ threshold: vector(1, 2, 4, 8) }, [4, 2, 1, 0]],
      // v(0) = initial θ = 1 and 2: 5 = 2 · 2 + 1, 6 = 1 · 4 + 2
      [{ threshold: vector(2, 4), initial: scalar(0.5) }, [2, 1, 2, 1]],
      // v(0) = 0 or 3 of θ 4: 4 and 7 hold one spike; of θ 4 with 4 = 1 · θ: 8 holds two
      [{ threshold: scalar(4), initial: vector(0, 1) }, [1, 2, 1, 2]],
      [{ threshold: scalar(4), initial: vector(0, 1, -1, 0.75) }, [1, 2, 0, 1]],
    ];
    for (const [changes, expected] of table) {
      const cells = network(input(1, 2, 2), neuron('cell', 'input', changes));
      const [steps] = await trace(cells, batch([1, 1, 1, 1]), { steps: 4 });
      expect(counts(steps, 'cell')).toEqual(expected);
    }
  });
});

describe('gains', () => {
  const gains = (...values: number[]): Partial<Neuron> => ({ gains: vector(...values) });

  test.each<[string, number[], Partial<Neuron>, number[]]>([
    // v: 1 · 1 = 1 fires, .5 · 1 = .5, .5 + 2 · 1 = 2.5 fires, 1.5 + 0 · 1 = 1.5 fires, .5 - 1 · 1 = -.5
    ['weigh the input of each step', constant(1, 5), gains(1, 0.5, 2, 0, -1), [1, 0, 1, 1, 0]],
    // v: 2 · .5 = 1 fires, .5 · 0 + 1 · .5 = .5, .5 · .5 + 2 · .5 = 1.25 fires, .5 · .25 + 1 · .5 = .625
    ['do not weigh what leaks', constant(0.5, 4), { ...gains(2, 1, 2, 1), leak: 0.5 }, [1, 0, 1, 0]],
    // v(0) = .5 is not weighed: .5 + 0 · 4 = .5, .5 + .125 · 4 = 1 fires
    ['do not weigh the start', constant(4, 2), { ...gains(0, 0.125), initial: scalar(0.5) }, [0, 1]],
    // v: 3 -> 2 spikes, 1 left; 1 - 2 · 1.5 = -2 -> -min(2, 1, 2 sent) = -1
    ['weigh bursts and negative spikes', [3, -1.5], { ...gains(1, 2), levels: [-1, 2] }, [2, -1]],
    // There may be more gains than steps.
    ['count from the first step', constant(1, 2), gains(1, 0, 5, 5), [1, 0]],
  ])('%s', async (_, currents, changes, spikes) => {
    expect(await spikesOf(currents, changes)).toEqual(spikes);
  });

  test('begin again with every sample', async () => {
    const cell = network(input(1), neuron('cell', 'input', gains(0, 1)));
    const shown = await trace(cell, batch([1], [1], [1]), { steps: 2, engine: referenceEngine({ rows: 1 }) });
    expect(shown.map((steps) => steps.map(({ spikes }) => spikes.cell[0]))).toEqual([[0, 1], [0, 1], [0, 1]]); // biome-ignore format: a table
  });

  test('refuse a run of more steps', async () => {
    expect(await caught(() => spikesOf(constant(1, 3), gains(1, 1)))).toEqual(
      new RangeError("Cannot run node 'cell': it has gains for 2 steps, and so takes no more: 3"),
    );
  });
});

describe('delay', () => {
  test.each<[string, number[], Partial<Neuron>, number[]]>([
    // Fires at 2 and 4.
    ['sends spikes a step later', constant(0.5, 5), { delay: 1 }, [0, 0, 1, 0, 1]],
    ['of 0 sends them at once', constant(0.5, 5), { delay: 0 }, [0, 1, 0, 1, 0]],
    // v 3.5 -> 3, .5; -4.5 -> -2; -2.5 -> -1 (see above)
    ['holds for bursts and negative spikes', [3.5, -5, 0, 0], { delay: 1, levels: [-2, 4] }, [0, 3, -2, -1]],
    // Gains are those of the step in which the neuron fires, and the last spike never arrives.
    ['leaves gains where they are', constant(1, 3), { delay: 1, gains: vector(0, 1, 1) }, [0, 0, 1]],
  ])('%s', async (_, currents, changes, spikes) => {
    expect(await spikesOf(currents, changes)).toEqual(spikes);
  });

  test('adds up from layer to layer, and in scores and operations', async () => {
    const two = network(
      input(1),
      neuron('one', 'input', { delay: 1 }),
      neuron('two', 'one', { delay: 1 }),
      dense('scores', 'two', [[1, 1]]),
    );
    const shown = await trace(two, batch([1]), { steps: 4 });
    expect([train(shown, 'one'), train(shown, 'two')]).toEqual([[0, 1, 1, 1], [0, 0, 1, 1]]); // biome-ignore format: a table
    expect(shown[0].map(({ scores }) => scores[0])).toEqual([0, 0, 1, 2]);
    expect(shown[0].map(({ operations }) => operations.scores.accumulates)).toEqual([0, 0, 2, 2]);
  });

  test('lets no spike go over to the next sample', async () => {
    const cell = network(input(1), neuron('cell', 'input', { delay: 1 }));
    const shown = await trace(cell, batch([1], [0], [1]), { steps: 2, engine: referenceEngine({ rows: 1 }) });
    expect(shown.map((steps) => steps.map(({ spikes }) => spikes.cell[0]))).toEqual([[0, 1], [0, 0], [0, 1]]); // biome-ignore format: a table
  });
});

describe('laws', () => {
  const currents = fc.array(
    fc.integer({ min: -128, max: 128 }).map((n) => n / 32),
    { minLength: 1, maxLength: 24 },
  );

  test('neuron never takes back more than it sent, and keeps within its levels', async () => {
    const levels = fc.tuple(fc.integer({ min: -3, max: 0 }), fc.integer({ min: 1, max: 3 }));
    const fires = fc.constantFrom<Neuron['fires'][]>('>=', '>');
    await fc.assert(
      fc.asyncProperty(currents, levels, fires, async (values, [min, max], comparison) => {
        let sent = 0;
        for (const spike of await spikesOf(values, { levels: [min, max], fires: comparison })) {
          expect(spike).toBeGreaterThanOrEqual(min);
          expect(spike).toBeLessThanOrEqual(max);
          sent += spike;
          expect(sent).toBeGreaterThanOrEqual(0);
        }
      }),
    );
  });

  test('neuron fires at a rate within 1/T of the clipped activation, for constant input', async () => {
    const z = fc.double({ min: -1, max: 2, noNaN: true });
    const start = fc.double({ min: 0, max: 0.99, noNaN: true });
    await fc.assert(
      fc.asyncProperty(z, start, fc.integer({ min: 1, max: 64 }), async (current, initial, steps) => {
        const cell = network(input(1), neuron('cell', 'input', { initial: scalar(initial) }));
        const [shown] = await trace(cell, batch([current]), { steps });
        const rate = counts(shown, 'cell')[0] / steps;
        // A rounding of the sum aside.
        expect(Math.abs(rate - Math.min(Math.max(current, 0), 1))).toBeLessThanOrEqual(1 / steps + 1e-6);
      }),
    );
  });

  test('neuron counts the QCFS level of its current when L = T and v(0) = θ/2', async () => {
    const z = fc.integer({ min: -192, max: 320 }).map((n) => n / 64);
    const lambda = fc.constantFrom(0.5, 1, 2, 3);
    await fc.assert(
      fc.asyncProperty(
        fc.array(z, { minLength: 1, maxLength: 6 }),
        lambda,
        fc.integer({ min: 1, max: 16 }),
        async (values, theta, steps) => {
          // One row of weights, so that the neurons' currents are the values themselves; all are exact in float32.
          const layer = dense('layer', 'input', [values]);
          const activation = { op: 'qcfs', name: 'cell', inputs: ['layer'], lambda: theta, levels: steps } as const;
          const ann = await referenceEngine().compile(network(input(1), layer, activation));
          const spiking = network(
            input(1),
            layer,
            neuron('cell', 'layer', { threshold: scalar(theta), initial: scalar(0.5) }),
          );
          const [shown] = await trace(spiking, batch([1]), { steps });
          const levels = Array.from(await ann.infer(batch([1])), (h) => Math.round((h * steps) / theta));
          expect(counts(shown, 'cell')).toEqual(levels);
        },
      ),
    );
  });
});
